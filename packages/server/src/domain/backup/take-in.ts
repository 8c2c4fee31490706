import { parseKey } from '../../storage/encryption-key.ts'
import type { Arrival } from '../../storage/moving.ts'
import { takeIn } from '../../storage/moving.ts'
import type { Context } from '../context.ts'
import { removeBytes } from '../erasures/erase.ts'
import { type Entry, eraseArriving } from '../erasures/register.ts'
import { bringCredentials } from '../mailboxes/credentials.ts'
import { bringSecrets } from '../workflows/secrets.ts'
import { readBackup, UnusableBackup } from './read.ts'

type Target = Pick<Context, 'db' | 'blobs' | 'encryptionKey' | 'now'>

/** What the workspace is called here, if otherwise, and what was erased that it may have. */
type Choices = { name: string | undefined; register: readonly Entry[] }

/**
 * Takes in a workspace that was exported, beside those that are here, without what has been erased since. All of the file is
 * checked before it counts, and until then nothing of it can be seen. Throws UnusableBackup, and a 422 that says why not.
 */
export async function takeInWorkspace(ctx: Target, path: string, choices: Choices) {
  const { files, ...taken } = await takeInRows(ctx, path, choices)
  await removeBytes(ctx, files)
  return taken
}

async function takeInRows(ctx: Target, path: string, { name, register }: Choices) {
  const written: string[] = []
  try {
    return await takeIn(ctx.db, async (begin) => {
      let arrival: Arrival | undefined
      let key: Buffer | undefined
      const here = () => {
        if (!arrival) throw new Error('nothing has arrived yet')
        return arrival
      }
      const read = await readBackup(path, {
        async begin({ workspace, migrations }) {
          if (workspace) arrival = await begin(workspace, migrations, name ?? workspace.name)
          else throw new UnusableBackup(`${path} is a backup of everything: npx openfield restore reads it.`)
        },
        rows: (table, bytes) => here().fill(table, bytes),
        async file(key, bytes) {
          // One that is there already may be another's.
          if ((await ctx.blobs.size(key)) === undefined) written.push(key)
          await ctx.blobs.remove(key)
          await ctx.blobs.write(key, bytes)
        },
        async key(text) {
          key = parseKey(text.trim())
        },
      })
      const { workspace, settle, db } = here()
      await settle()
      // Sealed texts open with the key that came with them, or where both installations have the same one.
      const keys = [...(key ? [key] : []), await ctx.encryptionKey()]
      const origin = keys.map((one) => ({
        workspace: read.about.workspace?.number ?? 0,
        encryptionKey: async () => one,
      }))
      const target = { ...ctx, db, workspace }
      const closed = {
        mailboxes: await bringCredentials(target, origin),
        workflows: await bringSecrets(target, origin),
      }
      const erasures = await eraseArriving(db, target, register)
      return { ...read, workspace, name: name ?? read.about.workspace?.name ?? '', closed, ...erasures }
    })
  } catch (error) {
    for (const key of written) await ctx.blobs.remove(key).catch(() => {})
    throw error
  }
}
