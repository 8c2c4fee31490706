import type { Config } from '../../config.ts'
import { hasApiKeys } from '../../storage/api-keys.ts'
import { withLock } from '../../storage/database.ts'
import type { System } from '../context.ts'
import { generatePassword } from '../sign-in/passwords.ts'
import { createWorkspace } from './create.ts'

/** What a person needs after the first start. */
export type FirstStart = {
  key: string
  memberId: string
  accountId: string
  email: string
  /** Made up, unless the settings have one. */
  password: string | undefined
}

const lock = 1330005576

/** Makes the first workspace when the database has none that can be used. Servers that start together make one. */
export const bootstrap = (system: System, config: Config): Promise<FirstStart | undefined> =>
  withLock(system.db, lock, async () => {
    if (await hasApiKeys(system.db)) return undefined
    const { OPENFIELD_ADMIN_EMAIL: email, OPENFIELD_ADMIN_PASSWORD: given } = config
    const password = given === undefined ? generatePassword() : undefined
    const made = await createWorkspace(system, {
      name: 'Openfield',
      adminEmail: email,
      key: config.OPENFIELD_BOOTSTRAP_API_KEY,
      password: given ?? password,
    })
    return { ...made, email, password }
  })
