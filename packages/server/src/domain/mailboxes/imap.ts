import type { ImapFlow } from 'imapflow'
import { mailFailure } from './failure.ts'
import type { ServerAccess } from './servers.ts'

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
