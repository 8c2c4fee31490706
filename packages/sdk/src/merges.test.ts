import { expect, expectTypeOf, test } from 'vitest'
import { startApi } from '../../server/test/harness.ts'
import { type Account, NotFoundError, Openfield } from './index.ts'

const api = await startApi()
const client = new Openfield({ apiKey: api.key, baseURL: api.url })
const { accountId } = api

const newDeal = ($name: string, $amount: number) =>
  client.opportunity.create({ fields: { $name, $stage: 'Lead', $amount }, relationships: { $account: accountId } })

test('accounts are merged as it is asked for, and the merge says which', async () => {
  const primary = await client.account.create({ fields: { $name: 'Acme', $industry: ['Retail'], $headcount: '1-10' } })
  const duplicate = await client.account.create({
    fields: { $name: 'ACME Ltd', $industry: ['Media'], $website: ['acme.com'] },
  })
  const {
    merge,
    primary: merged,
    summary,
  } = await client.merge.mergeAccounts({
    primaryId: primary.id,
    duplicateId: duplicate.id,
    fieldResolutions: { $name: 'duplicate', $headcount: { value: '11-50' }, $linkedIn: { value: null } },
    options: { multiSelectUnion: true },
  })
  expectTypeOf(merged).toEqualTypeOf<Account>()
  expect(merged.id).toBe(primary.id)
  expect(merged.fields.$name.value).toBe('ACME Ltd')
  expect(merged.fields.$website.value).toEqual(['https://acme.com'])
  expect(merged.fields.$industry.value).toHaveLength(2)
  expect(summary).toEqual({ fieldWriteCount: 4, syncRepointedCount: 0, warnings: [] })
  expect(await client.merge.getMerge(merge.id)).toMatchObject({
    id: merge.id,
    status: 'done',
    entityType: 'account',
    primaryId: primary.id,
    duplicateId: duplicate.id,
  })
  await expect(client.account.retrieve(duplicate.id)).rejects.toBeInstanceOf(NotFoundError)
})

test('contacts are merged with what they are linked to', async () => {
  const [primary, duplicate] = [
    await client.contact.create({ fields: { $email: 'ada@acme.com' } }),
    await client.contact.create({ fields: { $title: 'CTO' }, relationships: { $account: accountId } }),
  ]
  const { primary: merged, summary } = await client.merge.mergeContacts({
    primaryId: primary.id,
    duplicateId: duplicate.id,
  })
  expect([merged.fields.$email.value, merged.fields.$title.value]).toEqual([['ada@acme.com'], 'CTO'])
  expect(merged.relationships.$account.values).toEqual([accountId])
  expect(summary.syncRepointedCount).toBe(1)
})

test('opportunities are merged', async () => {
  const [primary, duplicate] = [await newDeal('One', 1), await newDeal('Two', 2)]
  const { primary: merged } = await client.merge.mergeOpportunities({
    primaryId: primary.id,
    duplicateId: duplicate.id,
    fieldResolutions: { $amount: 'duplicate' },
  })
  expect([merged.fields.$name.value, merged.fields.$amount.value]).toEqual(['One', 2])
})

test('a resolution names a field that can be written, with a value of its type', async () => {
  const [primary, duplicate] = [await newDeal('One', 1), await newDeal('Two', 2)]
  const ids = { primaryId: primary.id, duplicateId: duplicate.id }
  // @ts-expect-error an amount is a number
  const text = client.merge.mergeOpportunities({ ...ids, fieldResolutions: { $amount: { value: 'two' } } })
  await expect(text).rejects.toMatchObject({ code: 'invalid_type', param: 'fieldResolutions.$amount' })
  // @ts-expect-error the system writes it
  const status = client.merge.mergeOpportunities({ ...ids, fieldResolutions: { $opportunityStatus: 'primary' } })
  await expect(status).rejects.toMatchObject({ code: 'invalid_configuration' })
  // @ts-expect-error a name is required
  const name = client.merge.mergeOpportunities({ ...ids, fieldResolutions: { $name: { value: null } } })
  await expect(name).rejects.toMatchObject({ status: 422, param: 'fieldResolutions.$name' })
  expect(await client.opportunity.retrieve(duplicate.id)).toMatchObject({ id: duplicate.id })
})

test('with one idempotencyKey, a merge happens once', async () => {
  const [primary, duplicate] = [await newDeal('One', 1), await newDeal('Two', 2)]
  const options = { idempotencyKey: crypto.randomUUID() }
  const ids = { primaryId: primary.id, duplicateId: duplicate.id }
  const merged = await client.merge.mergeOpportunities(ids, options)
  expect(await client.merge.mergeOpportunities(ids, options)).toEqual(merged)
})
