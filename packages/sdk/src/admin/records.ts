import type { CustomRecord, RecordOf, TableName } from '../records.ts'
import type { Query, RequestOptions, Send } from '../request.ts'

/** An object type by its singular slug: one that comes with the product, or one of the workspace's own. */
type TypeName = Exclude<TableName, 'object'> | (string & {})

/** The records of a type; those of the workspace's own types have what all of these have in common. */
type RecordIn<Name extends string> = Name extends Exclude<TableName, 'object'> ? RecordOf<Name> : CustomRecord

/** Which records, in which order, and how much of them. */
export type RecordQuery = {
  /** `key[operator]`, as in lists; several values of one key are several filters. */
  filter?: Query
  /** A field, `createdAt` or `updatedAt`; `-` before it for the greatest first. Newest first by default. */
  sort?: string
  /** How many records a page has at most: 1,000, 100 by default. */
  limit?: number
  offset?: number
  /** The `nextCursor` of the page before, instead of `offset`. */
  after?: string | null
  /** The fields and relationships to show; by default all. */
  fields?: readonly string[]
}

export type RecordPage<Record> = {
  object: 'list'
  data: Record[]
  /** How many records pass the filters. */
  totalCount: number
  /** Null on the last page. */
  nextCursor: string | null
  /** What the linked records of the page are called, by id. */
  names: { [id: string]: string }
}

/** What to count records by, and what to sum up. */
export type TotalsQuery = {
  /** One or two: a select, a checkbox, a relationship with one record, or a time such as `month($closeDate)`. */
  group?: string | readonly string[]
  /** A field with numbers. */
  sum?: string
  /** In which a day begins, such as Europe/Berlin; UTC by default. */
  timeZone?: string
  filter?: Query
}

/** Which field got which value, and when: ISO dates, or moments. */
export type ChangesQuery = Omit<TotalsQuery, 'group'> & {
  field: string
  value: string | boolean
  by?: 'day' | 'week' | 'month' | 'quarter' | 'year'
  from?: string
  to?: string
  group?: string
}

export type Totals = {
  /** The biggest first. A key is the id of an option or a record, true or false, the first day of a time, or null. */
  groups: { keys: (string | boolean | null)[]; count: number; sum: number | null }[]
  totalCount: number
  /** There are more groups than are shown. */
  hasMore?: true
  /** What the records among the keys are called. */
  names: { [id: string]: string }
}

/** A change of one record. `expected` holds values as they were read: where one is another by now, nothing is changed. */
export type RecordUpdate = {
  id: string
  /** Bare values by field; null clears it. */
  fields?: { [key: string]: unknown }
  /** What to `add`, `remove` or `replace`, by relationship. */
  relationships?: { [key: string]: unknown }
  expected?: {
    fields?: { [key: string]: unknown }
    /** Linked ids; null for none. */
    relationships?: { [key: string]: string | readonly string[] | null }
  }
}

/** What a record has instead of what was expected, and who made it so: an API key, a member or, if null, the system. */
export type CurrentValues = {
  fields: {
    [key: string]: { value: unknown; valueType: string; changedAt: string | null; changedBy: string | null }
  }
  relationships: { [key: string]: { values: string[] } }
}

/** Why one record of several was refused, as in the answer to a refused request. */
export type Refusal = {
  id: string
  outcome: 'refused'
  error: { type: string; message: string; code?: string; param?: string }
}

export type UpdateResult<Record> =
  | { id: string; outcome: 'updated'; record: Record }
  | { id: string; outcome: 'conflict'; current: CurrentValues }
  | Refusal

export type DeleteResult = { id: string; outcome: 'deleted' } | Refusal

export type RestoreResult<Record> = { id: string; outcome: 'restored'; record: Record } | Refusal

/** What a record is called, and where it is. */
export type Name = { id: string; title: string; objectType: string; httpLink: string | null }

/** Records for screens and exports. Every operation throws APIError when it fails. */
export class Records {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /**
   * A page of the records of a type.
   *
   * @example
   * const { data, names } = await client.admin.records.list('opportunity', {
   *   filter: { '$stage[-equal]': 'Lost' },
   *   sort: '-$amount',
   *   fields: ['$name', '$amount', '$account'],
   * })
   */
  list<const Name extends TypeName>(
    objectType: Name,
    { filter, fields, after, ...page }: RecordQuery = {},
    options?: RequestOptions,
  ): Promise<RecordPage<RecordIn<Name>>> {
    const query = { ...filter, ...page, fields: fields?.join(','), after: after ?? undefined }
    return this.#send({ method: 'GET', api: 'admin', path: ['records', objectType], query }, options)
  }

  /**
   * How many records there are, and the sum of a field, by group.
   *
   * @example
   * const { groups } = await client.admin.records.totals('opportunity', { group: '$stage', sum: '$amount' })
   */
  totals(objectType: TypeName, query: TotalsQuery = {}, options?: RequestOptions): Promise<Totals> {
    const { filter, group = [], ...rest } = query
    const path = ['records', objectType, 'totals']
    return this.#send(
      { method: 'GET', api: 'admin', path, query: { ...filter, ...rest, group: [group].flat().join(',') } },
      options,
    )
  }

  /**
   * In how many records of a type a field got a value, by time: opportunities won per month, say. The first key of a group is
   * the first day of the time.
   */
  changes(objectType: TypeName, query: ChangesQuery, options?: RequestOptions): Promise<Totals> {
    const { filter, ...rest } = query
    return this.#send(
      { method: 'GET', api: 'admin', path: ['changes', 'totals'], query: { ...filter, ...rest, objectType } },
      options,
    )
  }

  /** Changes up to 1,000 records, each as by itself; the results come in the same order. */
  update<const Name extends TypeName>(
    objectType: Name,
    records: readonly RecordUpdate[],
    options?: RequestOptions,
  ): Promise<{ results: UpdateResult<RecordIn<Name>>[] }> {
    return this.#send(
      { method: 'POST', api: 'admin', path: ['records', objectType, 'update'], body: { records } },
      options,
    )
  }

  /** Moves up to 1,000 records to the trash. */
  delete(objectType: TypeName, ids: readonly string[], options?: RequestOptions): Promise<{ results: DeleteResult[] }> {
    return this.#send({ method: 'POST', api: 'admin', path: ['records', objectType, 'delete'], body: { ids } }, options)
  }

  /** Brings up to 1,000 records back from the trash, with the links they had. */
  restore<const Name extends TypeName>(
    objectType: Name,
    ids: readonly string[],
    options?: RequestOptions,
  ): Promise<{ results: RestoreResult<RecordIn<Name>>[] }> {
    return this.#send(
      { method: 'POST', api: 'admin', path: ['records', objectType, 'restore'], body: { ids } },
      options,
    )
  }

  /** What up to 100 records, of any types, are called; those that there are not, or that may not be read, are left out. */
  async names(ids: readonly string[], options?: RequestOptions): Promise<Name[]> {
    const query = { ids: ids.join(',') }
    const { data } = await this.#send<{ data: Name[] }>(
      { method: 'GET', api: 'admin', path: ['names'], query },
      options,
    )
    return data
  }
}
