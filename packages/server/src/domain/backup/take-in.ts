import { parseKey } from '../../storage/encryption-key.ts'
import type { Arrival } from '../../storage/moving.ts'
import { takeIn } from '../../storage/moving.ts'
import type { Context } from '../context.ts'
import { bringCredentials } from '../mailboxes/credentials.ts'
import { bringSecrets } from '../workflows/secrets.ts'
import { readBackup, UnusableBackup } from './read.ts'

type Target = Pick<Context, 'db' | 'blobs' | 'encryptionKey' | 'now'>

/**
 * Takes in a workspace that was exported, beside those that are here; `name` calls it something else. All of the file is
 * checked before it counts, and until then nothing of it can be seen. Throws UnusableBackup, and a 422 that says why not.
 */
export async function takeInWorkspace(ctx: Target, path: string, name?: string) {
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
      return { ...read, workspace, name: name ?? read.about.workspace?.name ?? '', closed }
    })
  } catch (error) {
    for (const key of written) await ctx.blobs.remove(key).catch(() => {})
    throw error
  }
}
