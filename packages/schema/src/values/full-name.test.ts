import { expect, test } from 'vitest'
import { fullName } from './full-name.ts'
import { brokenRule, wrongType } from './type.ts'

const shape = wrongType('an object with only the keys firstName, lastName')

test('stores both names, null when absent', () => {
  expect(fullName.parse({ firstName: 'Alice', lastName: 'Bob' }, {})).toStrictEqual({
    firstName: 'Alice',
    lastName: 'Bob',
  })
  expect(fullName.parse({ lastName: 'Bob' }, {})).toStrictEqual({ firstName: null, lastName: 'Bob' })
  expect(fullName.parse({ firstName: null }, {})).toStrictEqual({ firstName: null, lastName: null })
  expect(fullName.parse({}, {})).toStrictEqual({ firstName: null, lastName: null })
})

test('400: not an object, or one with another key', () => {
  for (const input of [
    'Alice Bob',
    5,
    null,
    [],
    ['Alice'],
    { firstName: 'A', middleName: 'B' },
    JSON.parse('{"__proto__":{}}'),
  ]) {
    expect(() => fullName.parse(input, {})).toThrow(shape)
  }
})

test('400: a name that is not a string, saying which', () => {
  expect(() => fullName.parse({ firstName: 5 }, {})).toThrow(wrongType('firstName to be a string or null'))
  expect(() => fullName.parse({ lastName: {} }, {})).toThrow(wrongType('lastName to be a string or null'))
})

test('422: a name that PostgreSQL cannot hold', () => {
  expect(() => fullName.parse({ firstName: '\0' }, {})).toThrow(brokenRule('text must not contain NUL characters'))
})

test('is found as "First Last", whatever the case and white space', () => {
  expect(fullName.entries({ firstName: ' Alice ', lastName: 'van  Bob' }, {})).toEqual({ text: ['alice van bob'] })
  expect(fullName.entries({ firstName: null, lastName: 'Bob' }, {})).toEqual({ text: ['bob'] })
  expect(fullName.operators.equal?.(' ALICE   van Bob', {})).toEqual({
    index: 'text',
    operator: 'equal',
    value: 'alice van bob',
  })
  expect(fullName.operators.startsWith?.('Ali', {})).toEqual({ index: 'text', operator: 'startsWith', value: 'ali' })
})

test('is searched and shown by both names', () => {
  expect(fullName.words({ firstName: 'Anne-Marie', lastName: "O'Neil" }, {})).toEqual(['anne', 'marie', 'o', 'neil'])
  expect(fullName.display({ firstName: 'Alice', lastName: 'Bob' }, {})).toBe('Alice Bob')
  expect(fullName.display({ firstName: null, lastName: null }, {})).toBe('')
})
