import type { RequestOptions, Send } from '../request.ts'

/** A server to sign in to. What is not said follows from the rest: ports from `security`, names from the address. */
export type MailServerInput = {
  host: string
  port?: number
  security?: 'tls' | 'starttls' | 'none'
  username?: string
  password?: string
}

/** Tokens of a provider. They are renewed by the refresh token as long as that is good. */
export type OAuthInput = {
  clientId: string
  clientSecret?: string
  refreshToken: string
  accessToken?: string
  expiresAt?: string
  tokenUrl?: string
  revocationUrl?: string
}

/** How to sign in to a mailbox: by a password, or by tokens. */
export type MailboxSignIn = {
  username?: string
  password?: string
  smtp?: MailServerInput
  /** Null: it is only sent from. */
  imap?: MailServerInput | null
  oauth?: OAuthInput
  /** In PEM: trusted beside those that the server's machine trusts. */
  certificate?: string
}

export type NewMailbox = MailboxSignIn & {
  email: string
  /** By default `imap`; the others know their servers. */
  provider?: Mailbox['provider']
  privacySetting?: Mailbox['privacySetting']
}

export type MailboxChange = MailboxSignIn & { privacySetting?: Mailbox['privacySetting'] }

export type MailServer = Required<Pick<MailServerInput, 'host' | 'port' | 'security' | 'username'>>

/** A mailbox that a member has connected. Nothing of it is secret. */
export type Mailbox = {
  id: string
  email: string
  memberId: string
  provider: 'imap' | 'google' | 'microsoft'
  authentication: 'password' | 'oauth'
  smtp: MailServer
  imap: MailServer | null
  /** The privacy of e-mails that come from it. */
  privacySetting: 'FULL' | 'METADATA'
  state: 'connected' | 'needs_reconnect'
  /** Why it has to be connected again. */
  problem: string | null
  connectedAt: string
  createdAt: string
  updatedAt: string
}

/** Whether a server could be signed in to, and if not, where that ended. */
export type MailServerCheck =
  | { works: true }
  | {
      works: false
      phase: 'dns' | 'private_address' | 'connection' | 'tls' | 'token' | 'sign_in' | 'protocol'
      problem: string
    }

export type MailboxCheck = { mailbox: Mailbox; smtp: MailServerCheck; imap: MailServerCheck | null }

/** The mailboxes of the member who calls; of an admin all. Every operation throws APIError when it fails. */
export class Mailboxes {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  list(options?: RequestOptions): Promise<{ data: Mailbox[]; totalCount: number }> {
    return this.#send({ method: 'GET', api: 'admin', path: ['mailboxes'] }, options)
  }

  /** Connects a mailbox of the member who calls. Takes as long as its servers take to let it in. */
  connect(mailbox: NewMailbox, options?: RequestOptions): Promise<Mailbox> {
    return this.#send({ method: 'POST', api: 'admin', path: ['mailboxes'], body: mailbox }, options)
  }

  retrieve(id: string, options?: RequestOptions): Promise<Mailbox> {
    return this.#send({ method: 'GET', api: 'admin', path: ['mailboxes', id] }, options)
  }

  /** Changes the privacy, or connects it again in another way. */
  update(id: string, change: MailboxChange, options?: RequestOptions): Promise<Mailbox> {
    return this.#send({ method: 'PATCH', api: 'admin', path: ['mailboxes', id], body: change }, options)
  }

  /** Forgets a mailbox and returns it as it was. Its e-mails stay. */
  disconnect(id: string, options?: RequestOptions): Promise<Mailbox> {
    return this.#send({ method: 'DELETE', api: 'admin', path: ['mailboxes', id] }, options)
  }

  /** Signs in to all its servers. */
  check(id: string, options?: RequestOptions): Promise<MailboxCheck> {
    return this.#send({ method: 'POST', api: 'admin', path: ['mailboxes', id, 'check'] }, options)
  }
}
