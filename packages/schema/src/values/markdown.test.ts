import { expect, test } from 'vitest'
import { markdown } from './markdown.ts'
import { brokenRule, wrongType } from './type.ts'

test('keeps the text as it was written', () => {
  expect(markdown.parse('# Title\n\n- item  \n', {})).toBe('# Title\n\n- item  \n')
})

test('400: what is not a string; 422: what PostgreSQL cannot hold', () => {
  expect(() => markdown.parse([], {})).toThrow(wrongType('a string'))
  expect(() => markdown.parse('\ud800', {})).toThrow(brokenRule('text must not contain lone surrogates'))
})

test('is searched, cannot be filtered by, and may be a custom field', () => {
  expect(markdown.words('**Next** step', {})).toEqual(['next', 'step'])
  expect(markdown.operators).toEqual({})
  expect(markdown.entries('x', {})).toEqual({})
  expect(markdown.customFields).toBe(true)
})
