import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { aContact, aField, aMember, anAccount, aRelationship, successOf } from '../../test/factories.ts'
import { type ListBody, type RecordBody, startApi } from '../../test/harness.ts'
import { limits } from './tallies.ts'

const api = await startApi({ OPENFIELD_WORKER: 'off' })

/** What a filter can ask of a value, said once more in the plainest way. An unset value answers no. */
type Operators = Record<string, (value: unknown, text: string) => boolean>
type Kind = { key: string; values: readonly unknown[]; texts: readonly string[]; operators: Operators }

const fold = (text: unknown) => String(text).normalize('NFC').toLowerCase()
const texts: Operators = {
  equal: (value, text) => fold(value) === fold(text),
  startsWith: (value, text) => (text === '' ? value !== '' : fold(value).startsWith(fold(text))),
}
const numbers = (read: (value: unknown) => number): Operators => ({
  equal: (value, text) => read(value) === read(text),
  greaterThan: (value, text) => read(value) > read(text),
  greaterThanOrEqual: (value, text) => read(value) >= read(text),
  lessThan: (value, text) => read(value) < read(text),
  lessThanOrEqual: (value, text) => read(value) <= read(text),
})
const parts: Operators = { contains: (value, text) => [value].flat().some((one) => fold(one).includes(fold(text))) }
const over = (operators: Operators, view: (value: unknown) => string): Operators =>
  Object.fromEntries(
    Object.entries(operators).map(([name, holds]) => [name, (value, text) => holds(view(value), text)]),
  )

const moments = ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.001Z', '2025-06-01T12:00:00.000Z']
const names = [{ firstName: 'Ann', lastName: 'Lee' }, { firstName: 'Ann' }, { lastName: 'Lee' }, { firstName: 'Bo' }]
const places = [{ city: 'Oslo' }, { street: 'A 1', city: 'Oslo' }, { city: 'Bergen', country: 'NO' }]
const mails = [['a@x.example'], ['a@x.example', 'b@y.example'], ['B@x.example'], []]

const options = ['One', 'Two', 'Three']
const select = await aField(api, 'account', {
  valueType: 'SINGLE_SELECT',
  typeConfiguration: { options: options.map((label) => ({ label })) },
})
const labelOf = (id: unknown) =>
  select.typeConfiguration.options?.find((option) => option.id === id || option.label === id)?.label

const slugOf = async (valueType: string, typeConfiguration = {}) =>
  (await aField(api, 'account', { valueType, typeConfiguration })).slug

const kinds: Kind[] = [
  {
    key: '$name',
    values: ['a', 'A', 'ab', 'Abc', 'b', 'é', 'e\u0301x', 'zz top'],
    texts: ['a', 'ab', 'É', 'z', 'q'],
    operators: texts,
  },
  { key: await slugOf('TEXT'), values: ['', 'a', 'ab', 'B', ' '], texts: ['', 'a', 'b', 'x'], operators: texts },
  {
    key: await slugOf('NUMBER'),
    values: [-1, 0, 0.5, 1, 2],
    texts: ['-1', '0', '0.50', '1', '7'],
    operators: numbers(Number),
  },
  {
    key: await slugOf('CURRENCY'),
    values: [10, 20.25, 30],
    texts: ['10', '20.25', '25', '0'],
    operators: numbers(Number),
  },
  {
    key: await slugOf('DATETIME'),
    values: moments,
    texts: [...moments, '2026-01-01', '2026-01-01T01:00:00+01:00'],
    operators: numbers((value) => Date.parse(String(value))),
  },
  {
    key: await slugOf('CHECKBOX'),
    values: [true, false],
    texts: ['true', 'false'],
    operators: { equal: (value, text) => String(value) === text },
  },
  {
    key: select.slug,
    values: options,
    texts: options,
    operators: { equal: (value, text) => labelOf(value) === labelOf(text) },
  },
  {
    key: await slugOf('EMAIL', { multipleValues: true }),
    values: mails,
    texts: ['a@', 'x.example', 'b@x', ''],
    operators: parts,
  },
  {
    key: '$website',
    values: [['https://a.example'], ['https://a.example/b', 'https://c.example'], 'https://d.example'],
    texts: ['a.example', 'example', 'https://c', 'zzz'],
    operators: parts,
  },
  {
    key: await slugOf('FULL_NAME'),
    values: names,
    texts: ['Ann Lee', 'ann', 'LEE', 'bo', ''],
    operators: over(texts, (value) => {
      const { firstName, lastName } = value as { firstName: string | null; lastName: string | null }
      return [firstName, lastName].filter(Boolean).join(' ')
    }),
  },
  {
    key: '$primaryAddress',
    values: places,
    texts: ['oslo', 'A 1, Oslo', 'bergen, no', 'b'],
    operators: over(texts, (value) => {
      const { street, city, country } = value as Record<string, string | null>
      return [street, city, country].filter(Boolean).join(', ')
    }),
  },
  {
    key: '$twitter',
    values: ['ann', 'bob'],
    texts: ['https://x.com/ann', 'https://x.com/b', 'https://x.com/'],
    operators: texts,
  },
]

const members = await Promise.all([aMember(api), aMember(api)])
const people = await Promise.all([aContact(api), aContact(api), aContact(api)])
const { slug: friends } = await aRelationship(api, 'account', { to: 'contact' })
const isLinked: Operators = {
  equal: (value, text) => (value as string[]).includes(text),
  contains: (value, text) => (value as string[]).includes(text),
}
const linkKinds: (Omit<Kind, 'values'> & { end: string })[] = [
  { key: '$account-owner', end: '$owner', texts: members.map(({ id }) => id), operators: isLinked },
  { key: '$contact', end: '$contact', texts: [...people.map(({ id }) => id), 'con_none'], operators: isLinked },
  { key: friends, end: friends, texts: people.map(({ id }) => id), operators: isLinked },
]

// Deterministic and uneven: some values are common, some are rare, many are unset.
const some = <T>(values: readonly T[], seed: number): T | undefined => values[(seed * seed) % (values.length + 1)]
const fieldsOf = (seed: number) => ({
  ...Object.fromEntries(kinds.map(({ key, values }, index) => [key, some(values, seed + index * 7) ?? null])),
  $name: some(kinds[0]?.values ?? [], seed) ?? 'a',
})
const peopleOf = (seed: number) => people.filter((_, index) => (seed >> index) % 3 === 0).map(({ id }) => id)

const made: RecordBody[] = [successOf(await api.get(`/v1/accounts/${api.accountId}`))]
for (let seed = 1; seed <= 70; seed += 1) {
  const owner = some(members, seed)
  const links = { $owner: owner ? [owner.id] : [], $contact: peopleOf(seed), [friends]: peopleOf(seed * 5) }
  made.push(await anAccount(api, fieldsOf(seed), links))
}
// What was written over must be forgotten by every index.
for (const [index, { id }] of made.entries()) {
  if (index % 3 !== 0) continue
  const links = { $contact: { replace: peopleOf(index + 3) }, $owner: { replace: some(members, index)?.id ?? null } }
  successOf(await api.post(`/v1/accounts/${id}`, { fields: fieldsOf(index + 31), relationships: links }))
}
const records = await Promise.all(made.map(async ({ id }) => successOf(await api.get(`/v1/accounts/${id}`))))
records.sort((left, right) => (left.id < right.id ? 1 : -1))

type Filter = { key: string; operator: string; negated: boolean; text: string; holds: (record: RecordBody) => boolean }

function filterOf(kind: Kind | (typeof linkKinds)[number], operator: string, negated: boolean, text: string): Filter {
  const found = (record: RecordBody) => {
    const value = 'end' in kind ? record.relationships[kind.end]?.values : record.fields[kind.key]?.value
    const holds = kind.operators[operator]
    return value !== null && value !== undefined && holds?.(value, text) === true
  }
  return { key: kind.key, operator, negated, text, holds: (record) => found(record) !== negated }
}

const filter = fc
  .constantFrom<Kind | (typeof linkKinds)[number]>(...kinds, ...linkKinds)
  .chain((kind) =>
    fc
      .tuple(fc.constantFrom(...Object.keys(kind.operators)), fc.boolean(), fc.constantFrom(...kind.texts))
      .map(([operator, negated, text]) => filterOf(kind, operator, negated, text)),
  )
const usual = limits.counted
const query = fc.record({
  filters: fc.array(filter, { maxLength: 5 }),
  limit: fc.integer({ min: 1, max: 25 }),
  offset: fc.constantFrom(0, 0, 1, 10, 60),
  // Sets of more are counted by tallies, and are tested instead of being made.
  counted: fc.constantFrom(limits.counted, 3),
})
afterEach(() => {
  limits.counted = usual
})

const written = ({ key, operator, negated, text }: Filter) =>
  `${encodeURIComponent(`${key}[${negated ? '-' : ''}${operator}]`)}=${encodeURIComponent(text)}`

describe('any filters at once', () => {
  it('find what a look at every single record finds, newest first, with the exact total', async () => {
    let nonEmpty = 0
    await fc.assert(
      fc.asyncProperty(query, async ({ filters, limit, offset, counted }) => {
        limits.counted = counted
        const expected = records.filter((record) => filters.every(({ holds }) => holds(record)))
        const page = expected.slice(offset, offset + limit).map(({ id }) => id)
        const text = [...filters.map(written), `limit=${limit}`, `offset=${offset}`].join('&')
        const { data, totalCount } = successOf(await api.get<ListBody>(`/v1/accounts?${text}`))
        expect({ page: data.map(({ id }) => id), totalCount }).toEqual({ page, totalCount: expected.length })
        nonEmpty += Number(page.length > 0)
      }),
      { numRuns: 400 },
    )
    // A test of empty pages would prove little.
    expect(nonEmpty).toBeGreaterThan(100)
  })

  it.each([usual, 2])(
    'and every single one of them, alone and negated, where more than %i are many',
    async (counted) => {
      limits.counted = counted
      for (const kind of [...kinds, ...linkKinds]) {
        for (const operator of Object.keys(kind.operators)) {
          for (const text of kind.texts) {
            for (const negated of [false, true]) {
              const one = filterOf(kind, operator, negated, text)
              const expected = records.filter(one.holds).map(({ id }) => id)
              const { data, totalCount } = successOf(await api.get<ListBody>(`/v1/accounts?${written(one)}`))
              expect([written(one), totalCount, data.map(({ id }) => id)]).toEqual([
                written(one),
                expected.length,
                expected.slice(0, 25),
              ])
            }
          }
        }
      }
    },
  )

  it('or none: all records', async () => {
    const all = successOf(await api.get<ListBody>('/v1/accounts?limit=25'))
    expect(all.totalCount).toBe(records.length)
    expect(all.data).toEqual(records.slice(0, 25))
  })
})
