import { expect, it } from 'vitest'
import { startApi } from '../../../server/test/harness.ts'
import { Openfield } from '../index.ts'

const api = await startApi()
const client = new Openfield({ apiKey: api.key, baseURL: api.url })

it('makes a key, lists it and revokes it', async () => {
  const { key, ...made } = await client.admin.apiKeys.create({ name: 'Reports', scopes: ['accounts:read'] })
  expect(key).toMatch(/^sk_of_/)
  expect(made.scopes).toEqual(['accounts:read'])
  expect((await client.admin.apiKeys.list()).data).toContainEqual(made)
  await client.admin.apiKeys.revoke(made.id)
  const theirs = new Openfield({ apiKey: key, baseURL: api.url })
  await expect(theirs.account.list()).rejects.toMatchObject({ status: 401 })
})
