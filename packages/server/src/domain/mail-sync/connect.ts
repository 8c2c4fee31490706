import type { ImapFlow } from 'imapflow'
import type { Mailbox } from '../../storage/mailboxes.ts'
import type { Context } from '../context.ts'
import { mailFailure } from '../mailboxes/failure.ts'
import { imapOptions } from '../mailboxes/imap.ts'
import { type ServerAccess, withAccess } from '../mailboxes/servers.ts'
import { foldersRead } from './folders.ts'

/** A connection to a mailbox. */
export type Connected = {
  client: ImapFlow
  /** When it was made. */
  since: number
  /** Comes when the connection ends. */
  ended: AbortSignal
  /** Waits for what comes, where the server can tell; `isNew` says whether something came before it could. */
  listen(isNew: (path: string, uidNext: number) => boolean): Promise<void>
  close(): void
}

const timeouts = {
  connectionTimeout: 20_000,
  greetingTimeout: 20_000,
  socketTimeout: 5 * 60_000,
  maxIdleTime: 4 * 60_000,
}

/** `ring` is told when something comes or goes while the connection lasts, which it does not longer than until `stopping`. */
export type ConnectOptions = { ring(): void; stopping: AbortSignal }

/** Signs in to a mailbox. Undefined when it has no server to read from. Throws MailServerFailure. */
export const connect = (ctx: Context, mailbox: Mailbox, options: ConnectOptions): Promise<Connected | undefined> =>
  withAccess(ctx, mailbox, 'imap', (access, server) => open(access, server, options))

async function open(access: ServerAccess, server: string, { ring, stopping }: ConnectOptions): Promise<Connected> {
  const { ImapFlow } = await import('imapflow')
  const client = new ImapFlow({ ...timeouts, ...imapOptions(access), disableAutoIdle: true })
  const ended = new AbortController()
  // What fails because of it says so itself.
  client.on('error', () => {})
  const stop = () => client.close()
  stopping.addEventListener('abort', stop)
  client.on('close', () => {
    stopping.removeEventListener('abort', stop)
    ended.abort()
  })
  client.on('exists', ring)
  client.on('expunge', ring)
  try {
    await client.connect()
  } catch (error) {
    client.close()
    throw mailFailure(error, server)
  }
  return {
    client,
    since: Date.now(),
    ended: ended.signal,
    async listen(isNew) {
      if (!client.capabilities.has('IDLE')) return
      const folders = foldersRead(await client.list())
      const path = folders.length === 1 ? folders[0] : 'INBOX'
      const { uidNext } = await client.mailboxOpen(path ?? 'INBOX', { readOnly: true })
      client.idle().catch(() => {})
      if (isNew(path ?? 'INBOX', uidNext)) ring()
    },
    close: () => client.close(),
  }
}
