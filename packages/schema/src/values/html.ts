import { collapse, parseString, wordsOf } from './string.ts'
import type { ValueType } from './type.ts'

/** A document in HTML, such as the body of an e-mail, kept as it came. Not filterable. */
export const html: ValueType<string, string> = {
  name: 'HTML',
  prose: true,
  configurationKeys: [],
  customFields: false,
  parse: (input) => parseString(input),
  entries: () => ({}),
  operators: {},
  words: (value) => wordsOf(withoutTags(value)),
  display: (value) => collapse(withoutTags(value)),
  fromCell: (cell) => cell,
  toCell: (value) => value,
  readSchema: () => ({ type: 'string' }),
  writeSchema: () => ({ type: 'string' }),
}

// For reading and search only: the result is text, and never safe to be put into a page as HTML.
const withoutTags = (value: string) => value.replace(/<[^<>]*>/g, ' ')
