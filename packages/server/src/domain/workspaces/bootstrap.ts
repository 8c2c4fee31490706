import type { Config } from '../../config.ts'
import { hasApiKeys } from '../../storage/api-keys.ts'
import { withLock } from '../../storage/database.ts'
import type { Context } from '../context.ts'
import { createWorkspace } from './create.ts'

/** What a person needs after the first start. */
export type FirstStart = { key: string; memberId: string; accountId: string }

const lock = 1330005576

/** Makes the first workspace when the database has none that can be used. Servers that start together make one. */
export const bootstrap = (
  system: Omit<Context, 'workspace' | 'caller'>,
  config: Config,
): Promise<FirstStart | undefined> =>
  withLock(system.db, lock, async () => {
    if (await hasApiKeys(system.db)) return undefined
    return createWorkspace(system, {
      name: 'Openfield',
      adminEmail: config.OPENFIELD_ADMIN_EMAIL,
      key: config.OPENFIELD_BOOTSTRAP_API_KEY,
    })
  })
