import { fc, test } from '@fast-check/vitest'
import Ajv from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect } from 'vitest'
import { type ValueTypeName, valueTypes } from './index.ts'
import {
  type CellFormat,
  InvalidValue,
  type Json,
  type Operator,
  type TypeConfiguration,
  type ValueType,
} from './type.ts'

type Case = {
  name: ValueTypeName
  configuration?: TypeConfiguration
  /** Values that a client may write. */
  valid: fc.Arbitrary<unknown>
  /** The text of a filter that finds the value, for types with `equal`. Its display, if not given. */
  sameAs?: (value: never) => string
}

const ajv = addFormats.default(new Ajv.default({ strict: true, allowUnionTypes: true }))

const options = ['Lead', 'In  Progress', 'Café', 'Ελλάδα', '100%', 'opt_label'].map((label, index) => ({
  id: `opt_${index}`,
  label,
  retired: index === 5,
}))
const choosable = options.filter((option) => !option.retired)
const option = fc
  .constantFrom(...choosable)
  .chain(({ id, label }) => fc.constantFrom(id, label, label.toUpperCase(), ` ${label.toLowerCase()}\t`))

const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'))
const textOrNull = fc.option(text)
const cents = fc.tuple(fc.maxSafeInteger(), fc.constantFrom(1, 10, 100)).map(([units, divisor]) => units / divisor)
const money = fc.oneof(cents, fc.constantFrom(-0, 0.07, 1.1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER))

const host = fc.oneof(
  fc.domain().map((domain) => domain.replace(/[^.]+$/, 'com')),
  fc.stringMatching(/^[a-z]{1,9}$/).map((label) => `${label}.example`),
)
const emailAddress = fc.tuple(fc.stringMatching(/^[\w!#$%&'*+/=?^`{|}~-]{1,20}(\.[\wÀ-ÿ]{1,9})?$/), host)
const email = emailAddress.map(([local, domain]) => `${local}@${domain}`)
const url = fc.oneof(
  fc.webUrl({ authoritySettings: {}, withFragments: true, withQueryParameters: true }).map(publicUrl),
  fc.tuple(host, text).map(([domain, path]) => `${domain.toUpperCase()}/${path}`),
  host,
  fc.ipV4().map((ip) => `http://${ip}:8080`),
  fc.ipV6().map((ip) => `https://[${ip}]/`),
)
const telephone = fc
  .tuple(
    fc.oneof(
      fc.stringMatching(/^\+1 \([2-9]\d\d\) [2-9]\d\d-\d{4}$/),
      fc.stringMatching(/^\+49 ?[1-9]\d{2}[ /-]?\d{7}$/),
      fc.stringMatching(/^\d{3}[-. ]\d{4,11}$/),
      fc.stringMatching(/^0\d{9}$/),
    ),
    fc.constantFrom('', 'x100', ' ext. 100', '#100', ';ext=100', ' ext:100'),
  )
  .map((parts) => parts.join(''))

const moment = fc
  .date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date('9999-12-30T23:59:59Z'), noInvalidDate: true })
  .chain((date) => {
    const written = date.toISOString()
    return fc.constantFrom(written, written.replace('Z', '+05:30'), written.replace(/:\d\d\.\d{3}Z/, '-0800'))
  })

const oneOrMany = (element: fc.Arbitrary<string>) => fc.oneof(element, fc.array(element, { maxLength: 5 }))

const cases: Case[] = [
  {
    name: 'ADDRESS',
    valid: fc.record(
      {
        street: textOrNull,
        street2: textOrNull,
        city: textOrNull,
        state: textOrNull,
        postalCode: textOrNull,
        country: fc.constantFrom('US', 'de', 'Gb', null),
        latitude: fc.option(fc.double({ min: -90, max: 90, noNaN: true })),
        longitude: fc.option(fc.double({ min: -180, max: 180, noNaN: true })),
      },
      { requiredKeys: [] },
    ),
  },
  { name: 'CHECKBOX', valid: fc.boolean(), sameAs: String },
  { name: 'CURRENCY', valid: money, configuration: { currency: 'USD' }, sameAs: String },
  { name: 'DATETIME', valid: moment, sameAs: String },
  { name: 'EMAIL', valid: oneOrMany(email), configuration: { multipleValues: true } },
  { name: 'EMAIL', valid: email },
  {
    name: 'FULL_NAME',
    valid: fc.record({ firstName: textOrNull, lastName: textOrNull }, { requiredKeys: [] }),
  },
  { name: 'HTML', valid: text },
  { name: 'MARKDOWN', valid: text },
  { name: 'MULTI_SELECT', valid: fc.array(option, { maxLength: 10 }), configuration: { options } },
  { name: 'NUMBER', valid: money },
  { name: 'SINGLE_SELECT', valid: option, configuration: { options } },
  {
    name: 'SOCIAL_HANDLE',
    valid: fc.stringMatching(/^@?\w{1,15}$/).filter((handle) => handle.length > 1 && !/^@?(home|i|p)$/i.test(handle)),
    configuration: { handleService: 'TWITTER' },
  },
  {
    name: 'SOCIAL_HANDLE',
    valid: fc
      .tuple(
        fc.constantFrom('', 'https://de.linkedin.com/in/', 'linkedin.com/company/'),
        fc.stringMatching(/^[\wÀ-ɏ一-鿿-]{2,30}$/),
        fc.boolean(),
      )
      .map(([prefix, slug, encoded]) => prefix + (encoded ? encodeURIComponent(slug) : slug)),
    configuration: { handleService: 'LINKEDIN' },
  },
  { name: 'TELEPHONE', valid: oneOrMany(telephone) },
  { name: 'TELEPHONE', valid: telephone, configuration: { multipleValues: false } },
  { name: 'TEXT', valid: text },
  { name: 'URL', valid: oneOrMany(url), configuration: { multipleValues: true } },
  { name: 'URL', valid: url },
]

/** Texts that come close to an e-mail address, a URL, a telephone number, a moment, a number, a handle. */
const pieces =
  'https:// http: // / . .. : @ + - # ? % %41 %2f %c3%bc \u00fc \u0130 \u3002 \u200b \t ( ) x ext ;ext= [::1] a in www. x.com linkedin.com facebook.com profile.php?id= .test localhost acme.com 0 1 12 202 5551234 49 30 2026 -05-01 T09:00 :00 Z +02:00 .5 e9'
const nearMiss = fc
  .array(fc.constantFrom(' ', ...pieces.split(' ')), { minLength: 1, maxLength: 9 })
  .map((parts) => parts.join(''))

const nasty = fc.oneof(
  nearMiss,
  fc.array(nearMiss, { maxLength: 3 }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom<unknown>(
    '\0',
    '\ud800',
    '%',
    '%00',
    '//',
    'https://',
    'http:',
    'javascript:alert(1)',
    '@',
    '+',
    '+0',
    'x1',
    '#',
    '..',
    '__proto__',
    'a@b',
    '('.repeat(254),
    '9'.repeat(1000),
    '1e999',
    '0x10',
    '-',
    '2026-02-30T00:00:00Z',
    '\u202e',
    'constructor',
    Number.POSITIVE_INFINITY,
    Number.NaN,
    undefined,
    JSON.parse('{"__proto__":{"street":1}}'),
    JSON.parse('{"constructor":1}'),
    new Array(10_000).fill('a@b.com'),
    nested(5000),
    [['a']],
    [null],
    { firstName: { a: 1 } },
  ),
)

const format: CellFormat = { dates: 'day-first', timeZone: 'Europe/Berlin', decimal: '.', separator: '; ' }

describe.for(cases)('$name $configuration', ({ name, configuration = {}, valid, sameAs }) => {
  const type: ValueType = valueTypes[name]
  const accepts = ajv.compile(type.writeSchema(configuration))
  const returns = ajv.compile(type.readSchema(configuration))

  test.prop([valid])('accepts what is valid, in a form that parses to itself', (input) => {
    const value = type.parse(input, configuration)
    expect(type.parse(value, configuration)).toStrictEqual(value)
    expect(JSON.parse(JSON.stringify(value))).toStrictEqual(value)
  })

  test.prop([valid])('has schemas that say so', (input) => {
    expect(accepts(input), ajv.errorsText(accepts.errors)).toBe(true)
    expect(returns(type.parse(input, configuration)), ajv.errorsText(returns.errors)).toBe(true)
  })

  test.prop([valid])('indexes, searches and shows every valid value', (input) => {
    const value = type.parse(input, configuration)
    expect(type.entries(value, configuration)).toStrictEqual(type.entries(value, configuration))
    expect(type.words(value, configuration).every((word) => word !== '' && word === word.toLowerCase())).toBe(true)
    expect(typeof type.display(value, configuration)).toBe('string')
  })

  test.prop([valid])('is found by a filter for itself', (input) => {
    const value = type.parse(input, configuration)
    const wanted = (sameAs as ((value: Json) => string) | undefined)?.(value) ?? type.display(value, configuration)
    for (const found of [type.operators.equal, type.operators.startsWith, type.operators.greaterThanOrEqual]) {
      if (found) expect(matches(type, value, found(wanted, configuration), configuration)).toBe(true)
    }
    for (const element of [value].flat()) {
      const condition = type.operators.contains?.(String(element), configuration)
      if (condition) expect(matches(type, value, condition, configuration)).toBe(true)
    }
  })

  test.prop([valid])('is read from the cells that it is written to', (input) => {
    const value = type.parse(input, configuration)
    if (type.fromParts) {
      const parts = Object.entries(value as Record<string, Json>).filter(([, part]) => part !== null)
      const made = type.fromParts(Object.fromEntries(parts.map(([part, text]) => [part, String(text)])))
      expect(type.parse(made, configuration)).toStrictEqual(value)
    } else {
      const cell = type.toCell(value, configuration)
      if (cell.trim() === '') return
      const read = type.parse(type.fromCell(cell, format, configuration), configuration)
      expect(read).toStrictEqual(typeof value === 'string' && name === 'TEXT' ? value.trim() : value)
    }
  })

  test.prop([nasty.filter((input) => typeof input === 'string')], { numRuns: 300 })(
    'reads the text of any cell, or says why not',
    (cell) => {
      invalidOr(() => type.parse(type.fromCell(cell, format, configuration), configuration))
      for (const part of Object.keys(type.parts ?? {})) {
        invalidOr(() => type.parse(type.fromParts?.({ [part]: cell }), configuration))
      }
    },
  )

  test.prop([nasty], { numRuns: 300 })('accepts anything else, or says why not', (input) => {
    const value = invalidOr(() => type.parse(input, configuration))
    if (value === undefined) return
    expect(type.parse(value, configuration)).toStrictEqual(value)
    expect(returns(value), ajv.errorsText(returns.errors)).toBe(true)
    type.entries(value, configuration)
    type.words(value, configuration)
    type.display(value, configuration)
  })

  test.prop([nasty.filter((input) => typeof input === 'string')], { numRuns: 300 })(
    'filters by any text, or says why not',
    (wanted) => {
      for (const operator of Object.keys(type.operators) as Operator[]) {
        const condition = invalidOr(() => type.operators[operator]?.(wanted, configuration))
        if (condition?.index === 'number') expect(condition.value).not.toBeNaN()
      }
    },
  )
})

function invalidOr<T>(attempt: () => T): T | undefined {
  try {
    return attempt()
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidValue)
    expect((error as InvalidValue).message).not.toBe('')
    return undefined
  }
}

/** What storage does with a condition, in miniature. */
function matches(type: ValueType, value: Json, condition: unknown, configuration: TypeConfiguration): boolean {
  const entries = type.entries(value, configuration)
  const {
    index,
    operator,
    value: wanted,
  } = condition as { index: keyof typeof entries; operator: string; value: never }
  return (entries[index] ?? []).some((entry) => {
    if (operator === 'startsWith') return String(entry).startsWith(wanted)
    if (operator === 'contains') return String(entry).includes(wanted)
    return entry === wanted
  })
}

function publicUrl(address: string): string {
  const parsed = new URL(address)
  parsed.hostname = `${parsed.hostname.split('.')[0]}.com`
  return parsed.href
}

function nested(depth: number): unknown {
  let value: unknown = {}
  for (let level = 0; level < depth; level += 1) value = { firstName: value, street: [value] }
  return value
}
