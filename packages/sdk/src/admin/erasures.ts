import type { RequestOptions, Send } from '../request.ts'

/** Of which record what is to be erased: by default all of its fields; the record stays, with nothing in it. */
export type NewErasure = {
  recordId: string
  fields?: readonly string[]
  /** The e-mails that it is linked to as well. */
  emails?: boolean
  /** Nothing of the record is left. */
  remove?: boolean
}

/** What was erased; it says nothing of anybody. `fields` is null for everything. */
export type Erasure = {
  id: string
  recordId: string
  objectType: string
  fields: string[] | null
  emails: boolean
  removed: boolean
  at: string
}

/** Erasing what is known of somebody, wherever it stands. Throws APIError when it fails. */
export class Erasures {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /** Erases, for good: what an older backup has is erased again when it is restored. */
  create(body: NewErasure, options?: RequestOptions): Promise<Erasure> {
    return this.#send({ method: 'POST', api: 'admin', path: ['erasures'], body }, options)
  }

  /** What was erased, the newest first. */
  list(options?: RequestOptions): Promise<{ data: Erasure[]; totalCount: number }> {
    return this.#send({ method: 'GET', api: 'admin', path: ['erasures'] }, options)
  }
}
