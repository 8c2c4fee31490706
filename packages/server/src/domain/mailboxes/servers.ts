import type { Mailbox, MailboxSettings, MailServer } from '../../storage/mailboxes.ts'
import type { Context } from '../context.ts'
import { isReachable } from '../outbound/networks.ts'
import { type Credentials, currentCredentials } from './credentials.ts'
import { MailServerFailure, mailFailure } from './failure.ts'

/** All that a library needs to sign in to a server. The host is the address that was checked. */
export type ServerAccess = {
  host: string
  port: number
  /** TLS from the start; else by STARTTLS, or with `isOpen` not at all. */
  secure: boolean
  isOpen: boolean
  tls: { servername?: string; ca?: string }
  auth: { user: string; pass: string } | { user: string; accessToken: string }
}

/** What a mailbox is signed in with at the moment, before or after it is stored. */
export type SignInWith = { settings: MailboxSettings; credentials: Credentials }

/** How to sign in to one of a mailbox's servers. Throws MailServerFailure for a host that must not be connected to. */
export async function accessTo(
  ctx: Context,
  kind: 'smtp' | 'imap',
  { settings, credentials }: SignInWith,
): Promise<ServerAccess | undefined> {
  const server = settings[kind]
  if (!server) return undefined
  const { host, port, security, username } = server
  const found = await ctx.outbound.checkHost(host).catch((error) => {
    throw mailFailure(error, nameOf(server))
  })
  const isOpen = security === 'none'
  if (isOpen && isReachable(found.address, [])) {
    throw new MailServerFailure('tls', `${nameOf(server)}: without TLS the password would be sent in the open.`, false)
  }
  const { oauth, smtpPassword, imapPassword } = credentials
  const pass = (kind === 'smtp' ? smtpPassword : imapPassword) ?? ''
  return {
    host: found.address,
    port,
    secure: security === 'tls',
    isOpen,
    tls: {
      ...(found.servername !== undefined && { servername: found.servername }),
      ...(settings.certificate !== null && { ca: settings.certificate }),
    },
    auth: oauth ? { user: username, accessToken: oauth.accessToken ?? '' } : { user: username, pass },
  }
}

/** A server as people know it. */
export const nameOf = ({ host, port }: MailServer) => `${host}:${port}`

/**
 * Signs in to a server of a connected mailbox by `signIn`; with another access token when the server does not take the
 * first. Returns undefined when the mailbox has no such server. Throws MailServerFailure.
 */
export async function withAccess<T>(
  ctx: Context,
  mailbox: Mailbox,
  kind: 'smtp' | 'imap',
  signIn: (access: ServerAccess, server: string) => Promise<T>,
): Promise<T | undefined> {
  const server = mailbox.settings[kind]
  if (!server) return undefined
  const once = async (credentials: Credentials) => {
    const access = await accessTo(ctx, kind, { settings: mailbox.settings, credentials })
    return access && signIn(access, nameOf(server))
  }
  const credentials = await currentCredentials(ctx, mailbox)
  try {
    return await once(credentials)
  } catch (error) {
    const refused = credentials.oauth?.accessToken
    const isRefused = error instanceof MailServerFailure && error.phase === 'sign_in' && !error.isPassing
    if (!refused || !isRefused) throw error
    return once(await currentCredentials(ctx, mailbox, refused))
  }
}
