import { expect, test } from 'vitest'
import { multiSelect } from './multi-select.ts'
import { brokenRule, wrongType } from './type.ts'

const tags = {
  options: [
    { id: 'opt_a', label: 'Alpha' },
    { id: 'opt_b', label: 'Beta' },
    { id: 'opt_c', label: 'Gamma', retired: true },
  ],
}
const parse = (input: unknown) => multiSelect.parse(input, tags)

test('takes ids and labels in the order given, each once', () => {
  expect(parse(['beta', 'opt_a', 'opt_b', 'Alpha'])).toEqual(['opt_b', 'opt_a'])
  expect(parse([])).toEqual([])
})

test('400: anything but an array of strings', () => {
  for (const input of ['Alpha', null, {}, 5]) {
    expect(() => parse(input)).toThrow(wrongType('an array of ids or labels of options'))
  }
  expect(() => parse(['Alpha', 5])).toThrow(wrongType('the id or label of an option'))
})

test('422: an unknown or retired option, or more than 100', () => {
  expect(() => parse(['Alpha', 'Delta'])).toThrow(brokenRule('must be one of: Alpha, Beta'))
  expect(() => parse(['Gamma'])).toThrow(brokenRule('must be one of: Alpha, Beta'))
  expect(() => parse(new Array(10_000).fill('Alpha'))).toThrow(brokenRule('must have at most 100 elements'))
})

test('is found by each of its options, but not by lists of the public API', () => {
  expect(multiSelect.operators).toEqual({})
  expect(multiSelect.entries(['opt_a', 'opt_b'], tags)).toEqual({ text: ['opt_a', 'opt_b'] })
})

test('is shown by its labels', () => {
  expect(multiSelect.display(['opt_c', 'opt_a'], tags)).toBe('Gamma, Alpha')
})
