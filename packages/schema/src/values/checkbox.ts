import { type ValueType, wrongType } from './type.ts'

/** Yes or no. Indexed as 1 and 0. */
export const checkbox: ValueType<boolean, boolean> = {
  name: 'CHECKBOX',
  configurationKeys: [],
  customFields: true,
  parse: parseBoolean,
  index: 'number',
  order: 'entry',
  grouping: () => ({ by: 'entry', read: (entry) => entry === '1' }),
  entries: (value) => ({ number: [Number(value)] }),
  operators: { equal: (text) => ({ index: 'number', operator: '=', value: Number(readBoolean(text)) }) },
  words: () => [],
  display: (value) => (value ? 'yes' : 'no'),
  readSchema: () => ({ type: 'boolean' }),
  writeSchema: () => ({ type: 'boolean' }),
}

function parseBoolean(input: unknown): boolean {
  if (typeof input !== 'boolean') throw wrongType('a boolean')
  return input
}

function readBoolean(text: string): boolean {
  const folded = text.toLowerCase()
  if (folded !== 'true' && folded !== 'false') throw wrongType('true or false')
  return folded === 'true'
}
