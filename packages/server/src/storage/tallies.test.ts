import { expect, it } from 'vitest'
import { aField, anObjectType, successOf } from '../../test/factories.ts'
import { type ListBody, type RecordBody, startApi } from '../../test/harness.ts'
import { limits } from './tallies.ts'

const api = await startApi({ OPENFIELD_WORKER: 'off' })
// Everything is counted by tallies.
limits.counted = 0

const objectType = await anObjectType(api)
const field = async (valueType: string) => (await aField(api, objectType, { valueType })).slug
const [size, flag, word, day] = [
  await field('NUMBER'),
  await field('CHECKBOX'),
  await field('TEXT'),
  await field('DATETIME'),
]

type Fields = Record<string, unknown>
type Query = [query: string, holds: (fields: Fields) => boolean]

const number = (fields: Fields) => (fields[size] ?? Number.NaN) as number
const moment = (fields: Fields) => String(fields[day] ?? '')
const queries: Query[] = [
  ['', () => true],
  ...[-3, 0, 2, 2.5, 1e9].flatMap((n): Query[] => [
    [`${size}[greaterThan]=${n}`, (fields) => number(fields) > n],
    [`${size}[greaterThanOrEqual]=${n}`, (fields) => number(fields) >= n],
    [`${size}[lessThan]=${n}`, (fields) => number(fields) < n],
    [`${size}[lessThanOrEqual]=${n}`, (fields) => number(fields) <= n],
    [`${size}[equal]=${n}`, (fields) => number(fields) === n],
    [`${size}[-lessThan]=${n}`, (fields) => !(number(fields) < n)],
  ]),
  [`${flag}[equal]=true`, (fields) => fields[flag] === true],
  [`${flag}[-equal]=true`, (fields) => fields[flag] !== true],
  [`${word}[equal]=ONE`, (fields) => fields[word] === 'one'],
  [`${day}[lessThan]=2026-02-01T00:00:00Z`, (fields) => fields[day] !== undefined && moment(fields) < '2026-02-01'],
  [`${day}[greaterThan]=2026-02-01T00:00:00Z`, (fields) => moment(fields) > '2026-02-01T00:00:00.000Z'],
]

const path = `/v1/objects/${objectType}`
/** What there is, by id; null: in the trash. */
const live = new Map<string, Fields>()
const trashed = new Map<string, Fields>()

async function expectExact(what: string) {
  const totals = await Promise.all(
    queries.map(async ([query]) => successOf(await api.get<ListBody>(`${path}?limit=1&${query}`)).totalCount),
  )
  const expected = queries.map(([, holds]) => [...live.values()].filter(holds).length)
  expect([what, totals]).toEqual([what, expected])
}

const some = <T>(values: readonly T[], n: number) => values[n % values.length] as T
const fieldsOf = (n: number): Fields => ({
  ...(n % 4 > 0 && { [size]: some([-3, 0, 2, 2.5, 1000, 1e9, -1e6, 3], n * 7) }),
  ...(n % 3 > 0 && { [flag]: n % 2 === 0 }),
  ...(n % 5 > 0 && { [word]: some(['one', 'two'], n) }),
  ...(n % 6 > 0 && {
    [day]: some(['2026-01-31T00:00:00.000Z', '2026-02-01T00:00:00.000Z', '2019-01-01T00:00:00.000Z'], n),
  }),
})

const create = async (n: number) => {
  const body = { fields: { $name: `Number ${n}`, ...fieldsOf(n) } }
  const { id } = successOf(await api.post<RecordBody>(`${path}/values`, body))
  live.set(id, fieldsOf(n))
}

it('stay exact whatever is written', async () => {
  await expectExact('nothing')
  for (let n = 0; n < 12; n += 1) await create(n)
  await expectExact('created')
  const ids = [...live.keys()]
  for (const [n, id] of ids.entries()) {
    const fields = fieldsOf(n + 5)
    const cleared = Object.fromEntries([size, flag, word, day].map((key) => [key, fields[key] ?? null]))
    successOf(await api.post(`${path}/values/${id}`, { fields: cleared }))
    live.set(id, fields)
    if (n % 4 === 0) await expectExact('updated')
  }
  await expectExact('updated')
  for (const id of ids.slice(0, 4)) {
    successOf(await api.delete(`${path}/values/${id}`))
    trashed.set(id, live.get(id) ?? {})
    live.delete(id)
  }
  await expectExact('trashed')
  for (const [id, fields] of [...trashed].slice(1, 3)) {
    successOf(await api.post(`${path}/values/${id}/restore`))
    live.set(id, fields)
    successOf(await api.post(`${path}/values/${id}`, { fields: { [size]: 1e9 } }))
    live.set(id, { ...fields, [size]: 1e9 })
  }
  await expectExact('restored')
  const rows = Array.from({ length: 600 }, (_, n) =>
    JSON.stringify({ objectType, externalId: `n-${n}`, fields: { $name: `Row ${n}`, ...fieldsOf(n) } }),
  )
  const headers = { authorization: `Bearer ${api.key}`, 'content-type': 'application/x-ndjson' }
  const { text } = await api.raw({ method: 'POST', path: '/admin/v1/import', headers, body: rows.join('\n') })
  for (const [n, line] of text.trimEnd().split('\n').slice(0, -1).entries()) live.set(JSON.parse(line).id, fieldsOf(n))
  await expectExact('imported, more than is followed')
})

it('count what others write at the same time', async () => {
  for (let round = 0; round < 4; round += 1) {
    const writes = Array.from({ length: 8 }, (_, n) => create(round * 8 + n))
    await api.get(`${path}?${size}[greaterThan]=0`)
    await Promise.all(writes)
    await expectExact('created together')
  }
})
