import { expect, test } from 'vitest'
import { currency } from './currency.ts'
import { brokenRule, wrongType } from './type.ts'

test('takes a bare number, exact to the cent', () => {
  expect(currency.parse(48000.07, { currency: 'USD' })).toBe(48000.07)
  expect(() => currency.parse(0.001, {})).toThrow(brokenRule('must have at most two decimals'))
  expect(() => currency.parse('48000', {})).toThrow(wrongType('a number'))
  expect(() => currency.parse({ amount: 48000, currency: 'USD' }, {})).toThrow(wrongType('a number'))
})

test("is shown with the field's currency, if it has one", () => {
  expect(currency.display(48000, { currency: 'USD' })).toBe('48000 USD')
  expect(currency.display(0, {})).toBe('0')
})

test('is compared as a number', () => {
  expect(currency.entries(48000, {})).toEqual({ number: [48000] })
  expect(currency.operators.greaterThan?.('1000', {})).toEqual({ index: 'number', operator: '>', value: 1000 })
})
