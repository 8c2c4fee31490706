import { type PagePromise, type PageQuery, requestPage } from './page.ts'
import type { RecordOf } from './records.ts'
import type { RequestOptions, Send } from './request.ts'
import { Resource } from './resource.ts'

/** The operations of lists, and of their members: whole records, newest first. A list has members of one type only. */
export class Lists extends Resource<'list'> {
  readonly #send: Send

  constructor(send: Send) {
    super(send, ['lists'])
    this.#send = send
  }

  /** The accounts in a list. */
  listAccounts(listId: string, page: PageQuery = {}, options?: RequestOptions): PagePromise<RecordOf<'account'>> {
    return requestPage(this.#send, ['lists', listId, 'accounts'], page, options)
  }

  /** The contacts in a list. */
  listContacts(listId: string, page: PageQuery = {}, options?: RequestOptions): PagePromise<RecordOf<'contact'>> {
    return requestPage(this.#send, ['lists', listId, 'contacts'], page, options)
  }

  /** The opportunities in a list. */
  listOpportunities(
    listId: string,
    page: PageQuery = {},
    options?: RequestOptions,
  ): PagePromise<RecordOf<'opportunity'>> {
    return requestPage(this.#send, ['lists', listId, 'opportunities'], page, options)
  }
}

/** What lists have beside the operations of every object type. */
export type MemberLists = Omit<Lists, keyof Resource<'list'>>
