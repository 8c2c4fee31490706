import { brokenRule, wrongType } from './type.ts'

/** The longest head of a text that an index keeps, in UTF-8 bytes; a longer text is kept as its head and a digest. */
export const indexedBytesMax = 500

/** A string that PostgreSQL and JSON can hold: no NUL, no lone surrogate. Throws InvalidValue. */
export function parseString(input: unknown, expected = 'a string'): string {
  if (typeof input !== 'string') throw wrongType(expected)
  if (input.includes('\0')) throw brokenRule('text must not contain NUL characters')
  if (!input.isWellFormed()) throw brokenRule('text must not contain lone surrogates')
  return input
}

/** The form in which texts are compared: Unicode NFC, lower case. Filters ignore case, nothing else. */
export const fold = (text: string) => text.normalize('NFC').toLowerCase()

/** The text without white space at its ends, and with one space for every run of it within. */
export const collapse = (text: string) => text.trim().replace(/\s+/g, ' ')

/** Lower-case words of a text, for search: runs of letters, digits and marks. */
export const wordsOf = (text: string) => fold(text).match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
