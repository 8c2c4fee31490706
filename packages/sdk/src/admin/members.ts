import type { Member } from '../records.ts'
import type { RequestOptions, Send } from '../request.ts'

export type NewMember = {
  email: string
  firstName?: string | null
  lastName?: string | null
  role: 'admin' | 'member'
}

/** The members of a workspace, for admins; `client.member` reads them. Every operation throws APIError when it fails. */
export class Members {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /** Adds a member without telling them; `invitations.create` invites one. */
  create(member: NewMember, options?: RequestOptions): Promise<Member> {
    return this.#send({ method: 'POST', api: 'admin', path: ['members'], body: member }, options)
  }

  /** Changes what is named. Throws UnprocessableEntityError for the last admin's role. */
  update(id: string, changes: Partial<NewMember>, options?: RequestOptions): Promise<Member> {
    return this.#send({ method: 'PATCH', api: 'admin', path: ['members', id], body: changes }, options)
  }

  /** Removes a member, with their API keys, their sessions and their password. */
  remove(id: string, options?: RequestOptions): Promise<Member> {
    return this.#send({ method: 'DELETE', api: 'admin', path: ['members', id] }, options)
  }
}
