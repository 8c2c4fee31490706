import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  aChannel,
  aContact,
  aField,
  aKey,
  aMeeting,
  aMember,
  aMessage,
  anAccount,
  anOpportunity,
  successOf,
} from '../../../test/factories.ts'
import { outcome, type RecordBody, rekeyed, startApi } from '../../../test/harness.ts'

const api = await startApi({ OPENFIELD_WORKER: 'off' })

type TotalsBody = {
  groups: { keys: (string | boolean | null)[]; count: number; sum: number | null }[]
  totalCount: number
  names: Record<string, string>
}
const ask = (path: string, from = api) => from.get<TotalsBody>(`/admin/v1/records/${path}`)
const totals = async (path: string, from = api) => successOf(await ask(path, from))

const accounts = [await anAccount(api, { $name: 'One' }), await anAccount(api, { $name: 'Two' })]
const done = (await aField(api, 'opportunity', { valueType: 'CHECKBOX' })).slug
const moments = [
  '2026-03-28T23:30:00Z',
  '2026-03-29T00:30:00Z',
  '2026-03-29T22:30:00Z',
  '2026-12-31T23:30:00Z',
  '2027-01-03T12:00:00Z',
]
for (let n = 0; n < 40; n += 1) {
  const fields = {
    $stage: ['Lead', 'Demo', 'Won'][(n * n) % 3],
    $amount: n % 4 === 0 ? null : Number((n * 10.1).toFixed(2)),
    $closeDate: n % 7 === 0 ? null : moments[n % 5],
    [done]: n % 3 === 0 ? null : n % 2 === 0,
  }
  const owner = n % 2 === 0 ? { $owner: api.memberId } : {}
  await anOpportunity(api, fields, { $account: accounts[n % 2]?.id ?? '', ...owner })
}
const everything = successOf(await api.get<{ data: RecordBody[] }>('/admin/v1/records/opportunity?limit=1000')).data

/** The day on which a time of a place begins, said in another way than the server does. */
function beginOf(unit: string, moment: string, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  const day = parts.format(new Date(moment))
  if (unit === 'month') return `${day.slice(0, 7)}-01`
  if (unit === 'year') return `${day.slice(0, 4)}-01-01`
  const date = new Date(`${day}T00:00:00Z`)
  if (unit === 'week') date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7))
  return date.toISOString().slice(0, 10)
}

type Group = { written: string; of: (record: RecordBody, timeZone: string) => string | boolean | null }
const field = (key: string): Group => ({
  written: key,
  of: ({ fields }) => (fields[key]?.value ?? null) as string | boolean | null,
})
const link = (key: string): Group => ({
  written: key,
  of: ({ relationships }) => relationships[key]?.values[0] ?? null,
})
const time = (unit: string, key: string): Group => ({
  written: `${unit}(${key})`,
  of: ({ fields, createdAt }, timeZone) => {
    const moment = key === 'createdAt' ? createdAt : fields[key]?.value
    return moment ? beginOf(unit, String(moment), timeZone) : null
  },
})
const groups = [
  field('$stage'),
  field(done),
  link('$account'),
  link('$owner'),
  ...['day', 'week', 'month', 'year'].map((unit) => time(unit, '$closeDate')),
  time('day', 'createdAt'),
]
const filters: [string, (record: RecordBody) => boolean][] = [
  ['$amount[greaterThan]=100', ({ fields }) => Number(fields['$amount']?.value ?? 0) > 100],
  [`$owner=${api.memberId}`, ({ relationships }) => relationships['$owner']?.values[0] === api.memberId],
  [
    `$account[-equal]=${accounts[0]?.id}`,
    ({ relationships }) => relationships['$account']?.values[0] !== accounts[0]?.id,
  ],
]

function expectedTotals(passing: readonly RecordBody[], by: readonly Group[], timeZone: string, sums: boolean) {
  const all = Map.groupBy(passing, (record) => JSON.stringify(by.map(({ of }) => of(record, timeZone))))
  return [...all].map(([keys, records]) => {
    const amounts = records.flatMap(({ fields }) => (fields['$amount']?.value as number | null) ?? [])
    const sum = amounts.reduce((total, amount) => total + Math.round(amount * 100), 0) / 100
    return { keys: JSON.parse(keys), count: records.length, sum: sums && amounts.length > 0 ? sum : null }
  })
}
const sorted = (all: TotalsBody['groups']) => all.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))

describe('GET /admin/v1/records/{objectType}/totals', () => {
  it('counts and sums up what a look at every single record does, by any groups under any filters', async () => {
    const query = fc.record({
      by: fc.uniqueArray(fc.constantFrom(...groups), { minLength: 1, maxLength: 2 }),
      under: fc.uniqueArray(fc.constantFrom(...filters), { maxLength: 2 }),
      timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'Pacific/Kiritimati', 'Pacific/Pago_Pago'),
      sums: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(query, async ({ by, under, timeZone, sums }) => {
        const passing = everything.filter((record) => under.every(([, holds]) => holds(record)))
        const text = [
          `group=${by.map(({ written }) => written).join(',')}`,
          `timeZone=${timeZone}`,
          ...(sums ? ['sum=$amount'] : []),
          ...under.map(([filter]) => filter),
        ]
        const found = await totals(`opportunity/totals?${text.join('&')}`)
        expect(found.totalCount).toBe(passing.length)
        expect(sorted(found.groups)).toEqual(sorted(expectedTotals(passing, by, timeZone, sums)))
        expect(found.groups.map(({ count }) => count)).toEqual(
          found.groups.map(({ count }) => count).toSorted((a, b) => b - a),
        )
      }),
      { numRuns: 150 },
    )
  })

  it('200: without groups, counts everything', async () => {
    const big = everything.filter(({ fields }) => Number(fields['$amount']?.value ?? 0) > 100)
    expect(await totals('opportunity/totals?sum=$amount&$amount[greaterThan]=100')).toEqual({
      groups: expectedTotals(big, [], 'UTC', true),
      totalCount: big.length,
      names: {},
    })
    expect(await totals('opportunity/totals?$name=nobody')).toEqual({
      groups: [{ keys: [], count: 0, sum: null }],
      totalCount: 0,
      names: {},
    })
  })

  it('200: names the records among the keys', async () => {
    const { names } = await totals('opportunity/totals?group=$account')
    expect([names[accounts[0]?.id ?? ''], names[accounts[1]?.id ?? '']]).toEqual(['One', 'Two'])
  })

  it('200: groups by the one address of a field', async () => {
    await aMeeting(api, { $organizerEmail: 'Ada@x.example' })
    const found = await totals('meeting/totals?group=$organizerEmail')
    expect(found.groups.map(({ keys }) => keys[0])).toContain('ada@x.example')
    await aContact(api, { $email: ['a@x.example'] })
    expect(outcome(await ask('contact/totals?group=$email'))).toBe('400 invalid_configuration group')
  })

  it('counts what the caller may see, and no more', async () => {
    const channel = await aChannel(api, { name: 'Board', visibility: 'PRIVATE', memberIds: [api.memberId] })
    await aMessage(api, { channelId: channel.id })
    const other = rekeyed(api, (await aKey(api, { memberId: (await aMember(api)).id })).key)
    expect((await totals('channel/totals?group=$visibility')).totalCount).toBe(1)
    expect(await totals('channel/totals?group=$visibility', other)).toEqual({ groups: [], totalCount: 0, names: {} })
    expect((await totals('message/totals?group=$channel', other)).names).toEqual({})
    const { key } = await aKey(api, { scopes: ['accounts:read'] })
    expect(outcome(await ask('opportunity/totals', rekeyed(api, key)))).toBe('403')
  })

  it.each([
    ['404', 'nothing/totals'],
    ['400 invalid_configuration group', 'opportunity/totals?group=$stage,$owner,$account'],
    ['400 invalid_configuration group', 'opportunity/totals?group=$name'],
    ['400 invalid_configuration group', 'opportunity/totals?group=$note'],
    ['400 invalid_configuration group', 'opportunity/totals?group=month($amount)'],
    ['400 invalid_configuration group', 'opportunity/totals?group=hour(createdAt)'],
    ['400 invalid_configuration group', 'opportunity/totals?group=$closeDate'],
    ['400 invalid_configuration sum', 'opportunity/totals?sum=$closeDate'],
    ['400 invalid_configuration sum', 'opportunity/totals?sum=bogus'],
    ['400 invalid_type timeZone', 'opportunity/totals?group=day(createdAt)&timeZone=Mars/Base'],
    ['400 invalid_configuration group', 'meeting/totals?group=$transcript'],
    ['400 unknown_field bogus', 'opportunity/totals?bogus=1'],
  ])('%s: %s', async (answer, path) => {
    expect(outcome(await ask(path))).toBe(answer)
  })
})
