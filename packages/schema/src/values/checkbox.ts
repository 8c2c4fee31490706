import { fold } from './string.ts'
import { brokenRule, type ValueType, wrongType } from './type.ts'

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
  fromCell: readCell,
  toCell: (value) => (value ? 'yes' : 'no'),
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

const yes = ['yes', 'y', 'true', 't', '1', 'x', 'on', 'ja', 'wahr', 'oui', 'vrai', 'sí', 'si', 'sì', '✓']
const no = ['no', 'n', 'false', 'f', '0', '-', 'off', 'nein', 'falsch', 'non', 'faux']

function readCell(cell: string): boolean {
  const word = fold(cell.trim())
  if (yes.includes(word)) return true
  if (no.includes(word)) return false
  throw brokenRule('must be yes or no')
}
