import { expect, it } from 'vitest'
import { startApi } from '../../server/test/harness.ts'
import { startSmtp } from '../../server/test/smtp.ts'
import { Openfield, UnprocessableEntityError } from './index.ts'

const api = await startApi({ OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8', OPENFIELD_WORKER: 'off' })
const smtp = await startSmtp()
const client = new Openfield({ apiKey: api.key, baseURL: api.url })
const from = 'sales@acme.example'

it('sends e-mails, once for each key, and asks for drafts', async () => {
  smtp.passwords.set(from, 'secret')
  const { host, port, security } = smtp
  await client.admin.mailboxes.connect({ email: from, password: 'secret', smtp: { host, port, security } })
  const email = { from, to: ['ada@acme.example'], subject: 'Hello', messageBody: { content: '<p>Hi</p>' } }
  const sent = await client.email.send(email, { idempotencyKey: 'one' })
  expect(await client.email.send(email, { idempotencyKey: 'one' })).toEqual(sent)
  expect(smtp.mails).toHaveLength(1)
  const { data } = await client.email.list()
  expect(data.map(({ fields }) => [fields.$subject.value, fields.$sentAt.value])).toEqual([['Hello', sent.sentAt]])
  const refused = client.email.draft({ from, subject: 'Hello' })
  await expect(refused).rejects.toThrow(UnprocessableEntityError)
  await expect(refused).rejects.toMatchObject({ param: 'from' })
})
