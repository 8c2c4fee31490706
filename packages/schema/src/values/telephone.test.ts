import { expect, test } from 'vitest'
import { telephone } from './telephone.ts'
import { brokenRule, wrongType } from './type.ts'

const one = { multipleValues: false }

test.for([
  ['+12025551234', '+12025551234'],
  ['+1 (202) 555-1234', '+12025551234'],
  ['+49 (0)30 123456', '+4930123456'],
  ['+44 20 7946 0958', '+442079460958'],
  ['+800 1234 5678', '+80012345678'],
  ['＋１２０２５５５１２３４', '+12025551234'],
  ['\u202a+1 202\u2011555\u20131234\u202c', '+12025551234'],
  ['+1 555 123 4567', '+15551234567'],
])('reads %s with its country code, as %s', ([input, stored]) => {
  expect(telephone.parse(input, one)).toBe(stored)
})

test.for([
  ['(202) 555-1234', '+12025551234'],
  ['202.555.1234', '+12025551234'],
  ['1-202-555-1234', '+12025551234'],
  ['011 49 30 123456', '+4930123456'],
])('reads %s as it would be dialled in the US, as %s', ([input, stored]) => {
  expect(telephone.parse(input, one)).toBe(stored)
})

test.for([
  ['555-1234', '5551234'],
  ['310 1234', '3101234'],
  ['030 / 123 4567', '0301234567'],
  ['0049 30 123456', '004930123456'],
  ['123456789012345', '123456789012345'],
])('keeps the digits of %j, a local number: %s', ([input, stored]) => {
  expect(telephone.parse(input, one)).toBe(stored)
})

test.for([
  'x100',
  ' x 100',
  ' ext:100',
  ' ext. 100',
  'EXT100',
  ' extension 100',
  '#100',
  ', #100',
  ';ext=100',
  ' ext=100',
])('reads the extension in 202-555-1234%s', (extension) => {
  expect(telephone.parse(`202-555-1234${extension}`, one)).toBe('+12025551234;ext=100')
  expect(telephone.parse(`555-1234${extension}`, one)).toBe('5551234;ext=100')
})

test.for(['+0', '+12', '+1 202 555 123', '+1 202 555 12345', '+999 123 456 789', '+49 30', '+1234567890123456'])(
  '422: %s, which is no number of any country',
  (input) => {
    const expected = brokenRule('must be a country code and a number of that country after the +')
    expect(() => telephone.parse(input, one)).toThrow(expected)
  },
)

test('422: too few or too many digits', () => {
  const expected = brokenRule('must be + and a country code, a US number, or 7 to 15 digits')
  for (const input of ['123456', '1234567890123456', '()', '- -']) {
    expect(() => telephone.parse(input, one)).toThrow(expected)
  }
})

test('422: text', () => {
  const expected = brokenRule('must be a telephone number of digits and punctuation')
  for (const input of [
    '',
    '+',
    'call me',
    '1-800-FLOWERS',
    'tel:+12025551234',
    '202-555-1234 or 202-555-1235',
    '٢٠٢٥٥٥١٢٣٤',
    'x100',
  ]) {
    expect(() => telephone.parse(input, one)).toThrow(expected)
  }
  expect(() => telephone.parse('1'.repeat(101), one)).toThrow(brokenRule('must have at most 100 characters'))
})

test('holds several unless the field says one', () => {
  expect(telephone.parse('202-555-1234', {})).toEqual(['+12025551234'])
  expect(telephone.parse(['202-555-1234', '+12025551234', '555 1234'], {})).toEqual(['+12025551234', '5551234'])
  expect(telephone.parse(['202-555-1234'], one)).toBe('+12025551234')
  expect(() => telephone.parse(12025551234, {})).toThrow(wrongType('a string or an array of strings'))
})

test.for<[string, string]>([
  ['(202) 555-1234', '2025551234'],
  ['+1 (202) 555', '+1202555'],
  ['555-1234 ext. 100', '5551234;ext=100'],
  [';ext=100', ';ext=100'],
  ['x1', ';ext=1'],
  ['+', '+'],
  ['-', '-'],
  ['Acme 42', 'acme 42'],
])('filters by %j as %s', ([text, value]) => {
  expect(telephone.operators.contains?.(text, {})).toEqual({ index: 'substring', operator: 'contains', value })
})

test('a long filter costs no time to speak of', () => {
  const text = `${', '.repeat(100_000)}a`
  expect(telephone.operators.contains?.(text, {})?.value).toBe(text)
})

test('is searched by its digits, with and without the country code', () => {
  expect(telephone.words(['+4930123456;ext=7', '5551234'], {})).toEqual(['4930123456', '30123456', '7', '5551234'])
})
