import { ApiError, systemDefinitions, unprocessable } from '@openfield/schema'
import { cancelFile as cancel, completeFile as complete, type StoredFile, type Upload } from '../../storage/files.ts'
import type { Context } from '../context.ts'
import { entriesOf, type FieldWrite } from '../records/fields.ts'
import { presentFile, statusOf } from './present.ts'
import { requireFile, wrongStatus } from './retrieve.ts'
import { blobKey, tryToDiscard } from './upload.ts'

const triesMax = 5

/**
 * Completes an upload session whose bytes have all arrived; one that has been completed stays so, for those whose answer was
 * lost. Throws a 422, and leaves the session as it was, when they have not, when their MD5 is not the given one, and when
 * the session was closed otherwise.
 */
export async function completeFile(ctx: Context, id: string, { md5 }: { md5?: string | undefined }) {
  for (let tries = 1; tries <= triesMax; tries += 1) {
    const file = await requireFile(ctx, id)
    const at = ctx.now()
    if (file.status === 'COMPLETED' && file.upload) {
      requireMd5(file.upload, md5, 'Upload others as another file.')
      return presentFile(file, at)
    }
    if (statusOf(file, at) !== 'PENDING') throw wrongStatus(file, at, 'Only a PENDING one can be completed')
    const upload = await requireBytes(ctx, file)
    requireMd5(upload, md5, 'Upload them again.')
    if (await complete(ctx.db, ctx.workspace, file.id, upload.id, at, entriesOf(named(file)))) {
      return presentFile({ ...file, status: 'COMPLETED', completedAt: at }, at)
    }
    // Meanwhile the session was closed, or other bytes came: look again.
  }
  throw new ApiError('conflict', undefined, 'The file is being uploaded again; try again when that is done.')
}

/** Cancels an open upload session and removes its bytes. Throws a 422 when it is not open. */
export async function cancelFile(ctx: Context, id: string) {
  const { id: uuid } = await requireFile(ctx, id)
  const file = await cancel(ctx.db, ctx.workspace, uuid, ctx.now())
  if (!file) throw wrongStatus(await requireFile(ctx, id), ctx.now(), 'Only a PENDING one can be cancelled')
  if (file.upload) await tryToDiscard(ctx, uuid, file.upload.id)
  return presentFile(file, ctx.now())
}

/** A file as the record that search finds by its name. */
export function named({ filename }: Pick<StoredFile, 'filename'>): FieldWrite[] {
  const field = systemDefinitions.get('file')?.fields.get('$filename')
  return field ? [{ field, value: filename }] : []
}

function requireMd5(upload: Upload, md5: string | undefined, advice: string) {
  if (md5 === undefined || md5 === upload.md5) return
  throw unprocessable(`The MD5 of the uploaded bytes is ${upload.md5}. ${advice}`, 'md5')
}

async function requireBytes(ctx: Context, { id, sizeBytes, upload }: StoredFile): Promise<Upload> {
  const kept = upload && (await ctx.blobs.size(blobKey(id, upload.id)))
  if (!upload || kept === undefined) throw unprocessable('The bytes of the file have not been uploaded.')
  if (kept !== sizeBytes || upload.bytes !== sizeBytes) {
    throw unprocessable(`${kept} bytes were uploaded, but ${sizeBytes} announced. Upload all of them.`)
  }
  return upload
}
