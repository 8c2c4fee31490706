import { type CursorAnswer, CursorPage, iterable } from '../page.ts'
import type { RequestOptions, Send } from '../request.ts'
import type { Actor } from './events.ts'
import type { DownloadLink } from './exports.ts'

/** One thing that was done. */
export type AuditLine = {
  id: string
  at: string
  /** Null: the system, the command line, or nobody who is known. */
  actor: Actor | null
  /** The id of the operation, `record.…` of a write, `export`, or `command.…`. */
  action: string
  /** The same in words. */
  label: string
  /** What stays `begun` broke off, and nobody knows what became of it. */
  outcome: 'done' | 'refused' | 'begun'
  object: { id: string; objectType: string | null; title: string | null } | null
  /** The keys of the fields and relationships that a write changed. */
  keys: string[]
  /** What was given: the names of all of it, and what says nothing of a person. */
  details: Record<string, unknown>
  requestId: string | null
  address: string | null
}

/** Of what: who did it, which actions, on what, when. */
export type AuditFilter = { actor?: string; action?: string; object?: string; from?: string; to?: string }

/** Which part of the log: `limit` lines (at most 100, by default 50) before the cursor `before`. */
export type AuditQuery = AuditFilter & { limit?: number; before?: string }

/** A page of the audit log. As an async iterable it goes on with the pages after it, to the beginning. */
export type AuditPage = CursorPage<AuditLine>

/** Who did what: admin actions, sign-ins, exports and writes of records. Throws APIError when it fails. */
export class Audit {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /** What was done, newest first: `await` gives a page, `for await` all of it. */
  list({ before, ...query }: AuditQuery = {}, options?: RequestOptions): Promise<AuditPage> & AsyncIterable<AuditLine> {
    const load = (cursor?: string): Promise<CursorAnswer<AuditLine>> =>
      this.#send({ method: 'GET', api: 'admin', path: ['audit'], query: { ...query, before: cursor } }, options)
    return iterable(load(before).then((answer) => new CursorPage(answer, load)))
  }

  /** An address from which it can be downloaded for a few minutes, without a key. */
  download(format: 'csv' | 'ndjson', filter: AuditFilter = {}, options?: RequestOptions): Promise<DownloadLink> {
    const given = Object.entries(filter).filter(([, value]) => value !== undefined)
    const path = `/admin/v1/audit.${format}?${new URLSearchParams(given)}`
    return this.#send({ method: 'POST', api: 'admin', path: ['downloads'], body: { path } }, options)
  }
}
