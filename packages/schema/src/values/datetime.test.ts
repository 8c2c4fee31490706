import { expect, test } from 'vitest'
import { datetime } from './datetime.ts'
import { brokenRule, wrongType } from './type.ts'

const shape = brokenRule('must be an ISO 8601 date and time with an offset, e.g. 2026-05-01T09:00:00Z')
const calendar = brokenRule('must be a day of the calendar in the years 0001 to 9999')

test.for([
  ['2026-03-16T12:00:00+00:00', '2026-03-16T12:00:00.000Z'],
  ['2026-03-16T12:00:00Z', '2026-03-16T12:00:00.000Z'],
  ['2026-03-16T12:00Z', '2026-03-16T12:00:00.000Z'],
  ['2026-03-16t12:00:00z', '2026-03-16T12:00:00.000Z'],
  ['2026-03-16T00:30:00+05:30', '2026-03-15T19:00:00.000Z'],
  ['2026-03-16T23:59:59-0800', '2026-03-17T07:59:59.000Z'],
  ['2026-03-16T12:00:00+02', '2026-03-16T10:00:00.000Z'],
  ['2026-03-16T12:00:00.9Z', '2026-03-16T12:00:00.900Z'],
  ['2026-03-16T12:00:00.123999999Z', '2026-03-16T12:00:00.123Z'],
  ['1969-12-31T23:59:59.999999Z', '1969-12-31T23:59:59.999Z'],
  ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ['0050-01-01T00:00:00Z', '0050-01-01T00:00:00.000Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
] as const)('takes %s as %s', ([input, stored]) => {
  expect(datetime.parse(input, {})).toBe(stored)
})

test.for([
  '',
  'tomorrow',
  '2026-05-01',
  '2026-05-01T09:00:00',
  '2026-05-01 09:00:00Z',
  '2026-05-01T24:00:00Z',
  '2026-05-01T12:60:00Z',
  '2026-05-01T12:00:60Z',
  '2026-05-01T12:00:00+24:00',
  '2026-05-01T12:00:00.Z',
  '20260501T090000Z',
  '+002026-05-01T09:00:00Z',
  '2026-05-01T09:00:00Z\n',
  '1777626000000',
])('422: %j, which lacks a date, a time or an offset', (input) => {
  expect(() => datetime.parse(input, {})).toThrow(shape)
})

test.for([
  '2026-02-30T00:00:00Z',
  '2026-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2026-04-31T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-00-01T00:00:00Z',
  '2026-01-00T00:00:00Z',
  '2026-01-32T00:00:00Z',
  '0001-01-01T00:00:00+00:01',
  '9999-12-31T23:59:59-00:01',
  '0000-06-01T00:00:00Z',
])('422: %s, which is on no calendar', (input) => {
  expect(() => datetime.parse(input, {})).toThrow(calendar)
})

test('400: a number', () => {
  expect(() => datetime.parse(1777626000000, {})).toThrow(wrongType('a string'))
})

test('is indexed as epoch milliseconds', () => {
  expect(datetime.entries('1970-01-01T00:00:01.500Z', {})).toEqual({ number: [1500] })
})

test('is filtered by moments, and by days that begin at midnight UTC', () => {
  const may = Date.UTC(2026, 4, 1)
  const { operators } = datetime
  expect(operators.greaterThanOrEqual?.('2026-05-01', {})).toEqual({ index: 'number', operator: '>=', value: may })
  expect(operators.lessThan?.('2026-05-01T02:00:00+02:00', {})).toEqual({ index: 'number', operator: '<', value: may })
})

test('400: a filter by no moment', () => {
  const expected = wrongType('an ISO 8601 date, or date and time with an offset, e.g. 2026-05-01T09:00:00Z')
  for (const text of ['', '2026', '2026-02-30', '2026-05-01T09:00:00', '1777626000000']) {
    expect(() => datetime.operators.equal?.(text, {})).toThrow(expected)
  }
})

test('is shown to the minute', () => {
  expect(datetime.display('2026-05-01T09:00:30.000Z', {})).toBe('2026-05-01 09:00 UTC')
})
