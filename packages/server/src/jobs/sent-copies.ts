import { decodeId, encodeId, objectTypes } from '@openfield/schema'
import type { Context } from '../domain/context.ts'
import { composed } from '../domain/emails/compose.ts'
import { isInFolder, putIntoFolder } from '../domain/emails/folders.ts'
import { withImap } from '../domain/mailboxes/imap.ts'
import { retrieveRecord } from '../domain/records/retrieve.ts'
import type { Database } from '../storage/database.ts'
import { findMail } from '../storage/emails.ts'
import { findFile } from '../storage/files.ts'
import { findMailboxOf } from '../storage/mailboxes.ts'
import { finishWork, type OutboxRow } from '../storage/outbox.ts'
import type { Surroundings } from './drain.ts'

/** After so many tries over some hours, the mailbox does without. */
const triesMax = 12

/** Puts e-mails that were sent into the Sent folder of their mailbox, unless they are there. */
export async function putSentCopies(
  db: Database,
  workspace: number,
  work: readonly OutboxRow[],
  { system }: Surroundings,
): Promise<void> {
  for (const piece of work) {
    if (piece.attempts < triesMax) await putCopy({ ...system, workspace, caller: undefined }, piece.recordId)
    await finishWork(db, workspace, piece)
  }
}

type Stored = {
  fields: Record<'$from' | '$to' | '$cc' | '$bcc', { value: string[] }> &
    Record<'$subject' | '$sentAt', { value: string }>
  relationships: { $attachment?: { values: string[] } }
}

async function putCopy(ctx: Context, id: string): Promise<void> {
  const mail = await findMail(ctx.db, ctx.workspace, id)
  if (!mail) return
  const { fields, relationships } = JSON.parse(
    await retrieveRecord(ctx, 'email', encodeId(objectTypes.email.prefix, id)),
  ) as Stored
  const [from = ''] = fields.$from.value
  const mailbox = await findMailboxOf(ctx.db, ctx.workspace, from)
  if (mailbox?.state !== 'connected') return
  const { messageId, body } = mail
  const date = new Date(fields.$sentAt.value)
  await withImap(ctx, mailbox, async (client) => {
    if (await isInFolder(client, '\\Sent', { id, messageId })) return
    const attachments = await filesOf(ctx, relationships.$attachment?.values ?? [])
    const email = {
      from,
      to: fields.$to.value,
      cc: fields.$cc.value,
      bcc: fields.$bcc.value,
      subject: fields.$subject.value,
      body,
      attachments,
    }
    const message = await composed(ctx, email, { id, messageId, date }, { forOwner: true })
    await putIntoFolder(client, '\\Sent', message, ['\\Seen'], date)
  })
}

async function filesOf(ctx: Context, ids: readonly string[]) {
  const found = await Promise.all(
    ids.map((id) => findFile(ctx.db, ctx.workspace, decodeId(objectTypes.file.prefix, id) ?? '')),
  )
  return found.filter((file) => file !== undefined)
}
