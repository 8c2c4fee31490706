import { expect, test } from 'vitest'
import { checkbox } from './checkbox.ts'
import { wrongType } from './type.ts'

test('takes true and false', () => {
  expect(checkbox.parse(true, {})).toBe(true)
  expect(checkbox.parse(false, {})).toBe(false)
})

test('400: anything that only resembles them', () => {
  for (const input of ['true', 1, 0, null, []]) {
    expect(() => checkbox.parse(input, {})).toThrow(wrongType('a boolean'))
  }
})

test('is filtered by true and false, whatever the case', () => {
  expect(checkbox.operators.equal?.('TRUE', {})).toEqual({ index: 'number', operator: '=', value: 1 })
  expect(checkbox.operators.equal?.('false', {})).toEqual({ index: 'number', operator: '=', value: 0 })
  expect(checkbox.entries(true, {})).toEqual({ number: [1] })
  expect(checkbox.entries(false, {})).toEqual({ number: [0] })
})

test('400: a filter by any other word', () => {
  for (const text of ['', 'yes', '1', ' true', 'toString']) {
    expect(() => checkbox.operators.equal?.(text, {})).toThrow(wrongType('true or false'))
  }
})

test('is shown as yes or no', () => {
  expect(checkbox.display(true, {})).toBe('yes')
  expect(checkbox.display(false, {})).toBe('no')
})
