import { expect, it } from 'vitest'
import { anEmail } from '../../../server/test/factories.ts'
import { startApi } from '../../../server/test/harness.ts'
import { startSmtp } from '../../../server/test/smtp.ts'
import { Openfield } from '../index.ts'

const api = await startApi({ OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8', OPENFIELD_WORKER: 'off' })
const smtp = await startSmtp()
const { emails, mailboxes } = new Openfield({ apiKey: api.key, baseURL: api.url }).admin

it('connects mailboxes, lists, checks, changes and disconnects them', async () => {
  const { host, port, security, passwords } = smtp
  passwords.set('ada@acme.example', 'secret')
  const server = { host, port, security }
  const mailbox = await mailboxes.connect({ email: 'ada@acme.example', password: 'secret', smtp: server })
  expect(mailbox).toMatchObject({ smtp: { ...server, username: 'ada@acme.example' }, state: 'connected' })
  expect((await mailboxes.list()).data).toEqual([mailbox])
  expect(await mailboxes.check(mailbox.id)).toEqual({ mailbox, smtp: { works: true }, imap: null })
  expect((await mailboxes.update(mailbox.id, { privacySetting: 'METADATA' })).privacySetting).toBe('METADATA')
  expect((await mailboxes.retrieve(mailbox.id)).privacySetting).toBe('METADATA')
  await mailboxes.disconnect(mailbox.id)
  expect((await mailboxes.list()).totalCount).toBe(0)
})

it('says how a mailbox stands with its server, and what is wanted of it', async () => {
  const { host, port, security, passwords } = smtp
  passwords.set('bo@acme.example', 'secret')
  const { id } = await mailboxes.connect({
    email: 'bo@acme.example',
    password: 'secret',
    smtp: { host, port, security },
  })
  expect(await mailboxes.sync(id)).toMatchObject({ status: 'off', nextAttemptAt: null, since: null, paused: false })
  const wishes = { since: '2026-01-01', excluded: ['family.example'], skipInternal: true, paused: true }
  expect(await mailboxes.updateSync(id, wishes)).toMatchObject(wishes)
  expect(await mailboxes.syncNow(id)).toMatchObject({ ...wishes, progress: { total: 0, done: 0, missing: 0 } })
  expect(await mailboxes.ledger(id, { from: '2026-05-01', to: '2026-05-31' })).toMatchObject({ folders: [], days: [] })
  expect(await mailboxes.messages(id, { reason: 'excluded', search: 'x' })).toMatchObject({ data: [], totalCount: 0 })
})

it('lists the emails that answer each other', async () => {
  const email = await anEmail(api)
  const { data } = await emails.thread(email.id)
  expect(data.map(({ id }) => id)).toEqual([email.id])
})
