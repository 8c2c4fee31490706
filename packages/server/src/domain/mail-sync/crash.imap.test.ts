import { once } from 'node:events'
import { expect, it } from 'vitest'
import { startApi } from '../../../test/harness.ts'
import {
  aMail,
  aMailbox,
  emailsAbout,
  ledgerOf,
  reachingMailServers,
  type SyncBody,
  startMailServers,
  synced,
} from '../../../test/mailboxes.ts'
import { runProgram } from '../../../test/program.ts'

const user = 'ada@ours.com'
const servers = await startMailServers([user, 'cy@ours.com'])
// The work is done by servers beside this one.
const api = await startApi({ OPENFIELD_WORKER: 'off', ...reachingMailServers })

const server = async () => {
  const { OPENFIELD_DATA_DIR, DATABASE_URL = '' } = api.config
  const settings = {
    DATABASE_URL,
    OPENFIELD_DATA_DIR,
    OPENFIELD_FILES_SHARED: 'on',
    OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8',
  }
  const program = runProgram([], { PORT: '0', HOST: '127.0.0.1', ...settings })
  await program.serving()
  return program.child
}
const part = 'Content-Disposition: attachment; filename=a.txt\r\n\r\nfile'
const withFile = {
  headers: ['Content-Type: multipart/mixed; boundary=b'],
  text: `--b\r\n\r\ntext\r\n--b\r\n${part}\r\n--b--`,
}

it('loses and doubles nothing when its server is killed, and another goes on', async () => {
  const count = 900
  const mails = Array.from({ length: count }, (_, n) =>
    aMail({ id: `${n}@kill`, subject: 'killed', ...(n % 3 === 0 && withFile) }),
  )
  await servers.deliver(user, mails)
  const mailbox = await aMailbox(api, servers, { user })
  const done = async () => (await api.get<SyncBody>(`/admin/v1/mailboxes/${mailbox}/sync`)).body.progress.done
  for (const moment of [1, 300, 600]) {
    const child = await server()
    await expect.poll(done, { timeout: 60_000, interval: 20 }).toBeGreaterThan(moment)
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  const last = await server()
  expect(await synced(api, mailbox)).toMatchObject({ progress: { total: count, done: count, missing: 0 } })
  last.kill('SIGTERM')
  await once(last, 'exit')
  expect(await emailsAbout(api, 'killed')).toBe(count)
  expect((await ledgerOf(api, mailbox)).days).toMatchObject([{ seen: count, stored: count, skipped: {} }])
  const [files] = await api.sql(
    `select count(*)::int as files, count(distinct e.from_id)::int as emails from file f
     join edge e on e.workspace_id = f.workspace_id and e.to_id = f.id and e.relationship = 35 where f.status = 'COMPLETED'`,
  )
  expect(files).toEqual({ files: 300, emails: 300 })
})

it('is in the hands of one of two servers, and of the other when that one is gone', async () => {
  const user = 'cy@ours.com'
  const mailbox = await aMailbox(api, servers, { user })
  await servers.deliver(user, [aMail({ subject: 'with two' })])
  const running = [await server(), await server()]
  await synced(api, mailbox)
  const connections = async () => (await servers.doveadm('-f', 'tab', 'who', user)).trim().split('\n').slice(1)
  expect((await connections()).map((line) => line.split('\t')[1])).toEqual(['1'])
  for (const [index, child] of running.entries()) {
    child.kill('SIGKILL')
    await once(child, 'exit')
    await servers.deliver(user, [aMail({ subject: `after ${index}` })])
    if (index === 0) await expect.poll(() => emailsAbout(api, 'after 0'), { timeout: 60_000 }).toBe(1)
  }
  expect(await emailsAbout(api, 'with two')).toBe(1)
})
