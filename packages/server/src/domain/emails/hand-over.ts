import { Readable } from 'node:stream'
import type SMTPConnection from 'nodemailer/lib/smtp-connection'

/** What came of handing an e-mail to an SMTP server. Nobody gets it unless it is `taken`, or perhaps when `unknown`. */
export type HandOver =
  /** `messageId`: the one that the server has put in place of ours. */
  | { outcome: 'taken'; messageId?: string }
  | Refusal
  /** The connection ended after the server had all of it, or may have had, and before it said what it did with it. */
  | { outcome: 'unknown' }

/** It does not take it: `isPassing`, now. */
export type Refusal = {
  outcome: 'refused'
  isPassing: boolean
  said: string
  /** Whom it does not take it for, when it is that. */
  recipients: readonly string[]
  /** It does not take it from this sender. */
  sender?: true
}

type SmtpError = Error & {
  code?: string
  command?: string
  responseCode?: number
  response?: string
  recipient?: string
  rejectedErrors?: SmtpError[]
}

/**
 * Hands an e-mail to the server of a connection that is signed in. `begin` is waited for when the server has accepted the
 * sender and all recipients, and nothing of the content has been sent: what it throws ends it there. When one recipient is
 * refused, nobody gets it.
 */
export async function handOver(
  connection: SMTPConnection,
  envelope: { from: string; to: string[] },
  message: Buffer,
  begin: () => Promise<void>,
): Promise<HandOver> {
  let stopped: { error: unknown } | undefined
  let refusal: Refusal | undefined
  let hasBegun = false
  // Read only once the server waits for the content.
  async function* content() {
    try {
      refusal = refusedRecipients(envelopeOf(connection).rejectedErrors)
      if (refusal) throw new Error('a recipient is refused')
      await begin()
    } catch (error) {
      stopped = { error }
      // Another one: the library writes into those that it gets.
      throw new Error('the content is held back')
    }
    hasBegun = true
    yield message
  }
  try {
    const info = await new Promise<{ serverMessageId?: string }>((resolve, reject) => {
      connection.send({ ...envelope, size: message.length }, Readable.from(content()), (error, sent) =>
        error ? reject(error) : resolve(sent ?? {}),
      )
    })
    return { outcome: 'taken', ...(info.serverMessageId && { messageId: info.serverMessageId.replace(/^<|>$/g, '') }) }
  } catch (error) {
    // Without the end of the content, a server forgets what it has of it.
    connection.close()
    if (refusal) return refusal
    if (stopped) throw stopped.error
    return outcomeOf(error as SmtpError, hasBegun)
  }
}

/** The connection keeps in its envelope whom the server refused, and says so only when all is over. */
const envelopeOf = (connection: SMTPConnection) =>
  (connection as unknown as { _envelope: { rejectedErrors: SmtpError[] } })._envelope

function refusedRecipients(errors: readonly SmtpError[]): Refusal | undefined {
  const lasting = errors.filter(isLasting)
  const told = lasting.length > 0 ? lasting : errors
  const [first] = told
  return (
    first && {
      outcome: 'refused',
      isPassing: lasting.length === 0,
      said: lineOf(first),
      recipients: told.flatMap(({ recipient }) => recipient ?? []),
    }
  )
}

function outcomeOf(error: SmtpError, hasBegun: boolean): HandOver {
  const recipients = refusedRecipients(error.rejectedErrors ?? [])
  if (recipients) return recipients
  if (hasBegun && error.responseCode === undefined) return { outcome: 'unknown' }
  return {
    outcome: 'refused',
    // Without an answer the connection was lost, unless it is we who find the e-mail too large or an address impossible.
    isPassing: error.responseCode === undefined ? !/^E(MESSAGE|ENVELOPE)$/.test(error.code ?? '') : !isLasting(error),
    said: lineOf(error),
    recipients: [],
    ...(error.command === 'MAIL FROM' && error.code === 'EENVELOPE' && { sender: true }),
  }
}

const isLasting = ({ responseCode = 0 }: SmtpError) => responseCode >= 500

const lineOf = (error: SmtpError) =>
  (error.response ?? error.message)
    .split(/[\r\n]/)[0]
    ?.slice(0, 300)
    .toWellFormed() ?? ''
