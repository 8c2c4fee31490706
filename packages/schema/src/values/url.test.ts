import { expect, test } from 'vitest'
import { brokenRule, wrongType } from './type.ts'
import { url } from './url.ts'

const many = { multipleValues: true }
const malformed = brokenRule('must be an http or https address, e.g. https://acme.com')

test.for([
  ['acme.com', 'https://acme.com'],
  [' WWW.Acme.COM/ ', 'https://www.acme.com'],
  ['//acme.com/x', 'https://acme.com/x'],
  ['HTTP://acme.com', 'http://acme.com'],
  ['http://acme.com:80/', 'http://acme.com'],
  ['acme.com:8443/x', 'https://acme.com:8443/x'],
  ['https://acme.com/About/?Q=A%20b&z=1&a=2+3#Top', 'https://acme.com/About/?Q=A%20b&z=1&a=2+3#Top'],
  ['https://acme.com/%41//b/?sig=%E0%A4%A', 'https://acme.com/%41//b/?sig=%E0%A4%A'],
  ['https://acme.com/@jane', 'https://acme.com/@jane'],
  ['münchen.de/Käse', 'https://xn--mnchen-3ya.de/K%C3%A4se'],
  ['localhost:3000', 'https://localhost:3000'],
  ['crm.test', 'https://crm.test'],
  ['http://10.0.0.1:8080/x', 'http://10.0.0.1:8080/x'],
  ['http://[::1]/', 'http://[::1]'],
  ['gov.uk', 'https://gov.uk'],
] as const)('takes %j as %s', ([input, stored]) => {
  expect(url.parse(input, {})).toBe(stored)
})

test.for([
  '',
  'acme',
  'com',
  'https://',
  'https://acme.nosuchtld',
  'https://acme..com',
  'acme inc.com',
  '/about',
  'foo@bar.com',
  'https://jane:secret@acme.com',
  'https://acme.com@evil.com',
  'javascript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,x',
  'mailto:jane@acme.com',
  'ftp://acme.com',
  'file:///etc/passwd',
  'https://acme.com:99999',
  '12345',
  '1.2',
])('422: %j', (input) => {
  expect(() => url.parse(input, {})).toThrow(malformed)
})

test('holds several where the field does, each once', () => {
  expect(url.parse(['acme.com', 'https://ACME.com/', 'acme.com/a', 'acme.com/A'], many)).toEqual([
    'https://acme.com',
    'https://acme.com/a',
    'https://acme.com/A',
  ])
  expect(url.parse('acme.com', many)).toEqual(['https://acme.com'])
  expect(() => url.parse(['acme.com', 'acme.org'], {})).toThrow(wrongType('a single string'))
})

test('is found by any part of it', () => {
  const contains = (text: string) => url.operators.contains?.(text, {})
  expect(url.entries(['https://acme.com/A'], many)).toEqual({ substring: ['https://acme.com/a'] })
  expect(contains('Acme')).toEqual({ index: 'substring', operator: 'contains', value: 'acme' })
  expect(contains('foo@bar.com')).toMatchObject({ value: 'foo@bar.com' })
})

test('is found by the whole of it, in any spelling', () => {
  const sought = (text: string) => url.operators.contains?.(text, {})?.value
  expect(sought('https://Acme.com/')).toBe('https://acme.com')
  expect(sought('acme.com/')).toBe('acme.com')
  expect(sought('München.de')).toBe('xn--mnchen-3ya.de')
  expect(sought('http://acme.com/A')).toBe('http://acme.com/a')
})

test('is searched by host and path, without scheme and www', () => {
  expect(url.words('https://www.acme.com/about-us', {})).toEqual(['acme', 'com', 'about', 'us'])
})
