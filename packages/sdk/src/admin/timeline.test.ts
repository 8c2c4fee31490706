import { expect, it } from 'vitest'
import { startApi } from '../../../server/test/harness.ts'
import { Openfield } from '../index.ts'

const api = await startApi()
const client = new Openfield({ apiKey: api.key, baseURL: api.url })

it('reads a page of a timeline, or all of it', async () => {
  const account = await client.account.create({ fields: { $name: 'Acme' } })
  await client.note.create({ fields: { $title: 'Called' }, relationships: { $account: account.id } })
  await client.account.update(account.id, { fields: { $name: 'Acme Corp' } })
  const page = await client.admin.timeline.read(account.id, { limit: 1 })
  expect(page.data.map(({ kind }) => kind)).toEqual(['updated'])
  expect(page.nextCursor).not.toBe(null)
  const told: string[] = []
  for await (const entry of client.admin.timeline.read(account.id, { limit: 1 })) {
    told.push(entry.kind === 'note' ? entry.record.title : entry.kind)
  }
  expect(told).toEqual(['updated', 'Called', 'created'])
})
