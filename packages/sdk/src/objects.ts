import type { HistoryKey, HistoryOf, HistoryPromise, HistoryQuery } from './history.ts'
import type { PagePromise } from './page.ts'
import type { ChangesOf, CustomRecord, DefinitionsOf, NewRecordOf } from './records.ts'
import type { RequestOptions, Send } from './request.ts'
import { type ListQueryOf, Resource } from './resource.ts'

/** A custom object type: `objectType` is the slug that operations name it by. */
export type CustomObjectType = { objectType: string; label: string }

/**
 * The operations of custom objects' records; `entitySlug` says of which type. They are those of the built-in types: see
 * Resource. Every one throws APIError when it fails.
 */
export class CustomObjects {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /** The custom object types of the workspace. */
  listDefinitions(options?: RequestOptions): Promise<{ data: CustomObjectType[] }> {
    return this.#send({ method: 'GET', path: ['objects'] }, options)
  }

  definitions(entitySlug: string, options?: RequestOptions): Promise<DefinitionsOf<'object'>> {
    return this.#of(entitySlug).definitions(options)
  }

  create(entitySlug: string, record: NewRecordOf<'object'>, options?: RequestOptions): Promise<CustomRecord> {
    return this.#of(entitySlug).create(record, options)
  }

  retrieve(entitySlug: string, id: string, options?: RequestOptions): Promise<CustomRecord> {
    return this.#of(entitySlug).retrieve(id, options)
  }

  update(
    entitySlug: string,
    id: string,
    changes: ChangesOf<'object'>,
    options?: RequestOptions,
  ): Promise<CustomRecord> {
    return this.#of(entitySlug).update(id, changes, options)
  }

  list(entitySlug: string, query?: ListQueryOf<'object'>, options?: RequestOptions): PagePromise<CustomRecord> {
    return this.#of(entitySlug).list(query, options)
  }

  delete(entitySlug: string, id: string, options?: RequestOptions): Promise<CustomRecord> {
    return this.#of(entitySlug).delete(id, options)
  }

  restore(entitySlug: string, id: string, options?: RequestOptions): Promise<CustomRecord> {
    return this.#of(entitySlug).restore(id, options)
  }

  fieldHistory<Key extends string>(
    entitySlug: string,
    id: string,
    fieldKey: Key & HistoryKey<'object'>,
    query?: HistoryQuery,
    options?: RequestOptions,
  ): HistoryPromise<HistoryOf<'object', Key>> {
    return this.#of(entitySlug).fieldHistory(id, fieldKey, query, options)
  }

  #of(entitySlug: string) {
    return new Resource<'object'>(this.#send, ['objects', entitySlug], ['values'])
  }
}
