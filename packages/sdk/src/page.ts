import type { Query, RequestOptions, Send } from './request.ts'

/** Which page: `limit` things (at most 25, which is the default) from `offset` on. */
export type PageQuery = { limit?: number; offset?: number }

/** A page of a list as the API sends it. */
type ListAnswer<T> = { object: 'list'; data: T[]; totalCount: number }

/** Asks for the page that begins at an offset. */
type Load<T> = (offset: number) => Promise<ListAnswer<T>>

/**
 * A page of a list. As an async iterable it goes on with the pages after it, to the end of the list.
 *
 * Pages are counted from the newest record, so they shift while others write. A record is never given twice. One that is
 * created meanwhile may be missing. When records leave the list meanwhile (a loop that changes what it filters by does
 * that), the iteration steps back by as many, so that it skips none; only if as many enter as leave between two pages
 * does it not notice.
 */
export class Page<T extends { id: string }> implements AsyncIterable<T> {
  readonly object = 'list'
  readonly data: T[]
  /** How many records pass the filters, on all pages together. */
  readonly totalCount: number
  readonly #offset: number
  readonly #load: Load<T>

  constructor({ data, totalCount }: ListAnswer<T>, offset: number, load: Load<T>) {
    this.data = data
    this.totalCount = totalCount
    this.#offset = offset
    this.#load = load
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    const seen = new Set<string>()
    let page: ListAnswer<T> = this
    let offset = this.#offset
    for (;;) {
      for (const record of page.data) {
        if (!seen.has(record.id)) yield record
        seen.add(record.id)
      }
      offset += page.data.length
      if (offset >= page.totalCount) return
      let next = await this.#load(offset)
      while (next.totalCount < page.totalCount) {
        offset = Math.max(this.#offset, offset - (page.totalCount - next.totalCount))
        page = next
        next = await this.#load(offset)
      }
      if (next.data.length === 0) return
      page = next
    }
  }
}

/** A page to await, or all records of the list to iterate over. */
export type PagePromise<T extends { id: string }> = Promise<Page<T>> & AsyncIterable<T>

/** Asks for a page of a list; those after it are asked for when the iteration gets there. */
export function requestPage<T extends { id: string }>(
  send: Send,
  path: readonly string[],
  { offset = 0, ...query }: PageQuery & Query,
  options: RequestOptions | undefined,
): PagePromise<T> {
  const load = (from: number) =>
    send<ListAnswer<T>>({ method: 'GET', path, query: { ...query, offset: from } }, options)
  return iterable(load(offset).then((answer) => new Page(answer, offset, load)))
}

/** A page as it is answered: what it has, and where the next one begins; null at the end. */
export type CursorAnswer<T> = { data: T[]; nextCursor: string | null }

/** A page of what goes on by a cursor. As an async iterable it goes on with the pages after it, to the end. */
export class CursorPage<T> implements AsyncIterable<T> {
  readonly data: T[]
  /** What to give as the cursor of the page after this one; null at the end. */
  readonly nextCursor: string | null
  readonly #load: (cursor: string) => Promise<CursorAnswer<T>>

  constructor({ data, nextCursor }: CursorAnswer<T>, load: (cursor: string) => Promise<CursorAnswer<T>>) {
    this.data = data
    this.nextCursor = nextCursor
    this.#load = load
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    let page: CursorAnswer<T> = this
    for (;;) {
      yield* page.data
      if (page.nextCursor === null) return
      page = await this.#load(page.nextCursor)
    }
  }
}

/** A promise of something to iterate over, which can be iterated over itself. */
export function iterable<T, Pages extends AsyncIterable<T>>(pages: Promise<Pages>): Promise<Pages> & AsyncIterable<T> {
  return Object.assign(pages, {
    async *[Symbol.asyncIterator]() {
      yield* await pages
    },
  })
}
