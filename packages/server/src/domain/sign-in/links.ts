import { notFound } from '@openfield/schema'
import { transaction } from '../../storage/database.ts'
import { storePassword } from '../../storage/passwords.ts'
import { deleteSessionsOf } from '../../storage/sessions.ts'
import {
  deleteLinksOf,
  findLink,
  insertLink,
  type LinkHolder,
  type LinkPurpose,
  takeLink,
} from '../../storage/sign-in-links.ts'
import type { System } from '../context.ts'
import { hashPassword } from './passwords.ts'
import { hashOfSecret, newSecret } from './secrets.ts'

const hourMs = 3_600_000

/** For how long a link works, and which page of the web app it opens. */
const purposes = {
  invitation: { lifeMs: 7 * 24 * hourMs, page: 'welcome' },
  reset: { lifeMs: hourMs, page: 'reset' },
} as const

/** A link by which a member can choose a password, once. Its secret stands behind the `#`, which no server is sent. */
export async function makeLink(system: System, workspace: number, member: string, purpose: LinkPurpose) {
  const { lifeMs, page } = purposes[purpose]
  const { secret, sha256 } = newSecret()
  const at = system.now()
  const expiresAt = new Date(at.getTime() + lifeMs)
  await insertLink(system.db, workspace, { sha256, member, purpose, at, expiresAt })
  return { link: `${system.publicUrl}/crm/${page}#${secret}`, expiresAt }
}

/** Whom the secret of a link is for. One answer for links that are unknown, used, replaced or too old. */
export async function requireLink(system: System, purpose: LinkPurpose, secret: string): Promise<LinkHolder> {
  const holder = await findLink(system.db, hashOfSecret(secret), purpose, system.now())
  if (!holder) throw gone()
  return holder
}

/** Gives the member of a link the password they chose, and ends their sessions and all their links. */
export async function choosePassword(system: System, purpose: LinkPurpose, secret: string, password: string) {
  const { workspace, member } = await requireLink(system, purpose, secret)
  const hash = await hashPassword(password)
  await transaction(system.db, async (tx) => {
    if (!(await takeLink(tx, hashOfSecret(secret)))) throw gone()
    await storePassword(tx, workspace, member, hash, system.now())
    await deleteLinksOf(tx, workspace, member)
    await deleteSessionsOf(tx, workspace, member)
  })
  return { workspace, member }
}

const gone = () => notFound('This link does not work any more: it was used, replaced, or is too old. Ask for another.')
