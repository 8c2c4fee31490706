import { expect, expectTypeOf, test } from 'vitest'
import { startApi } from '../../server/test/harness.ts'
import { type Account, type List, NotFoundError, Openfield } from './index.ts'

const api = await startApi()
const client = new Openfield({ apiKey: api.key, baseURL: api.url })

const newAccount = async (name: string) => (await client.account.create({ fields: { $name: name } })).id

test('lists are created with members, retrieved, renamed, listed and deleted', async () => {
  const list = await client.list.create({
    fields: { $name: 'Targets', $objectType: '$account' },
    relationships: { $accounts: [await newAccount('Acme')] },
  })
  expectTypeOf(list).toEqualTypeOf<List>()
  expect(Object.keys(list)).toEqual(['id', 'createdAt', 'httpLink', 'fields'])
  expect(list.fields.$objectType).toEqual({ value: '$account', valueType: 'TEXT' })
  expect(await client.list.retrieve(list.id)).toEqual(list)
  const renamed = await client.list.update(list.id, { fields: { $name: 'Q3 targets' } })
  expect(renamed.fields.$name.value).toBe('Q3 targets')
  expect((await client.list.list()).data).toEqual([renamed])
  expect(await client.list.delete(list.id)).toEqual(renamed)
  await expect(client.list.retrieve(list.id)).rejects.toBeInstanceOf(NotFoundError)
})

test('members are added and removed, and listed as whole records', async () => {
  const [first, second, third] = [await newAccount('One'), await newAccount('Two'), await newAccount('Three')]
  const { id } = await client.list.create({
    fields: { $name: 'Changing', $objectType: '$account' },
    relationships: { $accounts: first },
  })
  await client.list.update(id, { relationships: { $accounts: { add: [second, third], remove: first } } })
  const page = await client.list.listAccounts(id, { limit: 1 })
  expectTypeOf(page.data).toEqualTypeOf<Account[]>()
  expect([page.totalCount, page.data[0]?.fields.$name.value]).toEqual([2, 'Three'])
  const found: string[] = []
  for await (const account of client.list.listAccounts(id, { limit: 1 })) found.push(account.id)
  expect(found).toEqual([third, second])
  expect((await client.list.listContacts(id)).data).toEqual([])
})

test('contacts and opportunities have lists too', async () => {
  const contact = await client.contact.create({ fields: {} })
  const people = await client.list.create({
    fields: { $name: 'People', $objectType: '$contact' },
    relationships: { $contacts: contact.id },
  })
  expect((await client.list.listContacts(people.id)).data.map(({ id }) => id)).toEqual([contact.id])
  const opportunity = await client.opportunity.create({
    fields: { $name: 'Deal', $stage: 'Lead' },
    relationships: { $account: await newAccount('Deals') },
  })
  const deals = await client.list.create({ fields: { $name: 'Deals', $objectType: '$opportunity' } })
  await client.list.update(deals.id, { relationships: { $opportunities: { add: opportunity.id } } })
  expect((await client.list.listOpportunities(deals.id)).data.map(({ id }) => id)).toEqual([opportunity.id])
})

test('what a list is of never changes, and its members are not replaced', async () => {
  const { id } = await client.list.create({ fields: { $name: 'Fixed', $objectType: '$contact' } })
  // @ts-expect-error set once, at creation
  const other = client.list.update(id, { fields: { $objectType: '$account' } })
  await expect(other).rejects.toMatchObject({ status: 400, param: 'fields.$objectType' })
  // @ts-expect-error lists take add and remove
  const replaced = client.list.update(id, { relationships: { $contacts: { replace: [] } } })
  await expect(replaced).rejects.toMatchObject({ status: 400, param: 'relationships.$contacts' })
  // @ts-expect-error a list's record does not say who is in it
  expect((await client.list.retrieve(id)).relationships).toBeUndefined()
})
