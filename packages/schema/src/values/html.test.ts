import { expect, test } from 'vitest'
import { html } from './html.ts'
import { wrongType } from './type.ts'

test('keeps the document as it came', () => {
  expect(html.parse('<p>Hi <script>x</script>', {})).toBe('<p>Hi <script>x</script>')
  expect(() => html.parse({}, {})).toThrow(wrongType('a string'))
})

test('is searched and shown by its text, without tags', () => {
  expect(html.words('<p class="big">Hello<br>World</p>', {})).toEqual(['hello', 'world'])
  expect(html.display('<p class="big">Hello<br>\n World</p>', {})).toBe('Hello World')
})

test('a document of a million brackets costs no time to speak of', () => {
  expect(html.words('<'.repeat(1_000_000), {})).toEqual([])
})

test('cannot be filtered by, nor be a custom field', () => {
  expect(html.operators).toEqual({})
  expect(html.entries('x', {})).toEqual({})
  expect(html.customFields).toBe(false)
})
