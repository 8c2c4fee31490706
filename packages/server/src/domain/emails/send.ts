import { ApiError, unprocessable } from '@openfield/schema'
import { findByMessageId } from '../../storage/emails.ts'
import type { Mailbox } from '../../storage/mailboxes.ts'
import type { Context } from '../context.ts'
import { domainOf } from '../mail-domains.ts'
import { MailServerFailure } from '../mailboxes/failure.ts'
import { withImap } from '../mailboxes/imap.ts'
import { isLasting, noteLasting } from '../mailboxes/mailboxes.ts'
import { withAccess } from '../mailboxes/servers.ts'
import { signInToSmtp } from '../mailboxes/smtp.ts'
import type { Idempotency } from '../records/write.ts'
import { type Held, holdingKey } from './claims.ts'
import { composed, type Outgoing } from './compose.ts'
import { createEmail } from './create.ts'
import { isInFolder } from './folders.ts'
import { handOver, type Refusal } from './hand-over.ts'
import { type OutgoingInput, outgoingOf } from './outgoing.ts'

/**
 * Sends an e-mail from a mailbox of the caller's, and keeps it as a record. Under an idempotency key it is handed over once
 * at most: when nobody knows whether a server took it, and its Sent folder does not tell, a 409 says so, also to a retry.
 */
export async function sendEmail(
  ctx: Context,
  input: OutgoingInput,
  idempotency: Idempotency | undefined,
): Promise<string> {
  const { mailbox, email } = await outgoingOf(ctx, input)
  return holdingKey(ctx, domainOf(email.from), idempotency, async (held) => {
    const sent = await sentOf(ctx, mailbox, email, held)
    await keepRecord(ctx, mailbox, email, sent).catch((error) => {
      // With a key, a retry goes on here; without one, clients would send it again by themselves.
      if (idempotency) throw error
      throw new ApiError('conflict', undefined, 'The e-mail was sent, and could not be kept. Do not send it again.', {
        retry: false,
      })
    })
    return JSON.stringify({ sentAt: sent.sentAt.toISOString() })
  })
}

type Sent = { id: string; messageId: string; sentAt: Date }

async function sentOf(ctx: Context, mailbox: Mailbox, email: Outgoing, held: Held): Promise<Sent> {
  const { id, messageId, state, sentAt } = held
  if (state === 'sent' && sentAt) return { id, messageId, sentAt }
  if (state === 'prepared') return deliver(ctx, mailbox, email, held)
  // A process ended while it handed this over.
  if (await wasTaken(ctx, mailbox, held)) return noted(held, { id, messageId, sentAt: ctx.now() })
  throw unknown()
}

async function deliver(ctx: Context, mailbox: Mailbox, email: Outgoing, held: Held): Promise<Sent> {
  const { id, messageId } = held
  const message = await composed(ctx, email, { id, messageId, date: ctx.now() }, { forOwner: false })
  const connection = await withAccess(ctx, mailbox, 'smtp', signInToSmtp).catch((error) => {
    throw unreachable(ctx, mailbox, error)
  })
  if (!connection) throw new Error('a mailbox has no SMTP server')
  const to = [...new Set([...email.to, ...email.cc, ...email.bcc])]
  const result = await handOver(connection, { from: email.from, to }, message, () => held.note('sending'))
  connection.quit()
  const sentAt = ctx.now()
  if (result.outcome === 'refused') {
    held.isRefused()
    throw refused(result, email)
  }
  if (result.outcome === 'taken') return noted(held, { id, messageId: result.messageId ?? messageId, sentAt })
  if (await wasTaken(ctx, mailbox, held)) return noted(held, { id, messageId, sentAt })
  throw unknown()
}

async function noted(held: Held, sent: Sent): Promise<Sent> {
  await held.note('sent', { messageId: sent.messageId, sentAt: sent.sentAt })
  return sent
}

/** Whether an e-mail of which nobody knows was taken after all: it is in the Sent folder, or has come in from there. */
async function wasTaken(ctx: Context, mailbox: Mailbox, { id, messageId }: Held): Promise<boolean> {
  if (await findByMessageId(ctx.db, ctx.workspace, messageId)) return true
  try {
    return (await withImap(ctx, mailbox, (client) => isInFolder(client, '\\Sent', { id, messageId }))) ?? false
  } catch (error) {
    if (error instanceof MailServerFailure) return false
    throw error
  }
}

const keepRecord = (ctx: Context, mailbox: Mailbox, email: Outgoing, { id, messageId, sentAt }: Sent) =>
  createEmail(ctx, {
    subject: email.subject,
    sentAt,
    from: [email.from],
    to: email.to,
    cc: email.cc,
    bcc: email.bcc,
    body: { html: email.body },
    attachments: email.attachments.map((file) => file.id),
    privacy: mailbox.privacy,
    holder: mailbox.member,
    messageId,
    thread: messageId,
    as: id,
    work: filesItsOwn(mailbox) ? [] : ['sent-copy'],
  })

/** Whether what is sent stands in the Sent folder by itself, or there is none. */
const filesItsOwn = ({ provider, settings }: Mailbox) =>
  provider !== 'imap' ||
  settings.imap === null ||
  /\.(gmail|googlemail|office365|outlook)\.com$/.test(settings.smtp.host)

/** The error for a mail server that cannot be used; when the owner has to do something, the mailbox says so. */
export function unreachable(ctx: Context, mailbox: Mailbox, error: unknown): unknown {
  if (!(error instanceof MailServerFailure)) return error
  if (isLasting(error)) {
    // Told in the answer anyway.
    noteLasting(ctx, mailbox, error).catch(() => {})
    return unprocessable(`The mailbox has to be connected again. ${error.message}`, 'from')
  }
  if (!error.isPassing) return unprocessable(error.message, 'from')
  return new ApiError('service_unavailable', undefined, `The mail server cannot be used right now. ${error.message}`)
}

function refused({ isPassing, said, recipients, sender }: Refusal, email: Outgoing): ApiError {
  const says = said === '' ? '' : ` It said: ${said}`
  if (isPassing) {
    return new ApiError(
      'service_unavailable',
      undefined,
      `The mail server does not take the e-mail now, and may do so later. Nobody got it.${says}`,
    )
  }
  const [first] = recipients
  if (first === undefined) {
    return unprocessable(`The mail server refuses the e-mail. Nobody got it.${says}`, sender ? 'from' : undefined)
  }
  const list = (['to', 'cc', 'bcc'] as const).find((key) => email[key].includes(first)) ?? 'to'
  const named = recipients.slice(0, 5).join(', ')
  return unprocessable(`The mail server refuses to send to ${named}. Nobody got the e-mail.${says}`, list)
}

const unknown = () =>
  new ApiError(
    'conflict',
    undefined,
    'The e-mail was handed to the mail server, and whether that took it is not known: the connection ended before it said so. It is not sent again under this idempotency key. Look into the Sent folder or ask a recipient; to send it again all the same, use another key.',
    { retry: false },
  )
