import type { Readable } from 'node:stream'
import { forbidden } from '@openfield/schema'
import { findFile } from '../../storage/files.ts'
import type { Context } from '../context.ts'
import { blobKey } from './upload.ts'

/** A completed file, ready to be sent: what it is, and its bytes, or a part of them. */
export type Download = {
  filename: string
  mimeType: string
  sizeBytes: number
  md5: string
  read(range?: { start: number; end: number }): Promise<Readable>
}

/** The bytes of a completed file by its stored id. Throws a 403 when there is none such, as for a URL that is no good. */
export async function downloadFile(ctx: Context, id: string): Promise<Download> {
  const file = await findFile(ctx.db, ctx.workspace, id)
  if (file?.status !== 'COMPLETED' || !file.upload) throw forbidden('There is nothing to download at this URL.')
  const { filename, mimeType, sizeBytes, upload } = file
  return {
    ...{ filename, mimeType, sizeBytes, md5: upload.md5 },
    read: (range) => ctx.blobs.read(blobKey(id, upload.id), range),
  }
}
