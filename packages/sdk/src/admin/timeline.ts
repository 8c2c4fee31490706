import type { StoredFile } from '../files.ts'
import { type CursorAnswer, CursorPage, iterable } from '../page.ts'
import type { Email, Meeting, Message, Note, Task } from '../records.ts'
import type { RequestOptions, Send } from '../request.ts'
import type { Actor } from './events.ts'

/** A value that changed; the texts are how a person reads it. */
export type ChangedField = {
  key: string
  label: string
  valueType: string
  before: unknown
  after: unknown
  beforeText: string | null
  afterText: string | null
}

/** `title` is null when the record is gone, or not for the caller. */
export type ChangedLink = { id: string; title: string | null; objectType: string }

export type ChangedLinks = { key: string; label: string; added: ChangedLink[]; removed: ChangedLink[] }

/** One thing that happened to a record, or stands beside it. */
export type TimelineEntry = {
  id: string
  at: string
  /** Null: the system. */
  actor: Actor | null
} & (
  | {
      kind: 'created' | 'updated' | 'trashed' | 'restored' | 'merged'
      changes?: ChangedField[]
      links?: ChangedLinks[]
    }
  | { kind: 'note'; record: Note & { title: string } }
  | { kind: 'task'; record: Task & { title: string } }
  | { kind: 'meeting'; record: Meeting & { title: string } }
  | { kind: 'message'; record: Message & { title: string } }
  | { kind: 'email'; record: Email & { title: string } }
  | { kind: 'file'; record: StoredFile & { title: string } }
)

/** Which part of a timeline: `limit` entries (at most 100, by default 50) before the cursor `before`, a `nextCursor`. */
export type TimelineQuery = { limit?: number; before?: string }

/** A page of a timeline. As an async iterable it goes on with the pages after it, to the beginning. */
export type TimelinePage = CursorPage<TimelineEntry>

/** What happened to records and around them. Throws APIError when it fails. */
export class Timeline {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /** What happened to a record, of whatever type, newest first: `await` gives a page, `for await` all of it. */
  read(
    id: string,
    { limit, before }: TimelineQuery = {},
    options?: RequestOptions,
  ): Promise<TimelinePage> & AsyncIterable<TimelineEntry> {
    const load = (cursor?: string): Promise<CursorAnswer<TimelineEntry>> =>
      this.#send({ method: 'GET', api: 'admin', path: ['timeline', id], query: { limit, before: cursor } }, options)
    return iterable(load(before).then((answer) => new CursorPage(answer, load)))
  }
}
