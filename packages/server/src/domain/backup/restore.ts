import { fillDatabase } from '../../storage/backup.ts'
import { keepKey } from '../../storage/encryption-key.ts'
import type { Context } from '../context.ts'
import { readBackup, UnusableBackup } from './read.ts'

type Target = Pick<Context, 'db' | 'blobs'> & {
  /** Where the encryption key is kept, unless the settings have one. */
  dataDir: string
  givenKey: Buffer | undefined
}

/**
 * Restores a backup into an empty database and the place of files. All of it is checked before it counts: whatever is wrong
 * with the backup, and whoever is killed, the database is as empty as before. Throws UnusableBackup and NotRestored.
 */
export async function restore({ db, blobs, dataDir, givenKey }: Target, path: string) {
  const written: string[] = []
  let key: string | undefined
  try {
    const result = await fillDatabase(db, (filling) =>
      readBackup(path, {
        async begin({ migrations, workspace }) {
          if (!workspace) return filling.prepare(migrations)
          throw new UnusableBackup(
            `${path} is of one workspace: npx openfield import takes it in. Nothing was changed.`,
          )
        },
        rows: filling.fill,
        async file(name, bytes) {
          if (written.length < forgottenAfter) written.push(name)
          // What a restoration that was killed has left.
          await blobs.remove(name)
          await blobs.write(name, bytes)
        },
        async key(text) {
          // Before anything counts: another key that is there already would be lost.
          await keepKey(dataDir, givenKey, text)
          key = text
        },
      }),
    )
    return { ...result, hasKey: key !== undefined }
  } catch (error) {
    for (const name of written) await blobs.remove(name).catch(() => {})
    throw error
  }
}

/** So many names of files are kept for removing them should something go wrong; the doctor finds the others. */
const forgottenAfter = 100_000
