import { beforeAll, expect, expectTypeOf, test } from 'vitest'
import { startApi } from '../../server/test/harness.ts'
import { BadRequestError, Openfield } from './index.ts'

const api = await startApi()
let requests: string[] = []
const client = new Openfield({
  apiKey: api.key,
  baseURL: api.url,
  fetch(url, init) {
    if (init.method === 'GET') requests.push(url)
    return fetch(url, init)
  },
})
let id: string

beforeAll(async () => {
  await api.post('/admin/v1/objects/opportunity/fields', { slug: 'score', label: 'Score', valueType: 'NUMBER' })
  const opportunity = await client.opportunity.create({
    fields: { $name: 'Deal', $stage: 'Lead', $amount: 1, score: 7 },
    relationships: { $account: api.accountId },
  })
  id = opportunity.id
  for (const $amount of [2, 3, null, 5]) await client.opportunity.update(id, { fields: { $amount } })
  requests = []
})

test('awaited, a history is a page of values, newest first', async () => {
  const page = await client.opportunity.fieldHistory(id, '$amount')
  expectTypeOf(page.data[0]?.value).toEqualTypeOf<number | null | undefined>()
  expect(page.data.map(({ value }) => value)).toEqual([5, null, 3, 2, 1])
  expect(page.data.map(({ isCreate }) => isCreate)).toEqual([false, false, false, false, true])
  expect(page.data[0]).toMatchObject({ valueType: 'CURRENCY', displayValue: expect.stringContaining('5') })
  expect([page.hasMore, page.nextCursor]).toEqual([false, null])
})

test('iterated over, it is all values of all pages', async () => {
  requests = []
  const values: (number | null)[] = []
  for await (const { value } of client.opportunity.fieldHistory(id, '$amount', { limit: 2 })) values.push(value)
  expect(values).toEqual([5, null, 3, 2, 1])
  expect(requests).toHaveLength(3)
})

test('a page can be asked for by its cursor, and goes on from there', async () => {
  const { nextCursor, hasMore } = await client.opportunity.fieldHistory(id, '$amount', { limit: 3 })
  expect(hasMore).toBe(true)
  const page = await client.opportunity.fieldHistory(id, '$amount', { after: nextCursor ?? '', limit: 1 })
  expect(page.data.map(({ value }) => value)).toEqual([2])
  const rest: unknown[] = []
  for await (const { value } of page) rest.push(value)
  expect(rest).toEqual([2, 1])
})

test('selects say the label, and what the workspace has added has a history too', async () => {
  const [stage] = (await client.opportunity.fieldHistory(id, '$stage')).data
  expect(stage).toMatchObject({ value: expect.stringMatching(/^opt_/), displayValue: 'Lead' })
  const [score] = (await client.opportunity.fieldHistory(id, 'score')).data
  if (score?.valueType === 'NUMBER') expectTypeOf(score.value).toEqualTypeOf<number | null>()
  expect(score?.value).toBe(7)
})

test('what the system writes has none, nor have relationships', async () => {
  // @ts-expect-error read-only
  const text = client.opportunity.fieldHistory(id, '$opportunityStatus')
  await expect(text).rejects.toMatchObject({ code: 'invalid_configuration', param: 'fieldKey' })
  // @ts-expect-error no field
  await expect(client.opportunity.fieldHistory(id, '$account')).rejects.toBeInstanceOf(BadRequestError)
})
