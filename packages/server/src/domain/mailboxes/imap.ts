import type { ImapFlow } from 'imapflow'
import type { Mailbox } from '../../storage/mailboxes.ts'
import type { Context } from '../context.ts'
import { mailFailure } from './failure.ts'
import { type ServerAccess, withAccess } from './servers.ts'

const timeouts = { connectionTimeout: 15_000, greetingTimeout: 15_000, socketTimeout: 60_000 }

/** What ImapFlow takes to sign in with. */
export const imapOptions = ({ host, port, secure, isOpen, tls, auth }: ServerAccess) => ({
  host,
  port,
  secure,
  doSTARTTLS: !secure && !isOpen,
  tls,
  auth,
  logger: false as const,
})

/** Connects to an IMAP server and signs in. Whoever gets the connection closes it. Throws MailServerFailure. */
export async function signInToImap(access: ServerAccess, server: string): Promise<ImapFlow> {
  const { ImapFlow } = await import('imapflow')
  const client = new ImapFlow({ ...timeouts, ...imapOptions(access), disableAutoIdle: true })
  // What fails because of it says so itself.
  client.on('error', () => {})
  try {
    await client.connect()
    return client
  } catch (error) {
    client.close()
    throw mailFailure(error, server)
  }
}

/** Runs `work` signed in to a mailbox; undefined when it has no IMAP. Throws MailServerFailure. */
export async function withImap<T>(
  ctx: Context,
  mailbox: Mailbox,
  work: (client: ImapFlow) => Promise<T>,
): Promise<T | undefined> {
  const client = await withAccess(ctx, mailbox, 'imap', signInToImap)
  if (!client) return undefined
  try {
    return await work(client)
  } catch (error) {
    throw mailFailure(error, mailbox.settings.imap?.host ?? '')
  } finally {
    await client.logout().catch(() => client.close())
  }
}
