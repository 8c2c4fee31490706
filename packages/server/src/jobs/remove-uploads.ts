import { discardUpload } from '../domain/files/upload.ts'
import type { Blobs } from '../storage/blobs/blobs.ts'
import type { Database } from '../storage/database.ts'
import { uploadsBefore } from '../storage/files.ts'

/** An upload session lasts an hour: what was started that long ago and more belongs to none that is still open. */
const ageMs = 2 * 60 * 60 * 1000
const pageSize = 500

/** Removes the bytes of uploads that can no longer become a file: expired, cancelled, replaced, or cut by a crash. */
export async function removeDeadUploads(db: Database, blobs: Blobs, now: Date): Promise<void> {
  for (;;) {
    const dead = await uploadsBefore(db, new Date(now.getTime() - ageMs), pageSize)
    for (const { workspace, file, id } of dead) await discardUpload({ db, blobs, workspace }, file, id)
    if (dead.length < pageSize) return
  }
}
