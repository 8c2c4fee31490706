import { encodeId, type FilePurpose, newUuid, objectTypes } from '@openfield/schema'
import { findFile, insertFile } from '../../storage/files.ts'
import type { Context } from '../context.ts'
import { completeFile } from './complete.ts'
import { uploadHeaders } from './create.ts'
import { uploadFile } from './upload.ts'

/** A file that another system has, and when it came about there; its id is a UUID. */
export type BroughtFile = {
  id: string
  filename: string
  mimeType: string
  sizeBytes: number
  purpose: FilePurpose | null
  createdAt: Date
  completedAt: Date
}

/** Long enough for one that broke off to be brought in again. */
const sessionMs = 90 * 24 * 60 * 60 * 1000

/** Adds a file under an id that it has already. One that is there stays; says whether it was not. */
export async function bringInFile(ctx: Context, file: BroughtFile, bytes: AsyncIterable<Uint8Array>): Promise<boolean> {
  const { id, createdAt, completedAt, ...described } = file
  const found = await findFile(ctx.db, ctx.workspace, id)
  if (found && found.status !== 'PENDING') return false
  const stored = found ?? {
    ...{ id, ...described, status: 'PENDING', completedAt: null, upload: undefined },
    expiresAt: new Date(ctx.now().getTime() + sessionMs),
  }
  if (!found) {
    const { workspace } = ctx
    const write = {
      workspace,
      at: createdAt,
      changeId: newUuid(createdAt),
      actor: null,
      idempotency: undefined,
      response: '',
    }
    await insertFile(ctx.db, write, objectTypes.file.number, { ...stored, status: 'PENDING' })
  }
  await uploadFile(ctx, id, { headers: uploadHeaders({ ...stored, status: 'PENDING' }), bytes })
  await completeFile({ ...ctx, now: () => completedAt }, encodeId(objectTypes.file.prefix, id), {})
  return true
}
