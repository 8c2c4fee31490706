import { type CursorAnswer, CursorPage, iterable } from './page.ts'
import type { CustomFieldValue, Fields, FieldValue, Slug, TableName, Tables, WritableFields } from './records.ts'
import type { RequestOptions, Send } from './request.ts'

/** Which part of a history: `limit` values (at most 100, by default 20) before the cursor `after`, a `nextCursor`. */
export type HistoryQuery = { after?: string; limit?: number }

/** The fields that have a history: not what the system writes. */
export type HistoryKey<Name extends TableName> =
  | (keyof WritableFields<Name> & string)
  | (Tables[Name]['open'] extends true ? Slug : never)

/** A value that a field has had, and when it came. */
export type HistoryOf<Name extends TableName, Key> = Entry<
  Key extends keyof Fields<Name> ? FieldValue<Fields<Name>[Key]> : CustomFieldValue
>

type Entry<Value> = Value & {
  /** How a person reads the value, e.g. the label of an option. */
  displayValue: string | null
  recordedAt: string
  /** The record was created with it. Only said where the whole history is on one page. */
  isCreate: boolean
}

type HistoryAnswer<T> = CursorAnswer<T> & { hasMore: boolean }

/** Asks for the page after a cursor. */
type Load<T> = (after: string | undefined) => Promise<HistoryAnswer<T>>

/** A page of a field's history. As an async iterable it goes on with the pages after it, to the first value. */
export class HistoryPage<T> extends CursorPage<T> {
  readonly hasMore: boolean

  constructor({ hasMore, ...answer }: HistoryAnswer<T>, load: Load<T>) {
    super(answer, load)
    this.hasMore = hasMore
  }
}

/** A page to await, or all values of the history to iterate over. */
export type HistoryPromise<T> = Promise<HistoryPage<T>> & AsyncIterable<T>

/** Asks for a page of a history; those after it are asked for when the iteration gets there. */
export function requestHistory<T>(
  send: Send,
  path: readonly string[],
  { after, limit }: HistoryQuery,
  options: RequestOptions | undefined,
): HistoryPromise<T> {
  const load: Load<T> = (cursor) => send({ method: 'GET', path, query: { limit, after: cursor } }, options)
  return iterable(load(after).then((answer) => new HistoryPage(answer, load)))
}
