import { expect, test } from 'vitest'
import { text } from './text.ts'
import { brokenRule, wrongType } from './type.ts'

test('keeps text as it was written', () => {
  expect(text.parse('  Acme\n Corp ', {})).toBe('  Acme\n Corp ')
  expect(text.parse('', {})).toBe('')
})

test('400: what is not a string; 422: what PostgreSQL cannot hold', () => {
  expect(() => text.parse(5, {})).toThrow(wrongType('a string'))
  expect(() => text.parse('\0', {})).toThrow(brokenRule('text must not contain NUL characters'))
})

test('is found whatever the case, whole or by its beginning', () => {
  expect(text.entries('Acme CORP', {})).toEqual({ text: ['acme corp'] })
  expect(text.operators.equal?.('ACME corp', {})).toEqual({ index: 'text', operator: 'equal', value: 'acme corp' })
  expect(text.operators.startsWith?.('AC', {})).toEqual({ index: 'text', operator: 'startsWith', value: 'ac' })
})
