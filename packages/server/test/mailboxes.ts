import { randomUUID } from 'node:crypto'
import { afterAll, vi } from 'vitest'
import { startDovecot } from './dovecot.ts'
import { successOf } from './factories.ts'
import type { Api, Response } from './harness.ts'
import { startSmtp } from './smtp.ts'

type Message = { id?: string | null; from?: string; to?: string; subject?: string; headers?: string[]; text?: string }

/** A message as it comes from a mail program. */
export const aMail = ({
  id = randomUUID(),
  from = 'bo@client.com',
  to = 'ada@ours.com',
  subject = 'Hello',
  headers = [],
  text = 'Hi',
}: Message = {}) =>
  [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${subject}`,
    'Date: Fri, 1 May 2026 12:00:00 +0000',
    ...(id === null ? [] : [`Message-ID: <${id}>`]),
    ...headers,
    '',
    text,
    '',
  ].join('\r\n')

export type SyncBody = {
  status: string
  problem: string | null
  nextAttemptAt: string | null
  checkedAt: string | null
  progress: { total: number; done: number; missing: number }
}
export type LedgerBody = SyncBody & {
  folders: { path: string; onServer: number; recorded: number; renumberedAt: string | null }[]
  days: { day: string; seen: number; stored: number; skipped: Record<string, number>; removed: number }[]
}

/** A server to read from and one to send with, for people whose passwords are `secret`. To be called where tests are defined. */
export async function startMailServers(users: readonly string[], options: { gmail?: boolean } = {}) {
  const dovecot = await startDovecot({ users: Object.fromEntries(users.map((user) => [user, 'secret'])), ...options })
  afterAll(dovecot.close)
  const smtp = await startSmtp()
  for (const user of users) smtp.passwords.set(user, 'secret')
  return { ...dovecot, smtp }
}

/** What is needed of a server to connect mailboxes and to look at them. */
export type MailApi = {
  key: string
  get<Body>(path: string, options?: { key?: string }): Promise<Response<Body>>
  post<Body>(path: string, body?: unknown, options?: { key?: string }): Promise<Response<Body>>
}
type MailServers = Awaited<ReturnType<typeof startMailServers>>
type Box = { user: string; key?: string; privacy?: 'FULL' | 'METADATA'; port?: number; signIn?: object }

/** What servers need to reach mail servers of tests. */
export const reachingMailServers = { OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8' }

/** Connects a mailbox of whom the key is; returns its id. */
export async function aMailbox(
  api: MailApi,
  servers: MailServers,
  { user, key = api.key, privacy, port, signIn }: Box,
): Promise<string> {
  const { smtp, host, certificate } = servers
  const body = {
    email: user,
    ...(signIn ?? { password: 'secret' }),
    smtp: { host, port: smtp.port, security: 'none' },
    imap: { host, port: port ?? servers.port, security: 'starttls' },
    certificate,
    ...(privacy && { privacySetting: privacy }),
  }
  return successOf(await api.post<{ id: string }>('/admin/v1/mailboxes', body, { key })).id
}

/** Resolves when a mailbox has been looked at since it was asked for, and has some status. */
export async function synced(
  api: MailApi,
  mailbox: string,
  status = 'up_to_date',
  options: { key?: string } = {},
): Promise<SyncBody> {
  const asked = Date.now()
  successOf(await api.post(`/admin/v1/mailboxes/${mailbox}/sync`, undefined, options))
  return vi.waitFor(
    async () => {
      const { body } = await api.get<SyncBody>(`/admin/v1/mailboxes/${mailbox}/sync`, options)
      if (body.status !== status || (status === 'up_to_date' && Date.parse(body.checkedAt ?? '') < asked))
        throw new Error(JSON.stringify(body))
      return body
    },
    { timeout: 60_000, interval: 50 },
  )
}

export const ledgerOf = async (api: Api, mailbox: string): Promise<LedgerBody> =>
  successOf(await api.get<LedgerBody>(`/admin/v1/mailboxes/${mailbox}/ledger`))

export type LedgerMessage = {
  messageId: string
  folder: string
  subject: string
  outcome: string
  reason: string | null
  emailId?: string
  removedAt: string | null
}

/** What the ledger says to its owner of single messages. */
export const messagesOf = async (api: Api, mailbox: string, key: string, query = ''): Promise<LedgerMessage[]> =>
  successOf(await api.get<{ data: LedgerMessage[] }>(`/admin/v1/mailboxes/${mailbox}/messages${query}`, { key })).data

/** How many emails have a subject. */
export async function emailsAbout(api: Api, subject: string): Promise<number> {
  const [row] = await api.sql<{ count: number }>(
    `select count(*)::int from record where object_type = 13 and fields->'$subject'->>'value' = $1`,
    [subject],
  )
  return row?.count ?? 0
}
