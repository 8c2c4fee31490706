import type { FiltersOf } from './filters.ts'
import { type HistoryKey, type HistoryOf, type HistoryPromise, type HistoryQuery, requestHistory } from './history.ts'
import { type PagePromise, type PageQuery, requestPage } from './page.ts'
import type { ChangesOf, DefinitionsOf, NewRecordOf, RecordOf, TableName, Tables } from './records.ts'
import type { Query, RequestOptions, Send } from './request.ts'

/**
 * Which part of a list: `limit` records (at most 25, which is the default) from `offset` on, of those that pass `filter`;
 * or of those in the trash, which cannot be filtered.
 */
export type ListQueryOf<Name extends TableName> = PageQuery &
  ({ filter?: FiltersOf<Name>; status?: 'active' } | Trashed<Name>)

type Trashed<Name extends TableName> = 'restore' extends Tables[Name]['verbs'][number]
  ? { status: 'trashed'; filter?: never }
  : never

type AnyListQuery = PageQuery & { filter?: Query; status?: string }

/** The operations of an object type's records. Every one throws APIError when it fails. */
export class Resource<Name extends TableName> {
  readonly #send: Send
  readonly #type: readonly string[]
  readonly #records: readonly string[]

  /** `type` are the segments after `/v1`, `records` those between the type and one of its records. */
  constructor(send: Send, type: readonly [Tables[Name]['plural'], ...string[]], records: readonly string[] = []) {
    this.#send = send
    this.#type = type
    this.#records = [...type, ...records]
  }

  /** Creates a record. Selects take the label or the id of an option. */
  create(record: NewRecordOf<Name>, options?: RequestOptions): Promise<RecordOf<Name>> {
    return this.#send({ method: 'POST', path: this.#records, body: record }, options)
  }

  /** One record by its id. */
  retrieve(id: string, options?: RequestOptions): Promise<RecordOf<Name>> {
    return this.#send({ method: 'GET', path: [...this.#records, id] }, options)
  }

  /** Changes what is named and returns the record as it is then. */
  update(id: string, changes: ChangesOf<Name>, options?: RequestOptions): Promise<RecordOf<Name>> {
    return this.#send({ method: 'POST', path: [...this.#records, id], body: changes }, options)
  }

  /**
   * A page of the records, newest first: `await` gives the page, `for await` all records from there on.
   *
   * @example
   * const { data, totalCount } = await client.opportunity.list({ limit: 10, filter: { '$stage[-equal]': 'Lost' } })
   * for await (const opportunity of client.opportunity.list()) console.log(opportunity.fields.$name.value)
   */
  list(query: ListQueryOf<Name> = {}, options?: RequestOptions): PagePromise<RecordOf<Name>> {
    const { filter, ...page }: AnyListQuery = query
    return requestPage(this.#send, this.#type, { ...filter, ...page }, options)
  }

  /** The fields and relationships that records of this type have, with the options of selects. */
  definitions(options?: RequestOptions): Promise<DefinitionsOf<Name>> {
    return this.#send({ method: 'GET', path: [...this.#type, 'definitions'] }, options)
  }

  /** Moves a record to the trash and returns it as it was. One that is there already is returned too, but no meeting. */
  delete(id: string, options?: RequestOptions): Promise<RecordOf<Name>> {
    return this.#send({ method: 'DELETE', path: [...this.#records, id] }, options)
  }

  /** Brings a record back from the trash, with the links it had. One that is not there stays as it is. */
  restore(id: string, options?: RequestOptions): Promise<RecordOf<Name>> {
    return this.#send({ method: 'POST', path: [...this.#records, id, 'restore'] }, options)
  }

  /**
   * The values that a field has had, newest first: `await` gives a page, `for await` all values from there on.
   *
   * @example
   * for await (const { displayValue, recordedAt } of client.opportunity.fieldHistory(id, '$stage')) {
   *   console.log(recordedAt, displayValue)
   * }
   */
  fieldHistory<Key extends HistoryKey<Name>>(
    id: string,
    fieldKey: Key,
    query: HistoryQuery = {},
    options?: RequestOptions,
  ): HistoryPromise<HistoryOf<Name, Key>> {
    return requestHistory(this.#send, [...this.#records, id, 'fields', fieldKey, 'history'], query, options)
  }
}

/** The operations of a resource that the API offers for the object type, by the schema. */
export type Operations<Name extends TableName> = Pick<
  Resource<Name>,
  Extract<Tables[Name]['verbs'][number], keyof Resource<Name>>
>
