import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from '../../storage/database.ts'
import { reportSync } from '../../storage/mail-sync.ts'
import {
  changeMailbox,
  claimRenewal,
  endRenewal,
  findMailbox,
  listMailboxes,
  type Mailbox,
} from '../../storage/mailboxes.ts'
import type { Context } from '../context.ts'
import { CannotOpen, open, type Sealer, seal, sealAgain } from '../encryption.ts'
import { MailServerFailure } from './failure.ts'
import { type OAuth, renewed } from './tokens.ts'

/** What a mailbox is signed in to with. Stands nowhere but in memory and, sealed, in the mailbox. */
export type Credentials = { smtpPassword?: string; imapPassword?: string; oauth?: OAuth }

const placeOf = (id: string) => `mailbox ${id}`

export const sealCredentials = (ctx: Sealer, id: string, credentials: Credentials) =>
  seal(ctx, JSON.stringify(credentials), placeOf(id))

/** The credentials of a mailbox. Throws MailServerFailure, whose message says what to do, when they cannot be opened. */
export async function openCredentials(ctx: Context, { id, credentials }: Mailbox): Promise<Credentials> {
  try {
    return JSON.parse(await open(ctx, credentials, placeOf(id))) as Credentials
  } catch (error) {
    if (error instanceof CannotOpen) throw new MailServerFailure('sign_in', error.message, false, error)
    throw error
  }
}

/** Tokens are renewed so long before they end. */
const earlyMs = 60_000
const renewalSeconds = 30

/**
 * The credentials of a mailbox, with an access token that is good for a minute at least. `refused`: the token with which
 * the server did not let anybody in, which is good for nothing.
 */
export async function currentCredentials(ctx: Context, mailbox: Mailbox, refused?: string): Promise<Credentials> {
  const credentials = await openCredentials(ctx, mailbox)
  const { oauth } = credentials
  if (!oauth || isGood(ctx, oauth, refused)) return credentials
  if (await claimRenewal(ctx.db, ctx.workspace, mailbox, renewalSeconds)) {
    return renew(ctx, mailbox, { ...credentials, oauth })
  }
  // Another process renews them: of two at once, one would get tokens that the other makes worthless.
  await sleep(200)
  const now = await findMailbox(ctx.db, ctx.workspace, mailbox.id)
  if (!now) throw new MailServerFailure('sign_in', 'The mailbox is no longer connected.', false)
  return currentCredentials(ctx, now, refused)
}

const isGood = (ctx: Context, { accessToken, expiresAt }: OAuth, refused: string | undefined) =>
  accessToken !== null &&
  accessToken !== refused &&
  (expiresAt === null || Date.parse(expiresAt) - earlyMs > ctx.now().getTime())

async function renew(ctx: Context, mailbox: Mailbox, credentials: Credentials & { oauth: OAuth }) {
  try {
    const oauth = await renewed(ctx, credentials.oauth, mailbox.settings)
    const all = { ...credentials, oauth }
    const sealed = await sealCredentials(ctx, mailbox.id, all)
    await changeMailbox(ctx.db, ctx.workspace, mailbox.id, { credentials: sealed }, mailbox.revision)
    return all
  } catch (error) {
    await endRenewal(ctx.db, ctx.workspace, mailbox.id)
    throw error
  }
}

type Bringing = Sealer & Pick<Context, 'now'> & { db: Connection }

/**
 * Seals the credentials of mailboxes that have come with their workspace, and were sealed there, for here. What cannot be
 * opened has to be entered again; returns the addresses of these.
 */
export async function bringCredentials(ctx: Bringing, origins: readonly Sealer[]): Promise<string[]> {
  const closed: string[] = []
  for (const { id, address, credentials } of await listMailboxes(ctx.db, ctx.workspace)) {
    const sealed = await sealAgain(ctx, origins, credentials, placeOf(id))
    if (sealed) {
      await changeMailbox(ctx.db, ctx.workspace, id, { credentials: sealed })
      continue
    }
    closed.push(address)
    const problem = 'Its workspace came here without its credentials: connect it again.'
    const empty = await sealCredentials(ctx, id, {})
    await changeMailbox(ctx.db, ctx.workspace, id, { credentials: empty, state: 'needs_reconnect', problem })
    const sync = { workspace: ctx.workspace, mailbox: id, asked: 0 }
    await reportSync(ctx.db, sync, { state: 'needs_reconnect', problem, dueAt: ctx.now() })
  }
  return closed
}
