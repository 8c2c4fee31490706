import {
  type ApiError,
  decodeId,
  encodeId,
  forbidden,
  InvalidValue,
  idPrefixes,
  newUuid,
  noResource,
  objectTypes,
  unprocessable,
  valueTypes,
} from '@openfield/schema'
import { forgetSync, startSync } from '../../storage/mail-sync.ts'
import {
  changeMailbox,
  deleteMailbox,
  findMailbox,
  findMailboxOf,
  insertMailbox,
  listMailboxes as listStored,
  type Mailbox,
} from '../../storage/mailboxes.ts'
import type { Context } from '../context.ts'
import { memberOf } from '../views/member.ts'
import { type Credentials, openCredentials, sealCredentials } from './credentials.ts'
import { MailServerFailure } from './failure.ts'
import { signInToImap } from './imap.ts'
import { type SignInInput, signInOf } from './providers.ts'
import { accessTo, nameOf, type SignInWith, withAccess } from './servers.ts'
import { signInToSmtp } from './smtp.ts'
import { renewed, revoke } from './tokens.ts'

type Privacy = Mailbox['privacy']

export type NewMailbox = SignInInput & {
  email: string
  provider?: Mailbox['provider'] | undefined
  privacySetting?: Privacy | undefined
}

export type MailboxChange = SignInInput & { privacySetting?: Privacy | undefined }

/**
 * Connects a mailbox of the caller's, after signing in to all its servers. Throws a 422 that says what of it does not work,
 * or that the address is connected already.
 */
export async function connectMailbox(ctx: Context, { email, provider = 'imap', privacySetting, ...input }: NewMailbox) {
  const member = memberOf(ctx)
  const address = addressOf(email)
  if (await findMailboxOf(ctx.db, ctx.workspace, address)) throw isTaken()
  const checked = await trySignIn(ctx, signInOf(provider, address, input))
  const id = newUuid()
  const at = ctx.now()
  const mailbox: Mailbox = {
    id,
    member,
    address: address.toLowerCase(),
    provider,
    settings: checked.settings,
    credentials: await sealCredentials(ctx, id, checked.credentials),
    revision: 1,
    privacy: privacySetting ?? 'FULL',
    state: 'connected',
    problem: null,
    connectedAt: at,
    createdAt: at,
    updatedAt: at,
  }
  if (!(await insertMailbox(ctx.db, ctx.workspace, mailbox))) throw isTaken()
  await synchronise(ctx, mailbox)
  return presentMailbox(mailbox)
}

/** Has a mailbox read from now on, or again. */
const synchronise = (ctx: Context, { id }: Mailbox) => startSync(ctx.db, ctx.workspace, id)

const isTaken = () => unprocessable('A mailbox of this address is connected already; disconnect it first.', 'email')

function addressOf(email: string): string {
  try {
    return String(valueTypes.EMAIL.parse(email, objectTypes.member.fields.$email.typeConfiguration))
  } catch (error) {
    if (error instanceof InvalidValue) throw unprocessable(`'email' ${error.message}.`, 'email')
    throw error
  }
}

/** The caller's mailboxes; of an admin all. */
export async function listMailboxes(ctx: Context) {
  const member = ctx.caller?.role === 'admin' ? undefined : memberOf(ctx)
  const data = (await listStored(ctx.db, ctx.workspace, member)).map(presentMailbox)
  return { object: 'list', data, totalCount: data.length }
}

export const retrieveMailbox = async (ctx: Context, id: string) => presentMailbox(await requireMailbox(ctx, id))

/** Changes the privacy of what comes from a mailbox from now on, or how it is signed in to, after trying that. */
export async function updateMailbox(ctx: Context, id: string, { privacySetting, ...input }: MailboxChange) {
  const mailbox = await requireOwnMailbox(ctx, id)
  const isReconnected = Object.values(input).some((value) => value !== undefined)
  const again = isReconnected ? await reconnected(ctx, mailbox, input) : {}
  const changes = { ...again, ...(privacySetting && { privacy: privacySetting }) }
  const changed = await changeMailbox(ctx.db, ctx.workspace, mailbox.id, changes)
  if (!changed) throw noResource('mailboxes')
  if (isReconnected) await synchronise(ctx, changed)
  return presentMailbox(changed)
}

async function reconnected(ctx: Context, { id, provider, address, settings }: Mailbox, input: SignInInput) {
  const kept = {
    ...(settings.smtp && { smtp: settings.smtp }),
    imap: settings.imap,
    ...(settings.certificate !== null && { certificate: settings.certificate }),
  }
  const said = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
  const checked = await trySignIn(ctx, signInOf(provider, address, { ...kept, ...said }))
  return {
    settings: checked.settings,
    credentials: await sealCredentials(ctx, id, checked.credentials),
    state: 'connected' as const,
    problem: null,
    connectedAt: ctx.now(),
  }
}

/** Forgets a mailbox and what it was signed in to with, at its provider too. Its e-mails stay. Returns it as it was. */
export async function disconnectMailbox(ctx: Context, id: string) {
  const mailbox = await requireMailbox(ctx, id)
  await forget(ctx, mailbox)
  return presentMailbox(mailbox)
}

/** Forgets the mailboxes of a member who leaves. */
export async function disconnectMailboxesOf(ctx: Context, member: string) {
  for (const mailbox of await listStored(ctx.db, ctx.workspace, member)) await forget(ctx, mailbox)
}

async function forget(ctx: Context, mailbox: Mailbox) {
  // With a key that is gone, there is nothing to revoke with.
  const { oauth } = await openCredentials(ctx, mailbox).catch((): Credentials => ({}))
  await deleteMailbox(ctx.db, ctx.workspace, mailbox.id)
  await forgetSync(ctx.db, ctx.workspace, mailbox.id)
  if (oauth) await revoke(ctx, oauth, mailbox.settings)
}

type Tried = { works: true } | { works: false; phase: string; problem: string }

/** Signs in to all servers of a mailbox and says what works. What it finds becomes the state of the mailbox. */
export async function checkMailbox(ctx: Context, id: string) {
  const mailbox = await requireMailbox(ctx, id)
  const attempts = [
    attempt(() =>
      withAccess(ctx, mailbox, 'smtp', async (access, server) => (await signInToSmtp(access, server)).close()),
    ),
    attempt(() =>
      withAccess(ctx, mailbox, 'imap', async (access, server) => (await signInToImap(access, server)).close()),
    ),
  ] as const
  const [smtp, imap] = await Promise.all(attempts)
  await noteFailures(ctx, mailbox, [smtp, imap])
  const found = await retrieveMailbox(ctx, id)
  return { mailbox: found, smtp: tried(smtp), imap: mailbox.settings.imap ? tried(imap) : null }
}

async function attempt(signIn: () => Promise<unknown>): Promise<MailServerFailure | undefined> {
  try {
    await signIn()
    return undefined
  } catch (error) {
    if (error instanceof MailServerFailure) return error
    throw error
  }
}

const tried = (failure: MailServerFailure | undefined): Tried =>
  failure ? { works: false, phase: failure.phase, problem: failure.message } : { works: true }

/** Whether a failure will last until the owner does something. */
export const isLasting = ({ phase, isPassing }: MailServerFailure) =>
  !isPassing && (phase === 'sign_in' || phase === 'token')

async function noteFailures(ctx: Context, mailbox: Mailbox, failures: readonly (MailServerFailure | undefined)[]) {
  const lasting = failures.find((failure) => failure && isLasting(failure))
  if (lasting) return noteLasting(ctx, mailbox, lasting)
  if (failures.some(Boolean) || mailbox.state === 'connected') return
  await changeMailbox(ctx.db, ctx.workspace, mailbox.id, { state: 'connected', problem: null })
  await synchronise(ctx, mailbox)
}

/** Says in a mailbox that its owner has to connect it again, unless they have done so meanwhile. */
export const noteLasting = (ctx: Context, { id, revision }: Mailbox, failure: MailServerFailure) =>
  changeMailbox(ctx.db, ctx.workspace, id, { state: 'needs_reconnect', problem: failure.message }, revision)

/** A mailbox that the caller may know of: their own, or, as an admin, any. Throws a 404. */
export async function requireMailbox(ctx: Context, id: string): Promise<Mailbox> {
  const uuid = decodeId(idPrefixes.mailbox, id)
  const mailbox = uuid && (await findMailbox(ctx.db, ctx.workspace, uuid))
  const isAdmin = ctx.caller?.role === 'admin'
  if (!mailbox || !(isAdmin || isOwn(ctx, mailbox))) throw noResource('mailboxes')
  return mailbox
}

/** A mailbox of the caller's own. Throws a 404, and a 403 for an admin who is not the owner. */
export async function requireOwnMailbox(ctx: Context, id: string): Promise<Mailbox> {
  const mailbox = await requireMailbox(ctx, id)
  if (isOwn(ctx, mailbox)) return mailbox
  throw forbidden('Only the member whose mailbox it is may do this.')
}

const isOwn = ({ caller }: Context, { member }: Mailbox) =>
  caller?.subjectType === 'user' && decodeId(idPrefixes.member, caller.memberId ?? '') === member

/** Signs in to every server before anything is kept. Returns it with tokens that are good now. Throws 422s. */
async function trySignIn(ctx: Context, { settings, credentials }: SignInWith): Promise<SignInWith> {
  const { oauth } = credentials
  const fresh = oauth && oauth.accessToken === null ? await renewed(ctx, oauth, settings).catch(refuse('oauth')) : oauth
  const current = { settings, credentials: { ...credentials, ...(fresh && { oauth: fresh }) } }
  // One after the other, so that of two things that are wrong it is always the same one that is told.
  for (const kind of ['smtp', 'imap'] as const) {
    const access = await accessTo(ctx, kind, current).catch(refuse(kind))
    const server = settings[kind]
    if (!access || !server) continue
    const signIn = kind === 'smtp' ? signInToSmtp : signInToImap
    ;(await signIn(access, nameOf(server)).catch(refuse(kind))).close()
  }
  return current
}

/** The 422 for what did not work, with where in the body to look. */
const refuse = (kind: 'smtp' | 'imap' | 'oauth') => (error: unknown) => {
  if (error instanceof MailServerFailure) throw refusal(kind, error)
  throw error
}

const places: Record<MailServerFailure['phase'], string> = {
  dns: 'host',
  private_address: 'host',
  connection: 'port',
  tls: 'security',
  token: 'refreshToken',
  sign_in: 'password',
  protocol: 'host',
}

const refusal = (kind: string, { phase, message }: MailServerFailure): ApiError =>
  unprocessable(message, `${kind}.${places[phase]}`)

const presentMailbox = (mailbox: Mailbox) => {
  const { authentication, smtp, imap } = mailbox.settings
  return {
    id: encodeId(idPrefixes.mailbox, mailbox.id),
    email: mailbox.address,
    memberId: encodeId(idPrefixes.member, mailbox.member),
    provider: mailbox.provider,
    authentication,
    smtp,
    imap,
    privacySetting: mailbox.privacy,
    state: mailbox.state,
    problem: mailbox.problem,
    connectedAt: mailbox.connectedAt.toISOString(),
    createdAt: mailbox.createdAt.toISOString(),
    updatedAt: mailbox.updatedAt.toISOString(),
  }
}
