import { createHash, createHmac } from 'node:crypto'
import { newUuid, objectTypes } from '@openfield/schema'
import { completeFile, findFile, finishUpload, insertFile, startUpload } from '../../storage/files.ts'
import type { Context } from '../context.ts'
import { blobKey } from '../files/upload.ts'
import type { ReadAttachment } from './read-message.ts'

/** Nobody is given an address to upload these to, so that the session need not end. */
const sessionMs = 100 * 365 * 24 * 60 * 60 * 1000

/**
 * Keeps the files of a message and returns their stored ids. These follow from the message, so that files which were kept
 * before a crash are found again; nobody else can tell them. Search does not know their names.
 */
export async function keepFiles(
  ctx: Context,
  messageId: string,
  received: Date,
  attachments: readonly ReadAttachment[],
): Promise<string[]> {
  const ids: string[] = []
  for (const [index, attachment] of attachments.entries()) {
    const id = await fileId(ctx, received, `${ctx.workspace} ${messageId} ${index}`)
    await keepFile(ctx, id, attachment)
    ids.push(id)
  }
  return ids
}

async function keepFile(ctx: Context, id: string, { filename, mimeType, bytes }: ReadAttachment): Promise<void> {
  const { db, workspace } = ctx
  const at = ctx.now()
  const found = await findFile(db, workspace, id)
  if (found?.status === 'COMPLETED') return
  if (!found) {
    const write = { workspace, at, changeId: newUuid(), actor: null, idempotency: undefined, response: '' }
    await insertFile(db, write, objectTypes.file.number, {
      ...{ id, filename, mimeType, status: 'PENDING', sizeBytes: bytes.length, purpose: 'email_attachment' },
      ...{ expiresAt: new Date(at.getTime() + sessionMs), completedAt: null, upload: undefined },
    })
  }
  const upload = newUuid()
  await startUpload(db, workspace, id, upload, at)
  await ctx.blobs.write(blobKey(id, upload), once(bytes))
  const md5 = createHash('md5').update(bytes).digest('hex')
  await finishUpload(db, workspace, id, { id: upload, bytes: bytes.length, md5 }, at, false)
  await completeFile(db, workspace, id, upload, at, { textFields: [], texts: [] })
}

async function* once(bytes: Uint8Array) {
  yield bytes
}

/** A UUIDv7 of a time whose other bits follow from a text. */
async function fileId(ctx: Context, time: Date, text: string): Promise<string> {
  const bytes = createHmac('sha256', await ctx.urlSecret())
    .update(text)
    .digest()
    .subarray(0, 16)
  bytes.writeUIntBE(Math.max(0, time.getTime()), 0, 6)
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
