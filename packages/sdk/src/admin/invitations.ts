import type { RequestOptions, Send } from '../request.ts'
import type { NewMember } from './members.ts'
import type { Session, SignedInMember } from './session.ts'

/** An invitation that nobody has accepted. Its id is that of the member. */
export type Invitation = { id: string; member: SignedInMember; createdAt: string; expiresAt: string }

export type NewInvitation = {
  member: SignedInMember
  /** To be handed to the member; it is shown this once. */
  link: string
  expiresAt: string
  /** Whether it was mailed to them too. */
  sent: boolean
}

/** How somebody becomes a member, for admins. Every operation throws APIError when it fails. */
export class Invitations {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /** Makes somebody a member, or invites one again who has no password yet. */
  create(member: NewMember, options?: RequestOptions): Promise<NewInvitation> {
    return this.#send({ method: 'POST', api: 'admin', path: ['invitations'], body: member }, options)
  }

  list(options?: RequestOptions): Promise<{ data: Invitation[]; totalCount: number }> {
    return this.#send({ method: 'GET', api: 'admin', path: ['invitations'] }, options)
  }

  /** Its link does not work any more; the member stays. */
  async cancel(id: string, options?: RequestOptions): Promise<void> {
    await this.#send({ method: 'DELETE', api: 'admin', path: ['invitations', id] }, options)
  }
}

/** The other end of an invitation: for whoever has the link, whose `token` stands behind its `#`. */
export class Welcome {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /** Whom it is for. Throws NotFoundError when the link does not work any more. */
  read(token: string, options?: RequestOptions): Promise<Session> {
    return this.#send({ method: 'POST', api: 'admin', path: ['welcome'], body: { token } }, options)
  }

  /** Chooses a password and signs in. Throws NotFoundError when the link does not work any more. */
  accept(
    input: { token: string; password: string; firstName?: string | null; lastName?: string | null },
    options?: RequestOptions,
  ): Promise<Session> {
    return this.#send({ method: 'POST', api: 'admin', path: ['welcome', 'accept'], body: input }, options)
  }
}

/** A new password for whoever has forgotten theirs. */
export class PasswordResets {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /** Has a link mailed if a member has the address. `mail` is false where the server sends no mails at all. */
  request(email: string, options?: RequestOptions): Promise<{ sent: 'if-known'; mail: boolean }> {
    return this.#send({ method: 'POST', api: 'admin', path: ['password-resets'], body: { email } }, options)
  }

  /** Chooses a password and signs in. Throws NotFoundError when the link does not work any more. */
  accept(input: { token: string; password: string }, options?: RequestOptions): Promise<Session> {
    return this.#send({ method: 'POST', api: 'admin', path: ['password-resets', 'accept'], body: input }, options)
  }
}
