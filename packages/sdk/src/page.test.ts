import { beforeAll, beforeEach, expect, expectTypeOf, test } from 'vitest'
import { startApi } from '../../server/test/harness.ts'
import { type Account, BadRequestError, Openfield, type Page } from './index.ts'

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
let group: Awaited<ReturnType<typeof newGroup>>

beforeAll(async () => {
  group = await newGroup('Steady')
})

beforeEach(() => {
  requests = []
})

/** 60 accounts, newest first as lists are, and the filter that tells them from others. */
async function newGroup(name: string) {
  const created = await Promise.all(Array.from({ length: 60 }, (_, number) => create(`${name} ${number}`)))
  // Ids sort by the time they were made.
  const ids = created.map(({ id }) => id).sort()
  return { ids: ids.reverse(), filter: { '$name[startsWith]': name } }
}

const create = (name: string) => client.account.create({ fields: { $name: name } })

async function idsOf(records: AsyncIterable<Account>) {
  const found: string[] = []
  for await (const record of records) found.push(record.id)
  return found
}

test('awaited, a list is one page', async () => {
  const page = await client.account.list({ filter: group.filter, limit: 10, offset: 5 })
  expectTypeOf(page).toEqualTypeOf<Page<Account>>()
  expect(page.totalCount).toBe(60)
  expect(page.data.map(({ id }) => id)).toEqual(group.ids.slice(5, 15))
  expect(JSON.parse(JSON.stringify(page))).toEqual({ object: 'list', data: page.data, totalCount: 60 })
  expect(requests).toHaveLength(1)
})

test('iterated over, a list is all records of all pages', async () => {
  expect(await idsOf(client.account.list({ filter: group.filter }))).toEqual(group.ids)
  expect(requests).toHaveLength(3)
})

test('a page goes on to the end of the list, as often as it is asked to', async () => {
  const page = await client.account.list({ filter: group.filter, limit: 20, offset: 10 })
  expect(await idsOf(page)).toEqual(group.ids.slice(10))
  expect(await idsOf(page)).toEqual(group.ids.slice(10))
})

test('pages are asked for when the loop gets there', async () => {
  for await (const account of client.account.list({ filter: group.filter })) if (account.id === group.ids[24]) break
  expect(requests).toHaveLength(1)
})

test('an empty list has no records', async () => {
  expect(await idsOf(client.account.list({ filter: { $name: 'nobody' } }))).toEqual([])
  expect(await idsOf(client.account.list({ filter: group.filter, offset: 100 }))).toEqual([])
})

test('no record comes twice when others are created meanwhile', async () => {
  const { ids, filter } = await newGroup('Growing')
  const found: string[] = []
  for await (const { id } of client.account.list({ filter, limit: 20 })) {
    found.push(id)
    if (found.length % 15 === 0) await create(`Growing after ${found.length}`)
  }
  expect(found).toEqual(ids)
})

test('no record is skipped when the loop changes what it filters by', async () => {
  const { ids, filter } = await newGroup('Shrinking')
  const found: string[] = []
  for await (const { id } of client.account.list({ filter })) {
    found.push(id)
    await client.account.update(id, { fields: { $name: 'Done' } })
  }
  expect(found).toEqual(ids)
})

test('what is wrong with the query is thrown by await and by the loop', async () => {
  const wrong = { filter: group.filter, limit: 26 }
  await expect(client.account.list(wrong)).rejects.toBeInstanceOf(BadRequestError)
  await expect(idsOf(client.account.list(wrong))).rejects.toMatchObject({ param: 'limit' })
})
