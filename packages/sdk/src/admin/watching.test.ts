import { expect, it } from 'vitest'
import { startApi } from '../../../server/test/harness.ts'
import { Openfield } from '../index.ts'

const api = await startApi()
const client = new Openfield({ apiKey: api.key, baseURL: api.url })

it('reads a page of the audit log, or all of it, and an address to download it from', async () => {
  const key = await client.admin.apiKeys.create({ name: 'Site' })
  await client.admin.apiKeys.revoke(key.id)
  const page = await client.admin.audit.list({ object: key.id, limit: 1 })
  expect([page.data.map(({ label }) => label), page.nextCursor]).toEqual([['Revoke an API key'], expect.any(String)])
  const actions: string[] = []
  for await (const { action } of client.admin.audit.list({ object: key.id, limit: 1 })) actions.push(action)
  expect(actions).toEqual(['admin.apiKey.revoke', 'admin.apiKey.create'])
  const { url } = await client.admin.audit.download('ndjson', { object: key.id })
  expect((await (await fetch(url)).text()).trim().split('\n')).toHaveLength(2)
})

it('says what is used and what has a limit', async () => {
  const { data } = await client.admin.limits.list()
  expect(data).toContainEqual({
    key: 'records.account',
    label: 'Records: accounts',
    used: 1,
    limit: null,
    unit: 'count',
  })
  const limit = data.find(({ key }) => key === 'options.opportunity.$stage')
  expect(limit).toMatchObject({ used: expect.any(Number), limit: 1000 })
  const limited = await startApi({ OPENFIELD_RATE_LIMIT: '100' }, api)
  const { data: counted } = await new Openfield({ apiKey: api.key, baseURL: limited.url }).admin.limits.list()
  expect(counted.find(({ key }) => key === 'requests.search')).toMatchObject({ limit: 100 })
})

it('erases what is known of somebody', async () => {
  const contact = await client.contact.create({ fields: { $email: ['a@erased.example'] } })
  const erasure = await client.admin.erasures.create({ recordId: contact.id, fields: ['$email'] })
  expect((await client.admin.erasures.list()).data).toEqual([erasure])
  expect((await client.contact.retrieve(contact.id)).fields.$email.value).toBeNull()
})
