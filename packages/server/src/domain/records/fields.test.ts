import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aContact, aField, successOf } from '../../../test/factories.ts'
import { type ListBody, outcome, startApi } from '../../../test/harness.ts'

const api = await startApi()

const strings = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', ' ', '\0', 'a\0b', '\ud800', 'a\udfff', '__proto__', 'constructor', 'null', 'true', '1'),
)
const numbers = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer().map((cents) => cents / 100),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, 0.1 + 0.2, 1.005, 2 ** 53, -(2 ** 53), 1e308, 5e-324),
)
const json = fc.jsonValue({ maxDepth: 2, stringUnit: 'binary' })
const cents = fc.integer({ min: -1e9, max: 1e9 }).map((amount) => amount / 100)
const textOrNull = fc.oneof(
  { weight: 5, arbitrary: fc.string({ unit: 'grapheme' }) },
  fc.constant(null),
  strings,
  numbers,
)
const name = fc.record({ firstName: textOrNull, lastName: textOrNull }, { requiredKeys: [] })
const address = fc.record(
  {
    street: textOrNull,
    city: textOrNull,
    country: fc.constantFrom('NO', 'us', 'De', null, 'XX', 'USA'),
    latitude: fc.double({ min: -100, max: 100, noNaN: true }),
    longitude: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: -180, max: 180 }) }, strings),
  },
  { requiredKeys: [] },
)

/** Texts that are nearly what some types want, and sometimes are. */
const mostly = (good: string, ...others: string[]) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(good) }, fc.constantFrom(...others))
const joined = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((all) => all.join(''))
const texts: Record<string, fc.Arbitrary<string>> = {
  DATETIME: joined(
    mostly('2026-05-01', '2026-02-29', '0001-01-01', '9999-12-31', '1-1-1'),
    mostly('T09:00:00', 'T24:00:00', 'T9:00', ' 09:00:00', 't09:00', ''),
    mostly('+02:00', 'Z', '.123456Z', '-23:59', '+24:00', '', 'z', '+0530'),
  ),
  EMAIL: joined(
    mostly('Ada', 'A.B', '"x y"', 'ä', '.a', ''),
    mostly('@', '@@', ''),
    mostly('A.example', 'b.com', 'c', ''),
  ),
  TELEPHONE: fc.oneof(
    fc.stringMatching(/^\+?[\d ().-]{5,20}$/),
    fc.stringMatching(/^\(?[2-9]\d\d\)? ?[2-9]\d\d-\d{4}( ?(x|ext\.?|#) ?\d{1,4})?$/),
  ),
  URL: fc.oneof(fc.webUrl(), fc.domain(), fc.webUrl({ validSchemes: ['ftp', 'javascript', 'HTTP'] }), fc.ipV4()),
  SOCIAL_HANDLE: joined(
    mostly('@', '', 'https://x.com/', 'linkedin.com/in/', 'https://evil.example/', 'x.com'),
    fc.oneof(fc.stringMatching(/^\w{2,15}$/), fc.stringMatching(/^[\w.%é-]{0,17}$/)),
  ),
  SELECT: mostly(' one ', 'One', 'TWO', 'Three', 'Retired', 'opt_x'),
}

const choices = { options: [{ label: 'One' }, { label: 'Two' }, { label: 'Retired', retired: true }] }
const types: [valueType: string, typeConfiguration: object, near: fc.Arbitrary<unknown>][] = [
  ['TEXT', {}, strings],
  ['MARKDOWN', {}, strings],
  ['NUMBER', {}, cents],
  ['CURRENCY', { currency: 'CHF' }, cents],
  ['CHECKBOX', {}, fc.boolean()],
  ['DATETIME', {}, texts.DATETIME ?? strings],
  ['EMAIL', { multipleValues: true }, texts.EMAIL ?? strings],
  ['EMAIL', { multipleValues: false }, texts.EMAIL ?? strings],
  ['TELEPHONE', { multipleValues: true }, texts.TELEPHONE ?? strings],
  ['TELEPHONE', { multipleValues: false }, texts.TELEPHONE ?? strings],
  ['URL', { multipleValues: true }, texts.URL ?? strings],
  ['URL', { multipleValues: false }, texts.URL ?? strings],
  ['SOCIAL_HANDLE', { handleService: 'TWITTER' }, texts.SOCIAL_HANDLE ?? strings],
  ['SOCIAL_HANDLE', { handleService: 'LINKEDIN' }, texts.SOCIAL_HANDLE ?? strings],
  ['FULL_NAME', {}, name],
  ['ADDRESS', {}, address],
  ['SINGLE_SELECT', choices, texts.SELECT ?? strings],
  ['MULTI_SELECT', choices, texts.SELECT ?? strings],
]

const rowsOf = async () => {
  const [row] = await api.sql<{ rows: string }>(
    `select (select count(*) from record) || ' ' || (select count(*) from change) || ' ' ||
      (select count(*) from index_text) || ' ' || (select count(*) from index_number) || ' ' ||
      (select count(*) from index_substring) as rows`,
  )
  return row?.rows
}

describe.each(types)(
  'any JSON written to a custom field of the type %s %j',
  async (valueType, typeConfiguration, near) => {
    const { slug } = await aField(api, 'contact', { valueType, typeConfiguration })
    const value = fc.oneof(
      { weight: 5, arbitrary: near },
      { weight: 2, arbitrary: fc.array(near, { maxLength: 4 }) },
      fc.array(fc.oneof(near, json), { maxLength: 4 }),
      json,
      strings,
      numbers,
      name,
      address,
    )

    it('is refused and leaves nothing, or reads back in a normal form that can be written again', async () =>
      await fc.assert(
        fc.asyncProperty(value, async (written) => {
          const before = await rowsOf()
          const response = await api.post('/v1/contacts', { fields: { [slug]: written } })
          if (response.status !== 200) {
            expect([`400 invalid_type fields.${slug}`, `422 fields.${slug}`]).toContain(outcome(response))
            expect(await rowsOf()).toBe(before)
            return
          }
          const { id, fields } = response.body
          expect(fields[slug]?.valueType).toBe(valueType)
          const read = successOf(await api.get(`/v1/contacts/${id}`))
          expect(read).toEqual(response.body)
          const again = await api.post(`/v1/contacts/${id}`, { fields: { [slug]: fields[slug]?.value } })
          expect(again.body).toEqual(read)
        }),
        { numRuns: 70 },
      ))
  },
)

describe('the index', () => {
  it('has entries of live records only, and none for values that are gone', async () => {
    for (const table of ['index_text', 'index_number', 'index_substring', 'unique_value']) {
      const stray = await api.sql(
        `select i.* from ${table} i left join record r using (workspace_id, id) where r.id is null or r.deleted_at is not null`,
      )
      expect([table, stray]).toEqual([table, []])
    }
  })
})

describe('300 custom fields on one type', async () => {
  const slugs: string[] = []
  for (let index = 0; index < 300; index += 1) {
    slugs.push((await aField(api, 'opportunity', { valueType: index % 2 ? 'TEXT' : 'NUMBER' })).slug)
  }
  const fields = Object.fromEntries(slugs.map((slug, index) => [slug, index % 2 ? `value ${index}` : index]))

  it('are written, read, filtered and cleared at once', async () => {
    const base = { $name: 'Wide', $stage: 'Lead' }
    const relationships = { $account: api.accountId }
    const body = successOf(await api.post('/v1/opportunities', { fields: { ...base, ...fields }, relationships }))
    for (const slug of slugs) expect(body.fields[slug]?.value).toBe(fields[slug])
    const last = slugs.at(-1) ?? ''
    const { data } = successOf(await api.get<ListBody>(`/v1/opportunities?${last}=value%20299`))
    expect(data.map(({ id }) => id)).toEqual([body.id])
    const cleared = Object.fromEntries(slugs.map((slug) => [slug, null]))
    const after = successOf(await api.post(`/v1/opportunities/${body.id}`, { fields: cleared }))
    for (const slug of slugs) expect(after.fields[slug]?.value).toBeNull()
    expect(successOf(await api.get<ListBody>(`/v1/opportunities?${last}=value%20299`)).totalCount).toBe(0)
  })
})

describe('the order of what is wrong', () => {
  it('is that of the body where there are several of a kind, and unknown keys and types come before rules', async () => {
    const answerTo = async (fields: object) => outcome(await api.post('/v1/contacts', { fields }))
    expect(await answerTo({ bogus: 1, $title: 5 })).toBe('400 unknown_field fields.bogus')
    expect(await answerTo({ $title: 5, bogus: 1 })).toBe('400 invalid_type fields.$title')
    expect(await answerTo({ $email: 'x', $title: 5 })).toBe('400 invalid_type fields.$title')
    expect(await answerTo({ $email: 'x', bogus: 5 })).toBe('400 unknown_field fields.bogus')
    expect(await answerTo({ $email: 'x', $lastInteractionAt: 5 })).toBe(
      '400 invalid_configuration fields.$lastInteractionAt',
    )
    expect(await answerTo({ $email: 'x', $phone: 'y' })).toBe('422 fields.$email')
    expect(await answerTo({ $phone: 'y', $email: 'x' })).toBe('422 fields.$phone')
  })

  it('names no more than one place, and writes nothing of the rest', async () => {
    const { id } = await aContact(api, { $title: 'Kept' })
    expect(outcome(await api.post(`/v1/contacts/${id}`, { fields: { $title: 'Lost', $email: 'x' } }))).toBe(
      '422 fields.$email',
    )
    expect((await api.get(`/v1/contacts/${id}`)).body.fields.$title?.value).toBe('Kept')
  })
})
