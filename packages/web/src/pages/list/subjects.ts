import type { ValueTypeName } from '@openfield/schema'
import { filterOperators } from '@openfield/sdk'
import type { Definitions, FieldDefinition, RelationshipDefinition } from '../../records/record.ts'

/** What a column shows and a filter is about: a field, a relationship, or a moment that every record has. */
export type Subject =
  | { kind: 'field'; key: string; label: string; sortable: boolean; field: FieldDefinition }
  | { kind: 'relationship'; key: string; label: string; sortable: boolean; relationship: RelationshipDefinition }

const moment = (key: string, label: string): FieldDefinition => ({
  key,
  label,
  valueType: 'DATETIME',
  typeConfiguration: {},
  required: true,
  readOnly: true,
  createOnly: false,
  system: true,
})

/** Moments that records have beside their fields. */
const moments = [moment('createdAt', 'Created'), moment('updatedAt', 'Updated')]

/** All that the records of a type can show, in the order of the definitions. */
export function subjectsOf({ fields, relationships }: Definitions): readonly Subject[] {
  const own = new Set(fields.map(({ key }) => key))
  return [
    ...fields.map(fieldSubject),
    ...relationships.map((relationship): Subject => {
      const { key, label, cardinality } = relationship
      return { kind: 'relationship', key, label, sortable: cardinality === 'HAS_ONE', relationship }
    }),
    ...moments.filter(({ key }) => !own.has(key)).map(fieldSubject),
  ]
}

/** What screens can ask of values beyond the public lists. */
const screenOperators: Partial<Record<ValueTypeName, string>> = {
  ADDRESS: 'contains',
  FULL_NAME: 'contains',
  MULTI_SELECT: 'equal',
  SOCIAL_HANDLE: 'contains',
  TEXT: 'contains',
}

/** The operators of the values of a type; the API has `empty` for all. */
const operatorsOfType = (valueType: ValueTypeName): readonly string[] => [
  ...filterOperators[valueType],
  ...(screenOperators[valueType] ? [screenOperators[valueType]] : []),
]

const fieldSubject = (field: FieldDefinition): Subject => ({
  kind: 'field',
  key: field.key,
  label: field.label,
  sortable: filterOperators[field.valueType].length > 0,
  field,
})

/** Whether what it shows stands beside the fields of a record. */
export const isMoment = (subject: Subject) => moments.some(({ key }) => key === subject.key)

/** An operator as people say it, and as the API does. */
export type Choice = { operator: string; negated: boolean; words: string }

const words: Record<string, readonly [is: string, isNot: string]> = {
  equal: ['is', 'is not'],
  startsWith: ['starts with', 'does not start with'],
  contains: ['contains', 'does not contain'],
  greaterThan: ['is more than', 'is not more than'],
  greaterThanOrEqual: ['is at least', 'is not at least'],
  lessThan: ['is less than', 'is not less than'],
  lessThanOrEqual: ['is at most', 'is not at most'],
  empty: ['is empty', 'is not empty'],
}

const setWords: typeof words = { ...words, equal: ['has', 'does not have'] }

const momentWords: typeof words = {
  ...words,
  greaterThan: ['is after', 'is not after'],
  greaterThanOrEqual: ['is on or after', 'is not on or after'],
  lessThan: ['is before', 'is not before'],
  lessThanOrEqual: ['is on or before', 'is not on or before'],
}

/** The operators that say what is not so, too; of numbers the opposite is another operator. */
const negatable = new Set(['equal', 'startsWith', 'contains', 'empty'])

/** The operators that the builder offers, the usual one first. */
export function choicesOf(subject: Subject): readonly Choice[] {
  const operators: string[] = [...operatorsOf(subject)]
  if (!isMoment(subject)) operators.push('empty')
  return operators.flatMap((operator) =>
    (negatable.has(operator) ? [false, true] : [false]).map((negated) => ({
      operator,
      negated,
      words: wordsOf(subject, operator, negated),
    })),
  )
}

function operatorsOf(subject: Subject): readonly string[] {
  if (subject.kind === 'relationship') return ['equal']
  // A moment is to the millisecond, which nobody means.
  if (isOfMoments(subject)) return ['greaterThanOrEqual', 'lessThan']
  return operatorsOfType(subject.field.valueType)
}

const isOf = (subject: Subject | undefined, valueType: ValueTypeName) =>
  subject?.kind === 'field' && subject.field.valueType === valueType
const isOfMoments = (subject: Subject | undefined) => isOf(subject, 'DATETIME')

export function wordsOf(subject: Subject | undefined, operator: string | undefined, negated: boolean): string {
  const table = isOfMoments(subject) ? momentWords : isOf(subject, 'MULTI_SELECT') ? setWords : words
  const [is, isNot] = table[operator ?? defaultOperator(subject)] ?? [operator ?? '', `not ${operator}`]
  return negated ? isNot : is
}

export function defaultOperator(subject: Subject | undefined): string {
  if (subject?.kind !== 'field') return 'equal'
  return operatorsOfType(subject.field.valueType).includes('equal') ? 'equal' : 'contains'
}
