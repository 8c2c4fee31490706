import { describe, expect, test } from 'vitest'
import { email } from './email.ts'
import { brokenRule, wrongType } from './type.ts'

const many = { multipleValues: true }
const malformed = brokenRule('must be an e-mail address of at most 254 characters, e.g. jane@acme.com')
const unknownDomain = brokenRule('must be an e-mail address at an existing top-level domain')

test('trims an address and lower-cases its domain, nothing else', () => {
  expect(email.parse(' Jane.Doe+CRM@Mail.ACME.com\n', {})).toBe('Jane.Doe+CRM@mail.acme.com')
})

test.for([
  "o'brien@acme.com",
  'a@b.co.uk',
  'jane@gov.uk',
  'jürgen@müller.de',
  'jane@xn--mller-kva.de',
  'a@例子.中国',
  'a@acme.example',
  'a@acme.test',
  'a@acme.invalid',
  'a@app.localhost',
])('takes %s', (address) => {
  expect(email.parse(address, {})).toBe(address)
})

test.for([
  '',
  'jane',
  'jane@',
  '@acme.com',
  'jane@acme..com',
  'jane..doe@acme.com',
  '.jane@acme.com',
  'jane@acme.com.',
  'jane doe@acme.com',
  'jane@acme .com',
  'a@b.com,c@d.com',
  'a@b@c.com',
  'Jane <jane@acme.com>',
  '<jane@acme.com>',
  'jane (work)@acme.com',
  '"jane"@acme.com',
  'team: jane@acme.com;',
  `${'a'.repeat(250)}@b.co`,
  '('.repeat(254),
])('422: %j, which is no bare address', (input) => {
  expect(() => email.parse(input, {})).toThrow(malformed)
})

test.for([
  'jane@acme',
  'jane@com',
  'jane@acme.nosuchtld',
  'jane@-acme.com',
  'jane@acme.com/x',
  'jane@1.2.3.4',
  'jane@[1.2.3.4]',
])('422: %s, whose domain cannot exist', (input) => {
  expect(() => email.parse(input, {})).toThrow(unknownDomain)
})

test('takes an address of exactly 254 characters', () => {
  const address = `${'a'.repeat(254 - '@acme.com'.length)}@acme.com`
  expect(email.parse(address, {})).toBe(address)
  expect(() => email.parse(`a${address}`, {})).toThrow(malformed)
})

describe('in a field of several', () => {
  test('keeps the order, and the first of those that differ only in case', () => {
    const stored = email.parse(['b@acme.com', 'A@acme.com', 'B@ACME.com', 'a@acme.com'], many)
    expect(stored).toEqual(['b@acme.com', 'A@acme.com'])
  })

  test('wraps a single address', () => {
    expect(email.parse('a@acme.com', many)).toEqual(['a@acme.com'])
  })

  test('takes none', () => {
    expect(email.parse([], many)).toEqual([])
    expect(email.entries([], many)).toEqual({ substring: [] })
  })

  test('422: more than 100, before any is looked at', () => {
    expect(() => email.parse(new Array(101).fill(5), many)).toThrow(brokenRule('must have at most 100 elements'))
  })
})

describe('in a field of one', () => {
  test('unwraps an array of one', () => {
    expect(email.parse(['a@acme.com'], {})).toBe('a@acme.com')
  })

  test('400: none or several', () => {
    expect(() => email.parse([], {})).toThrow(wrongType('a single string'))
    expect(() => email.parse(['a@acme.com', 'b@acme.com'], {})).toThrow(wrongType('a single string'))
  })
})

test('400: neither a string nor an array of strings', () => {
  for (const input of [5, null, {}, { 0: 'a@acme.com', length: 1 }]) {
    expect(() => email.parse(input, many)).toThrow(wrongType('a string or an array of strings'))
  }
  expect(() => email.parse([['a@acme.com']], many)).toThrow(wrongType('a string'))
})

test('is found by any part of any of its addresses, whatever the case', () => {
  expect(email.entries(['A@acme.com', 'b@acme.com'], many)).toEqual({ substring: ['a@acme.com', 'b@acme.com'] })
  expect(email.entries('A@acme.com', {})).toEqual({ substring: ['a@acme.com'] })
  expect(email.operators.contains?.(' @ACME ', {})).toEqual({
    index: 'substring',
    operator: 'contains',
    value: '@acme',
  })
})

test('is searched by its parts and shown on one line', () => {
  expect(email.words(['Jane.Doe@acme.com'], many)).toEqual(['jane', 'doe', 'acme', 'com'])
  expect(email.display(['a@acme.com', 'b@acme.com'], many)).toBe('a@acme.com, b@acme.com')
})

test('has a schema for each form', () => {
  expect(email.readSchema(many)).toMatchObject({ type: 'array', items: { type: 'string' } })
  expect(email.readSchema({})).toMatchObject({ type: 'string' })
})
