import { expect, it } from 'vitest'
import { startApi } from '../../../server/test/harness.ts'
import { startSmtp } from '../../../server/test/smtp.ts'
import { Openfield } from '../index.ts'

const api = await startApi({ OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8', OPENFIELD_WORKER: 'off' })
const smtp = await startSmtp()
const { mailboxes } = new Openfield({ apiKey: api.key, baseURL: api.url }).admin

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
