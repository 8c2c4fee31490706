import type { RequestOptions, Send } from './request.ts'
import { Resource } from './resource.ts'

/** An e-mail to be sent from a mailbox of the member whom the key acts as. Addresses are bare, at most 500 in all. */
export type NewEmail = {
  from: string
  to: readonly string[]
  cc?: readonly string[]
  bcc?: readonly string[]
  subject: string
  /** HTML, unless it says that it is plain text. */
  messageBody: { contentType?: keyof Contents; content: string }
  /** Ids of completed files, at most 5, of 20 MiB each and 25 MiB together. */
  attachments?: readonly string[]
}

type Contents = { HTML: string; TEXT: string }

/** A draft of one: something besides `from` is needed. */
export type NewDraft = Pick<NewEmail, 'from'> & Partial<NewEmail>

/** E-mails: records that are read, and those that are sent. */
export class Emails extends Resource<'email'> {
  readonly #sendRequest: Send

  constructor(send: Send) {
    super(send, ['emails'])
    this.#sendRequest = send
  }

  /**
   * Sends an e-mail. Give an `idempotencyKey`: then it is sent once at most, however often that is repeated. A ConflictError
   * that is not repeated says that nobody knows whether the mail server took it.
   */
  send(email: NewEmail, options?: RequestOptions): Promise<{ sentAt: string }> {
    return this.#sendRequest({ method: 'POST', path: ['emails', 'send'], body: email }, options)
  }

  /** Puts a draft into the Drafts folder of the mailbox. */
  draft(draft: NewDraft, options?: RequestOptions): Promise<{ draftedAt: string }> {
    return this.#sendRequest({ method: 'POST', path: ['emails', 'draft'], body: draft }, options)
  }
}
