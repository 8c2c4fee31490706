import { expect, test } from 'vitest'
import { number } from './number.ts'
import { brokenRule, wrongType } from './type.ts'

const max = Number.MAX_SAFE_INTEGER

test('takes numbers with at most two decimals', () => {
  for (const value of [0, 5, -5, 0.1, 0.07, 0.29, 1.1, 4.35, 1.15, 8.41, 1e15 + 0.5, max, -max]) {
    expect(number.parse(value, {})).toBe(value)
  }
})

test('has no minus zero', () => {
  expect(number.parse(-0, {})).toBe(0)
  expect(number.operators.equal?.('-0', {})).toEqual({ index: 'number', operator: '=', value: 0 })
})

test('422: a third decimal', () => {
  for (const value of [0.001, 1.005, 0.075, -1.234, 1e-7, 5e-324, 0.1 + 0.2]) {
    expect(() => number.parse(value, {})).toThrow(brokenRule('must have at most two decimals'))
  }
})

test('422: beyond the safe integers', () => {
  for (const value of [max + 1, -max - 1, 1e21, 1e308, JSON.parse('1e999'), Number.NaN]) {
    expect(() => number.parse(value, {})).toThrow(brokenRule('must be between -9007199254740991 and 9007199254740991'))
  }
})

test('400: a number in quotes, and everything else', () => {
  for (const input of ['5', true, null, [5], {}, 5n]) {
    expect(() => number.parse(input, {})).toThrow(wrongType('a number'))
  }
})

test('compares in five ways', () => {
  const { operators } = number
  expect(operators.equal?.('5', {})).toEqual({ index: 'number', operator: '=', value: 5 })
  expect(operators.greaterThan?.('-5.25', {})).toEqual({ index: 'number', operator: '>', value: -5.25 })
  expect(operators.greaterThanOrEqual?.('0.005', {})).toEqual({ index: 'number', operator: '>=', value: 0.005 })
  expect(operators.lessThan?.('1e3', {})).toEqual({ index: 'number', operator: '<', value: 1000 })
  expect(operators.lessThanOrEqual?.('007', {})).toEqual({ index: 'number', operator: '<=', value: 7 })
})

test('400: a filter that is not a decimal number', () => {
  for (const text of [
    '',
    ' ',
    ' 5',
    '5 ',
    '0x10',
    '1_000',
    '1,5',
    '.',
    '-',
    '--1',
    '5.',
    'NaN',
    'Infinity',
    '1e999',
    '٣',
  ]) {
    expect(() => number.operators.equal?.(text, {})).toThrow(wrongType('a decimal number'))
  }
})

test('is indexed and shown as it is, and not searched', () => {
  expect(number.entries(-1.5, {})).toEqual({ number: [-1.5] })
  expect(number.display(1234567.5, {})).toBe('1234567.5')
  expect(number.words(5, {})).toEqual([])
})
