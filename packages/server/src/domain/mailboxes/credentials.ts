import { setTimeout as sleep } from 'node:timers/promises'
import { changeMailbox, claimRenewal, endRenewal, findMailbox, type Mailbox } from '../../storage/mailboxes.ts'
import type { Context } from '../context.ts'
import { CannotOpen, open, seal } from '../encryption.ts'
import { MailServerFailure } from './failure.ts'
import { type OAuth, renewed } from './tokens.ts'

/** What a mailbox is signed in to with. Stands nowhere but in memory and, sealed, in the mailbox. */
export type Credentials = { smtpPassword?: string; imapPassword?: string; oauth?: OAuth }

const placeOf = (id: string) => `mailbox ${id}`

export const sealCredentials = (ctx: Context, id: string, credentials: Credentials) =>
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
