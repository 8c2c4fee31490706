import { existsSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { decodeId, encodeId, idPrefixes, newUuid } from '@openfield/schema'
import { sealCredentials } from '../packages/server/src/domain/mailboxes/credentials.ts'
import { startSync } from '../packages/server/src/storage/mail-sync.ts'
import { insertMailbox } from '../packages/server/src/storage/mailboxes.ts'
import { startDovecot } from '../packages/server/test/dovecot.ts'
import type { Effort } from './effort.ts'
import type { Figure, Section } from './report.ts'
import type { Measured, Rig } from './rig.ts'
import { timed } from './timed.ts'

const user = 'ada@ours.com'
const password = 'secret'

/** Whether there is an IMAP server on this machine. */
export const hasImapServer = () => existsSync('/usr/sbin/dovecot')

/** Messages that come in from a real IMAP server, on this machine too, by IMAP over TLS: one half and then the other. */
export async function measureMail(rig: Rig, { messages }: Effort): Promise<Section> {
  const dovecot = await startDovecot({ users: { [user]: password } })
  try {
    await rig.restart('on')
    const idle = await rig.watch(() => timed([1], [0], () => wait(2000)))
    const first = messages / 2
    await dovecot.deliver(user, mails(0, first))
    const mailbox = await connectMailbox(rig, dovecot)
    const beginning = await rig.watch(() => bringIn(rig, mailbox, first))
    await dovecot.deliver(user, mails(first, messages))
    const rest = await rig.watch(() => bringIn(rig, mailbox, messages))
    await rig.workDone()
    return {
      title: `${messages.toLocaleString('en-US')} messages by IMAP`,
      figures: figuresOf(idle, beginning, rest, messages - first),
    }
  } finally {
    await dovecot.close()
  }
}

const figuresOf = (idle: Measured, beginning: Measured, rest: Measured, count: number): Figure[] => [
  { name: 'messages brought in', value: count / rest.seconds, unit: '/s' },
  { name: 'server CPU each', value: (rest.serverCpuSeconds * 1000) / count, unit: 'ms' },
  { name: 'PostgreSQL CPU each', value: (rest.databaseCpuSeconds * 1000) / count, unit: 'ms' },
  { name: 'server process, memory before', value: idle.residentPeak, unit: 'MB' },
  { name: 'server process, most memory for the first half', value: beginning.residentPeak, unit: 'MB' },
  {
    name: 'server process, most memory for the other half',
    value: rest.residentPeak,
    unit: 'MB',
    most: beginning.residentPeak * 1.25,
  },
]

async function connectMailbox({ ctx }: Rig, { host, port, certificate }: Awaited<ReturnType<typeof startDovecot>>) {
  const id = newUuid()
  const now = ctx.now()
  const server = { host, port, security: 'starttls', username: user } as const
  await insertMailbox(ctx.db, ctx.workspace, {
    id,
    member: decodeId(idPrefixes.member, ctx.caller?.memberId ?? '') ?? '',
    address: user,
    provider: 'imap',
    settings: {
      authentication: 'password',
      smtp: server,
      imap: server,
      certificate,
      tokenUrl: null,
      revocationUrl: null,
    },
    credentials: await sealCredentials(ctx, id, { imapPassword: password }),
    ...{ revision: 1, privacy: 'FULL', state: 'connected', problem: null },
    ...{ connectedAt: now, createdAt: now, updatedAt: now },
  })
  await startSync(ctx.db, ctx.workspace, id)
  return encodeId(idPrefixes.mailbox, id)
}

type Sync = { status: string; problem: string | null; progress: { done: number } }

/** Waits until so many messages are accounted for. */
const bringIn = (rig: Rig, mailbox: string, count: number) =>
  timed([count], [0], async () => {
    await rig.call('POST', `/admin/v1/mailboxes/${mailbox}/sync`)
    for (;;) {
      const { status, problem, progress } = await rig.call<Sync>('GET', `/admin/v1/mailboxes/${mailbox}/sync`)
      if (status === 'up_to_date' && progress.done === count) return
      if (problem !== null) throw new Error(problem)
      await wait(100)
    }
  })

/** As people write them: text and HTML, every tenth with a file, of 40 correspondents. */
const mails = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => mail(from + index))

function mail(n: number): string {
  const sentence = `Message ${n} says something about what was agreed on and what is still to be done. `
  const parts = [
    `Content-Type: text/plain; charset=utf-8\r\n\r\n${sentence.repeat(8)}`,
    `Content-Type: text/html; charset=utf-8\r\n\r\n<html><body><p>${sentence.repeat(16)}</p></body></html>`,
    ...(n % 10 === 0 ? [attachment] : []),
  ]
  return [
    `From: Person ${n % 40} <person${n % 40}@client${n % 40}.com>`,
    `To: ${user}`,
    `Subject: About number ${n}`,
    'Date: Fri, 1 May 2026 12:00:00 +0000',
    `Message-ID: <${n}@bench.example>`,
    ...(n % 5 === 0 ? [] : [`References: <${n - (n % 5)}@bench.example>`]),
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=part',
    '',
    ...parts.map((part) => `--part\r\n${part}`),
    '--part--',
    '',
  ].join('\r\n')
}

const lines = Buffer.alloc(40_000, 'report').toString('base64').replaceAll(/.{76}/g, '$&\r\n')
const headers = 'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=report.pdf'
const attachment = `${headers}\r\nContent-Transfer-Encoding: base64\r\n\r\n${lines}`
