import { expect, expectTypeOf, it } from 'vitest'
import { startApi } from '../../../server/test/harness.ts'
import { Openfield, type Opportunity } from '../index.ts'

const api = await startApi({ OPENFIELD_WORKER: 'off' })
const client = new Openfield({ apiKey: api.key, baseURL: api.url })

const make = ($name: string, $amount: number) =>
  client.opportunity.create({ fields: { $name, $stage: 'Lead', $amount }, relationships: { $account: api.accountId } })
const [small, big] = [await make('Small', 1), await make('Big', 2)]
const filter = { '$amount[greaterThan]': 0 }

it('lists records in an order, with the names of what they are linked to', async () => {
  const page = await client.admin.records.list('opportunity', {
    filter,
    sort: '-$amount',
    fields: ['$name', '$account'],
  })
  expectTypeOf(page.data).toEqualTypeOf<Opportunity[]>()
  expect(page.data.map(({ id }) => id)).toEqual([big.id, small.id])
  expect(Object.keys(page.data[0]?.fields ?? {})).toEqual(['$name'])
  expect(page.names[api.accountId]).toEqual(expect.any(String))
})

it('goes on after a page', async () => {
  const query = { filter, sort: 'createdAt', limit: 1 }
  const first = await client.admin.records.list('opportunity', query)
  const second = await client.admin.records.list('opportunity', { ...query, after: first.nextCursor })
  expect([first, second].map(({ data, totalCount }) => [data[0]?.id, totalCount])).toEqual([
    [small.id, 2],
    [big.id, 2],
  ])
  expect(second.nextCursor).toBeNull()
})

it('lists records of an object type of the workspace', async () => {
  await api.post('/admin/v1/objects', { slug: 'project', label: 'Project' })
  const made = await client.object.create('project', { fields: { $name: 'Move' } })
  const page = await client.admin.records.list('project')
  expect(page.data.map(({ id, fields }) => [id, fields.$name.value])).toEqual([[made.id, 'Move']])
})

it('changes several records, and tells of those that have changed meanwhile', async () => {
  const { results } = await client.admin.records.update('opportunity', [
    { id: small.id, fields: { $amount: 10 }, expected: { fields: { $amount: 1 } } },
    { id: big.id, fields: { $amount: 20 }, expected: { fields: { $amount: 1 } } },
  ])
  const [first, second] = results
  expect(first?.outcome === 'updated' && first.record.fields.$amount.value).toBe(10)
  expect(second?.outcome === 'conflict' && second.current.fields['$amount']?.value).toBe(2)
})

it('deletes several records, brings them back, and says what they are called', async () => {
  const ids = [small.id, big.id]
  const deleted = await client.admin.records.delete('opportunity', ids)
  expect(deleted.results.map(({ outcome }) => outcome)).toEqual(['deleted', 'deleted'])
  expect(await client.admin.records.names(ids)).toEqual([])
  const { results } = await client.admin.records.restore('opportunity', ids)
  expect(results.map((one) => one.outcome === 'restored' && one.record.id)).toEqual(ids)
  const names = await client.admin.records.names(ids)
  expect(names.map(({ title }) => title).toSorted()).toEqual(['Big', 'Small'])
})

it('counts records and sums them up by group', async () => {
  const { groups, totalCount } = await client.admin.records.totals('opportunity', {
    group: ['$stage', 'month(createdAt)'],
    sum: '$amount',
    timeZone: 'Europe/Berlin',
    filter,
  })
  const [stage, month] = groups[0]?.keys ?? []
  expect([stage, month]).toEqual([expect.stringMatching(/^opt_/), expect.stringMatching(/^\d{4}-\d\d-01$/)])
  expect([groups[0]?.sum, totalCount]).toEqual([12, 2])
})

it('counts in how many records a field got a value', async () => {
  await client.opportunity.update(small.id, { fields: { $stage: 'Won' } })
  const { groups } = await client.admin.records.changes('opportunity', {
    field: '$stage',
    value: 'Won',
    sum: '$amount',
  })
  expect(groups).toEqual([{ keys: [expect.stringMatching(/-01$/)], count: 1, sum: 10 }])
})
