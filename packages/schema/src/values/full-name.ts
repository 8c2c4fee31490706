import { comparable, textComparisons, textSearch } from './comparisons.ts'
import { parseMember, parseObject } from './object.ts'
import { wordsOf } from './string.ts'
import type { ValueType } from './type.ts'

export type FullName = { firstName: string | null; lastName: string | null }

const keys = ['firstName', 'lastName'] as const

const schema = {
  type: 'object',
  properties: { firstName: { type: ['string', 'null'] }, lastName: { type: ['string', 'null'] } },
  additionalProperties: false,
}

/** A person's name. Filters see it as "First Last". */
export const fullName: ValueType<Partial<FullName>, FullName> = {
  name: 'FULL_NAME',
  configurationKeys: [],
  customFields: true,
  parse(input) {
    const { firstName, lastName } = parseObject(input, keys)
    return { firstName: parseMember('firstName', firstName), lastName: parseMember('lastName', lastName) }
  },
  index: 'text',
  order: 'entry',
  entries: (value) => ({ text: [comparable(firstAndLast(value))] }),
  operators: textComparisons,
  screenOperators: textSearch,
  words: (value) => wordsOf(firstAndLast(value)),
  display: firstAndLast,
  fromCell: wholeName,
  toCell: firstAndLast,
  parts: { firstName: 'First name', lastName: 'Last name' },
  fromParts: (texts) => texts,
  readSchema: () => ({ ...schema, required: keys }),
  writeSchema: () => schema,
}

function firstAndLast({ firstName, lastName }: FullName): string {
  return [firstName, lastName].filter(Boolean).join(' ')
}

/** "Ada Byron", or "Byron, Ada": the last word is the last name, unless a comma says what is. */
function wholeName(cell: string): Partial<FullName> {
  const text = cell.trim().replace(/\s+/g, ' ')
  const [, lastName, firstName] = /^([^,]+), ?([^,]+)$/.exec(text) ?? []
  if (firstName !== undefined && lastName !== undefined) return { firstName: firstName.trim(), lastName }
  const space = text.lastIndexOf(' ')
  return space < 0 ? { firstName: text } : { firstName: text.slice(0, space), lastName: text.slice(space + 1) }
}
