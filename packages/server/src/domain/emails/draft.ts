import { unprocessable } from '@openfield/schema'
import type { Context } from '../context.ts'
import { domainOf } from '../mail-domains.ts'
import { withImap } from '../mailboxes/imap.ts'
import type { Idempotency } from '../records/write.ts'
import { holdingKey } from './claims.ts'
import { composed } from './compose.ts'
import { isInFolder, putIntoFolder } from './folders.ts'
import { type OutgoingInput, outgoingOf } from './outgoing.ts'
import { unreachable } from './send.ts'

/** Puts a draft into the Drafts folder of a mailbox of the caller's; under an idempotency key once. */
export async function draftEmail(
  ctx: Context,
  input: OutgoingInput,
  idempotency: Idempotency | undefined,
): Promise<string> {
  const { mailbox, email } = await outgoingOf(ctx, input)
  if (!mailbox.settings.imap) {
    throw unprocessable('The mailbox is connected without IMAP, where drafts are. Connect it with IMAP too.', 'from')
  }
  return holdingKey(ctx, domainOf(email.from), idempotency, async (held) => {
    const { id, messageId } = held
    const draftedAt = ctx.now()
    const message = await composed(ctx, email, { id, messageId, date: draftedAt }, { forOwner: true })
    await withImap(ctx, mailbox, async (client) => {
      // Of a process that ended it is not known whether it had put it there.
      if (held.state !== 'prepared' && (await isInFolder(client, '\\Drafts', { id, messageId }))) return
      await held.note('sending')
      await putIntoFolder(client, '\\Drafts', message, ['\\Draft', '\\Seen'], draftedAt)
    }).catch((error) => {
      throw unreachable(ctx, mailbox, error)
    })
    return JSON.stringify({ draftedAt: draftedAt.toISOString() })
  })
}
