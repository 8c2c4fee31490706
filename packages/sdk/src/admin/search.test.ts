import { expect, it } from 'vitest'
import { startApi } from '../../../server/test/harness.ts'
import { Openfield } from '../index.ts'

const api = await startApi()
const client = new Openfield({ apiKey: api.key, baseURL: api.url })

it('searches records of all types, or of some', async () => {
  const account = await client.account.create({ fields: { $name: 'Acme & Söhne' } })
  const task = await client.task.create({
    fields: { $title: 'Call Acme', $status: 'TODO' },
    relationships: { $assignedTo: api.memberId },
  })
  expect((await client.admin.search('acme')).data.map(({ id }) => id)).toEqual([account.id, task.id])
  expect((await client.admin.search('acme sohne', { types: ['account', 'task'], limit: 1 })).data).toEqual([
    {
      id: account.id,
      objectType: 'account',
      title: 'Acme & Söhne',
      subtitle: null,
      httpLink: account.httpLink,
      matched: 'name',
    },
  ])
  expect((await client.admin.search('acme', { types: ['task'] })).data).toMatchObject([{ id: task.id }])
})
