import { parseString, wordsOf } from './string.ts'
import type { ValueType } from './type.ts'

/** Text in Markdown, kept as it was written. Not filterable. */
export const markdown: ValueType<string, string> = {
  name: 'MARKDOWN',
  prose: true,
  configurationKeys: [],
  customFields: true,
  parse: (input) => parseString(input),
  entries: () => ({}),
  operators: {},
  words: wordsOf,
  display: (value) => value,
  fromCell: (cell) => cell,
  toCell: (value) => value,
  readSchema: () => ({ type: 'string' }),
  writeSchema: () => ({ type: 'string' }),
}
