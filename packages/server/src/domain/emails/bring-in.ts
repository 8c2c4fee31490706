import { badRequest, decodeId, encodeId, newUuid, objectTypes, unprocessable } from '@openfield/schema'
import { findMember } from '../../storage/members.ts'
import type { Context } from '../context.ts'
import { findSeenFile } from '../files/seen.ts'
import { retrieveRecord } from '../records/retrieve.ts'
import { createEmail } from './create.ts'

export type BroughtEmail = {
  subject: string
  sentAt: string
  from?: string[] | undefined
  to?: string[] | undefined
  cc?: string[] | undefined
  bcc?: string[] | undefined
  html?: string | undefined
  text?: string | undefined
  privacySetting?: 'FULL' | 'METADATA' | null | undefined
  attachmentIds?: string[] | undefined
  holderId?: string | undefined
  messageId?: string | undefined
  references?: string[] | undefined
  externalId?: string | undefined
}

/** Adds an e-mail that another system has, and returns it as the API sends it to the caller. */
export async function bringInEmail(ctx: Context, input: BroughtEmail): Promise<string> {
  const messageId = input.messageId ?? `${newUuid()}@openfield.invalid`
  const { html, text = '' } = input
  const { id } = await createEmail(ctx, {
    subject: input.subject,
    sentAt: new Date(input.sentAt),
    from: input.from ?? [],
    to: input.to ?? [],
    cc: input.cc ?? [],
    bcc: input.bcc ?? [],
    body: html === undefined ? { text } : { html },
    attachments: await completedFiles(ctx, input.attachmentIds ?? []),
    privacy: input.privacySetting ?? null,
    holder: await holderOf(ctx, input.holderId),
    messageId,
    thread: input.references?.[0] ?? messageId,
    externalId: input.externalId,
  })
  return retrieveRecord(ctx, 'email', encodeId(objectTypes.email.prefix, id))
}

async function completedFiles(ctx: Context, ids: readonly string[]): Promise<string[]> {
  const found = ids.map(async (id) => {
    const file = await findSeenFile(ctx, id)
    if (!file) throw badRequest('referenced_resource_missing', 'There is no file with one of the ids.', 'attachmentIds')
    if (file.status !== 'COMPLETED') throw unprocessable('Complete the upload of all files first.', 'attachmentIds')
    return file.id
  })
  return Promise.all(found)
}

async function holderOf(ctx: Context, id: string | undefined): Promise<string | undefined> {
  if (id === undefined) return undefined
  const uuid = decodeId(objectTypes.member.prefix, id)
  if (uuid && (await findMember(ctx.db, ctx.workspace, uuid))) return uuid
  throw badRequest('referenced_resource_missing', 'There is no member with this id.', 'holderId')
}
