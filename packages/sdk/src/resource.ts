import type { ObjectTypeName, ObjectTypes } from '@openfield/schema'
import type { FiltersOf } from './filters.ts'
import { type ListAnswer, type PagePromise, requestPage } from './page.ts'
import type { ChangesOf, DefinitionsOf, NewRecordOf, RecordOf } from './records.ts'
import type { RequestOptions, Send } from './request.ts'

/** Which part of a list: `limit` records (at most 25, which is the default) from `offset` on, of those that pass `filter`. */
export type ListQueryOf<Name extends ObjectTypeName> = { limit?: number; offset?: number; filter?: FiltersOf<Name> }

/** The operations of an object type's records. Every one throws APIError when it fails. */
export class Resource<Name extends ObjectTypeName> {
  readonly #send: Send
  readonly #plural: string

  constructor(send: Send, plural: ObjectTypes[Name]['plural']) {
    this.#send = send
    this.#plural = plural
  }

  /** Creates a record. Selects take the label or the id of an option. */
  create(record: NewRecordOf<Name>, options?: RequestOptions): Promise<RecordOf<Name>> {
    return this.#send({ method: 'POST', path: [this.#plural], body: record }, options)
  }

  /** One record by its id. */
  retrieve(id: string, options?: RequestOptions): Promise<RecordOf<Name>> {
    return this.#send({ method: 'GET', path: [this.#plural, id] }, options)
  }

  /** Changes what is named and returns the record as it is then. */
  update(id: string, changes: ChangesOf<Name>, options?: RequestOptions): Promise<RecordOf<Name>> {
    return this.#send({ method: 'POST', path: [this.#plural, id], body: changes }, options)
  }

  /**
   * A page of the records, newest first: `await` gives the page, `for await` all records from there on.
   *
   * @example
   * const { data, totalCount } = await client.opportunity.list({ limit: 10, filter: { '$stage[-equal]': 'Lost' } })
   * for await (const opportunity of client.opportunity.list()) console.log(opportunity.fields.$name.value)
   */
  list(query: ListQueryOf<Name> = {}, options?: RequestOptions): PagePromise<RecordOf<Name>> {
    const { limit, offset = 0, filter } = query
    return requestPage(offset, (from) =>
      this.#send<ListAnswer<RecordOf<Name>>>(
        { method: 'GET', path: [this.#plural], query: { ...filter, limit, offset: from } },
        options,
      ),
    )
  }

  /** The fields and relationships that records of this type have, with the options of selects. */
  definitions(options?: RequestOptions): Promise<DefinitionsOf<Name>> {
    return this.#send({ method: 'GET', path: [this.#plural, 'definitions'] }, options)
  }
}

/** The operations of a resource that the API offers for the object type, by the schema. */
export type Operations<Name extends ObjectTypeName> = Pick<
  Resource<Name>,
  Extract<ObjectTypes[Name]['verbs'][number], keyof Resource<Name>>
>
