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
}
