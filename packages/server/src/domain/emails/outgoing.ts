import { badRequest, encodeId, idPrefixes, unprocessable } from '@openfield/schema'
import type { StoredFile } from '../../storage/files.ts'
import { findMailboxOf, type Mailbox } from '../../storage/mailboxes.ts'
import type { Context } from '../context.ts'
import { findSeenFile } from '../files/seen.ts'
import type { Outgoing } from './compose.ts'
import { bodies } from './html.ts'

/** The body of a request to send an e-mail or to make a draft of one. */
export type OutgoingInput = {
  from: string
  to?: string[] | undefined
  cc?: string[] | undefined
  bcc?: string[] | undefined
  subject?: string | undefined
  messageBody?: { contentType?: keyof typeof bodies | undefined; content: string } | undefined
  attachments?: string[] | undefined
}

const mebibyte = 1024 * 1024
const fileMax = 20 * mebibyte
const filesMax = 25 * mebibyte

/** The mailbox and the e-mail that a request means. Throws what is wrong with it. */
export async function outgoingOf(ctx: Context, input: OutgoingInput): Promise<{ mailbox: Mailbox; email: Outgoing }> {
  const attachments = await filesOf(ctx, input.attachments ?? [])
  const { contentType, content = '' } = input.messageBody ?? {}
  return {
    mailbox: await mailboxOf(ctx, input.from),
    email: {
      from: input.from,
      to: input.to ?? [],
      cc: input.cc ?? [],
      bcc: input.bcc ?? [],
      subject: input.subject ?? '',
      body: contentType ? bodies[contentType](content) : content,
      attachments,
    },
  }
}

/** The caller's mailbox of an address. Throws a 422 that says what to do. */
async function mailboxOf(ctx: Context, from: string): Promise<Mailbox> {
  const { caller } = ctx
  const mailbox = await findMailboxOf(ctx.db, ctx.workspace, from)
  const isUser = caller?.subjectType === 'user'
  if (!mailbox || !isUser || caller.memberId !== encodeId(idPrefixes.member, mailbox.member)) {
    throw unprocessable(
      isUser
        ? "'from' must be the address of a mailbox that you have connected."
        : "'from' must be the address of a mailbox of the member whom the API key acts as; this one acts as the workspace.",
      'from',
    )
  }
  if (mailbox.state === 'connected') return mailbox
  throw unprocessable(`The mailbox has to be connected again: ${mailbox.problem}`, 'from')
}

async function filesOf(ctx: Context, ids: readonly string[]): Promise<StoredFile[]> {
  const files = await Promise.all([...new Set(ids)].map((id) => fileOf(ctx, id)))
  if (files.some(({ sizeBytes }) => sizeBytes > fileMax)) {
    throw unprocessable('An attachment may have 20 MiB.', 'attachments')
  }
  if (files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) > filesMax) {
    throw unprocessable('All attachments together may have 25 MiB.', 'attachments')
  }
  return files
}

async function fileOf(ctx: Context, id: string): Promise<StoredFile> {
  const file = await findSeenFile(ctx, id)
  if (!file) throw badRequest('referenced_resource_missing', 'There is no file with one of the ids.', 'attachments')
  if (file.status === 'COMPLETED') return file
  throw unprocessable('Complete the upload of all attachments first.', 'attachments')
}
