import { fold, parseString, wordsOf } from './string.ts'
import type { ValueType } from './type.ts'

/** Plain text, kept as it was written. */
export const text: ValueType<string, string> = {
  name: 'TEXT',
  configurationKeys: [],
  customFields: true,
  parse: (input) => parseString(input),
  index: 'text',
  order: 'entry',
  entries: (value) => ({ text: [fold(value)] }),
  operators: {
    equal: (value) => ({ index: 'text', operator: 'equal', value: fold(parseString(value)) }),
    startsWith: (value) => ({ index: 'text', operator: 'startsWith', value: fold(parseString(value)) }),
  },
  screenOperators: {
    contains: (value) => ({ index: 'text', operator: 'contains', value: fold(parseString(value)) }),
  },
  erased: 'Erased',
  words: wordsOf,
  display: (value) => value,
  fromCell: (cell) => cell.trim(),
  toCell: (value) => value,
  readSchema: () => ({ type: 'string' }),
  writeSchema: () => ({ type: 'string' }),
}
