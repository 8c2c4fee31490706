import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aContact, aField, aMember, aNote, anAccount, aRelationship, successOf } from '../../../test/factories.ts'
import { contentsOf, outcome, type RecordBody, startApi } from '../../../test/harness.ts'

const api = await startApi({ OPENFIELD_WORKER: 'off' })

type PageBody = { data: RecordBody[]; totalCount: number; nextCursor: string | null }
const pageOf = async (query: string) => successOf(await api.get<PageBody>(`/admin/v1/records/account?${query}`))

const options = ['One', 'Two', 'Three']
const fieldOf = async (valueType: string, typeConfiguration = {}) =>
  await aField(api, 'account', { valueType, typeConfiguration })
const choices = { options: options.map((label) => ({ label })) }
const [text, number, moment, check, select, several, mails, name, prose] = [
  await fieldOf('TEXT'),
  await fieldOf('NUMBER'),
  await fieldOf('DATETIME'),
  await fieldOf('CHECKBOX'),
  await fieldOf('SINGLE_SELECT', choices),
  await fieldOf('MULTI_SELECT', choices),
  await fieldOf('EMAIL', { multipleValues: true }),
  await fieldOf('FULL_NAME'),
  await fieldOf('MARKDOWN'),
]
const friend = (await aRelationship(api, 'account', { to: 'contact' })).slug
const long = `${'x'.repeat(600)} Needle`
const values: Record<string, readonly unknown[]> = {
  [text.slug]: ['', 'a', 'Ab', 'b', 'É', '100%_', long],
  [number.slug]: [-1, 0, 0.5, 20],
  [moment.slug]: ['2026-01-01T00:00:00.000Z', '2025-06-01T12:00:00.000Z'],
  [check.slug]: [true, false],
  [select.slug]: options,
  [several.slug]: [['One'], ['Two', 'One'], []],
  [mails.slug]: [['b@x.example', 'a@x.example'], ['c@x.example'], []],
  [name.slug]: [{ firstName: 'Ann', lastName: 'Lee' }, { firstName: null, lastName: null }, { lastName: 'Bo' }],
  [prose.slug]: ['', '# Text'],
}

const [owners, friends] = [
  [await aMember(api, { firstName: 'Zoe' }), await aMember(api, { firstName: 'adam' }), await aMember(api)],
  [await aContact(api), await aContact(api)],
]
const everybody = successOf(await api.get<PageBody>('/v1/members')).data

const some = <T>(all: readonly T[], seed: number): T | undefined => all[(seed * seed) % (all.length + 1)]
const fieldsAt = (seed: number) =>
  Object.fromEntries(Object.keys(values).map((key, index) => [key, some(values[key] ?? [], seed + index * 7) ?? null]))
const linksAt = (seed: number) => {
  const owner = some(owners, seed)
  return {
    $owner: owner ? [owner.id] : [],
    [friend]: friends.filter((_, n) => (seed >> n) % 3 === 0).map(({ id }) => id),
  }
}

for (let seed = 1; seed <= 60; seed += 1) {
  const made = await anAccount(api, { $name: `Account ${seed}`, ...fieldsAt(seed) }, linksAt(seed))
  if (seed % 3 > 0) continue
  // What was written over must be forgotten by every index.
  successOf(await api.post(`/v1/accounts/${made.id}`, { fields: fieldsAt(seed + 31) }))
}
await aNote(api)
const records = (await pageOf('limit=1000')).data

type Test = (record: RecordBody) => boolean
type Filter = { key: string; written: string; holds: Test }
const readOf = (record: RecordBody, key: string) => record.fields[key]?.value ?? null
const linksOf = (record: RecordBody, key: string) => record.relationships[key]?.values ?? []
const labelOf = (of: typeof select, id: unknown) =>
  of.typeConfiguration.options?.find((option) => option.id === id)?.label
const fold = (value: unknown) => String(value).normalize('NFC').toLowerCase()

const isEmpty = (record: RecordBody, key: string) => {
  const value = key in record.relationships ? linksOf(record, key) : readOf(record, key)
  const parts = typeof value === 'object' && value !== null ? Object.values(value) : [value]
  return parts.every((part) => part === null || part === '')
}
const filter = (key: string, operator: string, operand: string, test: Test): Filter[] =>
  [false, true].map((negated) => ({
    key,
    written: `${encodeURIComponent(`${key}[${negated ? '-' : ''}${operator}]`)}=${encodeURIComponent(operand)}`,
    holds: (record) => test(record) !== negated,
  }))
const compared = (key: string, operand: string, read: (value: unknown) => number) =>
  filter(
    key,
    'greaterThan',
    operand,
    (record) => readOf(record, key) !== null && read(readOf(record, key)) > read(operand),
  )
const third = records[20] as RecordBody

const filters: Filter[] = [
  ...[...Object.keys(values), '$owner', friend].flatMap((key) =>
    ['true', 'false'].flatMap((operand) =>
      filter(key, 'empty', operand, (one) => String(isEmpty(one, key)) === operand),
    ),
  ),
  ...['a', 'B', 'é', '%', '_', '', 'xx'].flatMap((operand) =>
    filter(
      text.slug,
      'contains',
      operand,
      (one) => readOf(one, text.slug) !== null && fold(readOf(one, text.slug)).slice(0, 500).includes(fold(operand)),
    ),
  ),
  ...filter(
    name.slug,
    'contains',
    'N l',
    (one) => (readOf(one, name.slug) as { lastName: string } | null)?.lastName === 'Lee',
  ),
  ...options.flatMap((operand) => [
    ...filter(select.slug, 'equal', operand, (one) => labelOf(select, readOf(one, select.slug)) === operand),
    ...filter(several.slug, 'equal', operand, (one) =>
      ((readOf(one, several.slug) ?? []) as string[]).some((id) => labelOf(several, id) === operand),
    ),
  ]),
  ...['0', '-1', '7'].flatMap((operand) => compared(number.slug, operand, Number)),
  ...compared(moment.slug, '2025-12-01', (value) => Date.parse(String(value))),
  ...owners.flatMap(({ id }) => filter('$owner', 'equal', id, (one) => linksOf(one, '$owner').includes(id))),
  ...filter(friend, 'contains', friends[0]?.id ?? '', (one) => linksOf(one, friend).includes(friends[0]?.id ?? '')),
  ...(['createdAt', 'updatedAt'] as const).flatMap((key) => [
    ...filter(key, 'greaterThan', third[key], (one) => one[key] > third[key]),
    ...filter(key, 'lessThanOrEqual', third[key], (one) => one[key] <= third[key]),
    ...filter(key, 'equal', third[key], (one) => one[key] === third[key]),
  ]),
]

/** What a list is sorted by, as something that compares by `<`; undefined: not set. */
const keys: Record<string, (record: RecordBody) => string | number | undefined> = {
  createdAt: ({ id }) => id,
  updatedAt: ({ updatedAt }) => updatedAt,
  $name: (one) => fold(readOf(one, '$name')),
  [text.slug]: (one) => textKey(readOf(one, text.slug)),
  [number.slug]: (one) => (readOf(one, number.slug) ?? undefined) as number | undefined,
  [moment.slug]: (one) => (readOf(one, moment.slug) ?? undefined) as string | undefined,
  [check.slug]: (one) => (readOf(one, check.slug) === null ? undefined : Number(readOf(one, check.slug))),
  [select.slug]: (one) =>
    readOf(one, select.slug) === null ? undefined : options.indexOf(labelOf(select, readOf(one, select.slug)) ?? ''),
  [mails.slug]: (one) => ((readOf(one, mails.slug) ?? []) as string[]).toSorted()[0],
  [name.slug]: (one) => {
    const value = readOf(one, name.slug) as { firstName: string | null; lastName: string | null } | null
    return value === null ? undefined : fold([value.firstName, value.lastName].filter(Boolean).join(' '))
  },
  $owner: (one) => {
    const owner = everybody.find(({ id }) => linksOf(one, '$owner').includes(id))
    const named = owner?.fields['$name']?.value as { firstName: string | null; lastName: string | null } | undefined
    return named && fold([named.firstName, named.lastName].filter(Boolean).join(' '))
  },
}
function textKey(value: unknown) {
  return value === null ? undefined : fold(value)
}

function inOrder(all: readonly RecordBody[], key: string, descending: boolean): string[] {
  const keyOf = keys[key] ?? (() => undefined)
  const sign = descending ? -1 : 1
  const compare = (left: RecordBody, right: RecordBody) => {
    const [a, b] = [keyOf(left), keyOf(right)]
    if (a === undefined || b === undefined) {
      if (a === b) return left.id < right.id ? -sign : sign
      return a === undefined ? 1 : -1
    }
    if (a === b) return left.id < right.id ? -sign : sign
    return a < b ? -sign : sign
  }
  return all.toSorted(compare).map(({ id }) => id)
}

const anyQuery = fc.record({
  plain: fc.array(fc.constantFrom(...filters), { maxLength: 3 }),
  groups: fc.array(fc.array(fc.constantFrom(...filters), { minLength: 1, maxLength: 3 }), { maxLength: 2 }),
  key: fc.constantFrom(...Object.keys(keys)),
  descending: fc.boolean(),
  limit: fc.constantFrom(1, 3, 10, 1000),
  offset: fc.constantFrom(0, 0, 1, 15, 50),
})
const textOf = (plain: Filter[], groups: Filter[][], sort: string) =>
  [
    ...plain.map(({ written }) => written),
    ...groups.flatMap((group, index) => group.map(({ written }) => `or${index + 1}.${written}`)),
    `sort=${encodeURIComponent(sort)}`,
  ].join('&')

describe('any filters, groups of alternatives and order', () => {
  it('give what a look at every single record gives, page by page', async () => {
    let found = 0
    await fc.assert(
      fc.asyncProperty(anyQuery, async ({ plain, groups, key, descending, limit, offset }) => {
        const passing = records.filter(
          (record) =>
            plain.every(({ holds }) => holds(record)) &&
            groups.every((group) => group.some(({ holds }) => holds(record))),
        )
        const expected = inOrder(passing, key, descending)
        const query = textOf(plain, groups, `${descending ? '-' : ''}${key}`)
        const page = await pageOf(`${query}&limit=${limit}&offset=${offset}`)
        expect([page.totalCount, page.data.map(({ id }) => id)]).toEqual([
          expected.length,
          expected.slice(offset, offset + limit),
        ])
        expect(page.nextCursor === null).toBe(offset + limit >= expected.length)
        const walked = page.data.map(({ id }) => id)
        for (let { nextCursor } = page, pages = 0; nextCursor !== null && pages < 5; pages += 1) {
          const next = await pageOf(`${query}&limit=${limit}&after=${nextCursor}`)
          walked.push(...next.data.map(({ id }) => id))
          expect(next.totalCount).toBe(expected.length)
          nextCursor = next.nextCursor
        }
        expect(walked).toEqual(expected.slice(offset, offset + walked.length))
        found += Number(walked.length > 0)
      }),
      { numRuns: 300 },
    )
    // A test of empty pages would prove little.
    expect(found).toBeGreaterThan(100)
  })

  it('and every single filter, alone and beside another alternative', async () => {
    for (const one of filters) {
      const expected = records.filter(one.holds).map(({ id }) => id)
      const alone = await pageOf(`${one.written}&limit=1000`)
      expect([one.written, alone.data.map(({ id }) => id)]).toEqual([one.written, expected])
      const either = records.filter((record) => one.holds(record) || readOf(record, '$name') === 'Account 7')
      const both = await pageOf(`or1.${one.written}&or1.$name=Account%207&limit=1000`)
      expect([one.written, both.data.map(({ id }) => id)]).toEqual([one.written, either.map(({ id }) => id)])
    }
  })
})

describe('what filters of screens refuse', () => {
  it.each([
    ['400 invalid_type or1.$name[empty]', 'or1.$name[empty]=maybe'],
    ['400 unknown_field or2.bogus', 'or2.bogus=1'],
    ['400 unknown_field or.$name', 'or.$name=1'],
    ['400 unknown_field bogus', 'bogus[empty]=true'],
    ['400 invalid_configuration $website[startsWith]', '$website[startsWith]=a'],
  ])('%s: %s', async (answer, query) => {
    expect(outcome(await api.get(`/admin/v1/records/account?${query}`))).toBe(answer)
  })

  it('and the public lists go on to refuse what only screens have', async () => {
    for (const [param, code] of [
      ['$name[contains]', 'invalid_configuration'],
      ['$name[empty]', 'invalid_configuration'],
      ['$industry[equal]', 'invalid_configuration'],
      ['createdAt[lessThan]', 'unknown_field'],
      ['or1.$name', 'unknown_field'],
    ] as const) {
      expect(outcome(await api.get(`/v1/accounts?${param}=true`))).toMatch(`400 ${code}`)
    }
  })
})

describe('a walk by cursor', () => {
  it('loses and repeats nothing that is there throughout, whatever others create and delete meanwhile', async () => {
    for (const sort of ['$name', '-createdAt', `-${select.slug}`]) {
      const before = (await pageOf('limit=1000')).data.map(({ id }) => id)
      const seen: string[] = []
      const gone = new Set<string>()
      let cursor: string | null = ''
      while (cursor !== null) {
        const page: PageBody = await pageOf(`sort=${sort}&limit=7${cursor ? `&after=${cursor}` : ''}`)
        seen.push(...page.data.map(({ id }) => id))
        cursor = page.nextCursor
        await anAccount(api, { $name: `Account ${seen.length}`, [select.slug]: 'Two' })
        const leaves = before[(seen.length * 5) % before.length] ?? ''
        gone.add(leaves)
        await api.delete(`/v1/accounts/${leaves}`)
      }
      expect(new Set(seen).size).toBe(seen.length)
      expect(before.filter((id) => !gone.has(id) && !seen.includes(id))).toEqual([])
    }
  })
})

describe('multi-selects that were written before they could be found', () => {
  it('are found after the migration', async () => {
    const { readFile } = await import('node:fs/promises')
    const file = new URL('../../storage/migrations/0007-queries.sql', import.meta.url)
    const [backfill = ''] = /insert into index_text[^;]*;/.exec(await readFile(file, 'utf8')) ?? []
    await anAccount(api, { $industry: ['Construction'] })
    const before = await contentsOf(api)
    const ids = await api.sql<{ id: number }>(
      'select id from field_definition where value_type = $1 union select 103',
      ['MULTI_SELECT'],
    )
    await api.sql('delete from index_text where field = any($1)', [ids.map(({ id }) => id)])
    expect(await contentsOf(api)).not.toEqual(before)
    await api.sql(backfill)
    expect(await contentsOf(api)).toEqual(before)
  })
})
