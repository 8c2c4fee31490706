import type { PageQuery } from '../page.ts'
import type {
  Account,
  Channel,
  Contact,
  CustomRecord,
  List,
  Meeting,
  Member,
  Message,
  Note,
  Opportunity,
  Task,
} from '../records.ts'
import type { RequestOptions, Send } from '../request.ts'

/** A record of whatever object type. */
export type AnyRecord =
  | Account
  | Channel
  | Contact
  | CustomRecord
  | List
  | Meeting
  | Member
  | Message
  | Note
  | Opportunity
  | Task

/** `record` is null where it has been brought back or merged meanwhile. */
export type TrashEntry = {
  objectType: string
  deletedAt: string
  /** The API key with which it was deleted. */
  deletedBy: string | null
  record: AnyRecord | null
}

/** What became of a record that is no longer there. `mergedInto`: the record that stayed, when it was merged. */
export type GoneRecord = TrashEntry & { mergedInto: string | null }

/** The trash of a workspace. Every operation throws APIError when it fails. */
export class Trash {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /** A page of what is in the trash, of all object types, most recently deleted first. */
  list(page: PageQuery = {}, options?: RequestOptions): Promise<{ data: TrashEntry[]; totalCount: number }> {
    return this.#send({ method: 'GET', api: 'admin', path: ['trash'], query: page }, options)
  }

  /** What became of a record: it was deleted, or merged into another. Throws NotFoundError when it is there, or never was. */
  retrieve(id: string, options?: RequestOptions): Promise<GoneRecord> {
    return this.#send({ method: 'GET', api: 'admin', path: ['trash', id] }, options)
  }

  /** Brings a record back, with the links it had. */
  restore(id: string, options?: RequestOptions): Promise<AnyRecord> {
    return this.#send({ method: 'POST', api: 'admin', path: ['trash', id, 'restore'] }, options)
  }
}
