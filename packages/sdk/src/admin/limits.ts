import type { RequestOptions, Send } from '../request.ts'

/** How much there is of something (null: not counted), and how much there may be (null: what the machine has room for). */
export type Limit = {
  /** E.g. `records.account` or `options.opportunity.$stage`. */
  key: string
  label: string
  used: number | null
  limit: number | null
  unit: 'count' | 'bytes'
}

/** What a workspace uses. Throws APIError when it fails. */
export class Limits {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /** Everything that is counted or has a limit. */
  list(options?: RequestOptions): Promise<{ data: Limit[]; totalCount: number }> {
    return this.#send({ method: 'GET', api: 'admin', path: ['limits'] }, options)
  }
}
