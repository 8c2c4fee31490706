import type { Email } from '../records.ts'
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

/** What the owner wants of a mailbox. */
export type MailboxWishes = {
  /** The first day, in UTC, from which messages are brought in; null: all there are. */
  since: string | null
  /** Addresses and domains that are left out. */
  excluded: string[]
  /** Messages among members alone are left out. */
  skipInternal: boolean
  paused: boolean
}

/** How a mailbox stands with its server. */
export type MailboxSync = MailboxWishes & {
  mailboxId: string
  /** `up_to_date` only when every message that the server has is accounted for; `off`: there is no server to read from. */
  status: 'pending' | 'syncing' | 'up_to_date' | 'gap' | 'retrying' | 'needs_reconnect' | 'paused' | 'off'
  problem: string | null
  nextAttemptAt: string | null
  /** The last time as of which everything is accounted for, but for what is missing. */
  checkedAt: string | null
  progress: { total: number; done: number; missing: number }
}

/** Why a message was not brought in. */
export type SkipReason = 'before_start' | 'excluded' | 'internal' | 'draft' | 'duplicate' | 'too_large' | 'unreadable'

/** What became of the messages of a mailbox, the newest day first. */
export type MailboxLedger = MailboxSync & {
  folders: { path: string; onServer: number; recorded: number; checkedAt: string; renumberedAt: string | null }[]
  days: { day: string; seen: number; stored: number; skipped: Partial<Record<SkipReason, number>>; removed: number }[]
}

/** What became of one message. */
export type MailboxMessage = {
  folder: string | null
  messageId: string
  receivedAt: string
  sender: string | null
  subject: string | null
  outcome: 'stored' | 'skipped'
  reason: SkipReason | null
  /** What of it was left out. */
  note: string | null
  emailId: string | null
  /** Since when the server has it no more. */
  removedAt: string | null
}

export type MailboxMessageQuery = {
  day?: string
  outcome?: MailboxMessage['outcome']
  reason?: SkipReason
  /** A part of the Message-ID, of the sender's address or of the subject. */
  search?: string
  limit?: number
  offset?: number
}

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
  /** How it stands with its server. */
  sync(id: string, options?: RequestOptions): Promise<MailboxSync> {
    return this.#send({ method: 'GET', api: 'admin', path: ['mailboxes', id, 'sync'] }, options)
  }

  /** Says what is wanted of it, pauses or resumes. For its owner. */
  updateSync(id: string, wishes: Partial<MailboxWishes>, options?: RequestOptions): Promise<MailboxSync> {
    return this.#send({ method: 'PATCH', api: 'admin', path: ['mailboxes', id, 'sync'], body: wishes }, options)
  }

  /** Has it looked at within seconds. */
  syncNow(id: string, options?: RequestOptions): Promise<MailboxSync> {
    return this.#send({ method: 'POST', api: 'admin', path: ['mailboxes', id, 'sync'] }, options)
  }

  /** What became of its messages, by days: by default the last 30. */
  ledger(id: string, query: { from?: string; to?: string } = {}, options?: RequestOptions): Promise<MailboxLedger> {
    return this.#send({ method: 'GET', api: 'admin', path: ['mailboxes', id, 'ledger'], query }, options)
  }

  /** What became of single messages, newest first. For its owner. */
  messages(
    id: string,
    query: MailboxMessageQuery = {},
    options?: RequestOptions,
  ): Promise<{ data: MailboxMessage[]; totalCount: number }> {
    return this.#send({ method: 'GET', api: 'admin', path: ['mailboxes', id, 'messages'], query }, options)
  }
}

/** What the public API lacks of e-mails. Every operation throws APIError when it fails. */
export class Emails {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /** Those that answer each other, the oldest first, each as far as the caller may see it. */
  thread(id: string, options?: RequestOptions): Promise<{ data: Email[]; totalCount: number }> {
    return this.#send({ method: 'GET', api: 'admin', path: ['emails', id, 'thread'] }, options)
  }
}
