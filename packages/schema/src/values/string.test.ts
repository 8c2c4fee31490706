import { expect, test } from 'vitest'
import { collapse, fold, parseString, wordsOf } from './string.ts'
import { brokenRule, wrongType } from './type.ts'

test('takes any text that a database can hold, as it is', () => {
  for (const text of ['', ' a ', 'é', '👩‍👩‍👧', 'line\nline']) expect(parseString(text)).toBe(text)
})

test('400: anything but a string, saying what is expected', () => {
  for (const input of [1, true, null, undefined, [], {}]) {
    expect(() => parseString(input)).toThrow(wrongType('a string'))
  }
  expect(() => parseString(1, 'a label')).toThrow(wrongType('a label'))
})

test('422: NUL and lone surrogates, which PostgreSQL refuses', () => {
  expect(() => parseString('a\0b')).toThrow(brokenRule('text must not contain NUL characters'))
  expect(() => parseString('a\ud800b')).toThrow(brokenRule('text must not contain lone surrogates'))
})

test('folds case and composition, nothing else', () => {
  expect(fold('E\u0301COLE  ')).toBe('école  ')
})

test('collapses white space of any kind', () => {
  expect(collapse('\t In \u00a0\n progress ')).toBe('In progress')
})

test('finds words in every script', () => {
  expect(wordsOf("O'Neil-Smith & Söhne, 東京 42!")).toEqual(['o', 'neil', 'smith', 'söhne', '東京', '42'])
  expect(wordsOf('— …')).toEqual([])
})
