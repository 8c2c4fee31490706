import type SMTPConnection from 'nodemailer/lib/smtp-connection'
import { mailFailure } from './failure.ts'
import type { ServerAccess } from './servers.ts'

const timeouts = { connectionTimeout: 15_000, greetingTimeout: 15_000, socketTimeout: 60_000 }

/** Connects to an SMTP server and signs in. Whoever gets the connection closes it. Throws MailServerFailure. */
export async function signInToSmtp(access: ServerAccess, server: string): Promise<SMTPConnection> {
  const { default: Connection } = await import('nodemailer/lib/smtp-connection')
  const { host, port, secure, isOpen, tls } = access
  const connection = new Connection({
    ...timeouts,
    host,
    port,
    secure,
    requireTLS: !secure && !isOpen,
    ignoreTLS: isOpen,
    tls: { ...tls },
  })
  try {
    await called(connection, (done) => connection.connect(done))
    const auth = await authenticationOf(access)
    await called(connection, (done) => connection.login(auth, done))
    return connection
  } catch (error) {
    connection.close()
    throw mailFailure(error, server)
  }
}

async function authenticationOf({ auth }: ServerAccess) {
  if ('pass' in auth) return { user: auth.user, pass: auth.pass, credentials: auth }
  const { default: XOAuth2 } = await import('nodemailer/lib/xoauth2')
  const { user, accessToken } = auth
  return { type: 'OAUTH2', user, method: 'XOAUTH2', oauth2: new XOAuth2({ user, accessToken }) }
}

/** Waits for a step; the connection tells of some failures by an event only. */
const called = (connection: SMTPConnection, step: (done: (error?: unknown) => void) => void) =>
  new Promise<void>((resolve, reject) => {
    const finish = (error?: unknown) => {
      connection.off('error', finish)
      // What fails later is told to whoever waits then.
      connection.on('error', () => {})
      if (error) reject(error)
      else resolve()
    }
    connection.once('error', finish)
    step(finish)
  })
