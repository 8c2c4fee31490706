import { encodeId, objectTypes, timeOfUuid } from '@openfield/schema'
import type { StoredFile } from '../../storage/files.ts'

/** An upload session that was not completed in time has expired. */
export const statusOf = ({ status, expiresAt }: StoredFile, now: Date): StoredFile['status'] | 'EXPIRED' =>
  status === 'PENDING' && expiresAt <= now ? 'EXPIRED' : status

/** A file as the API sends it. What it was uploaded for is not shown. */
export function presentFile(file: StoredFile, now: Date) {
  const status = statusOf(file, now)
  return {
    id: encodeId(objectTypes.file.prefix, file.id),
    status,
    filename: file.filename,
    mimeType: file.mimeType,
    sizeBytes: file.sizeBytes,
    createdAt: timeOfUuid(file.id).toISOString(),
    completedAt: file.completedAt?.toISOString() ?? null,
    expiresAt: status === 'PENDING' ? file.expiresAt.toISOString() : null,
  }
}
