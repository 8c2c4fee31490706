import type { Field, ObjectDefinition } from '../definitions.ts'
import type { Operator, ValueType } from '../values/type.ts'
import { type JsonSchema, text } from './json-schema.ts'

/** A query parameter of a list. */
export type FilterParameter = { name: string; in: 'query'; description: string; schema: JsonSchema }

/** Every filter on the system fields and relationships of an object type, each with its negation. */
export function filterParameters({ fields, relationshipFilters, filterable }: ObjectDefinition): FilterParameter[] {
  if (!filterable) return []
  // Of the keys that a relationship's filter has, the last is the documented one.
  const keys = new Map(Array.from(relationshipFilters, ([key, relationship]) => [relationship, key]))
  return [
    ...[...fields.values()].flatMap((field) =>
      operatorsOf(field.type).flatMap((operator) => withNegation(field.key, operator, field.label, filterValue(field))),
    ),
    ...Array.from(keys, ([relationship, key]) =>
      withNegation(key, 'contains', relationship.label, text(`The id of a record of type ${relationship.objectType}.`)),
    ).flat(),
  ]
}

/** The filter operators of a value type. */
export const operatorsOf = (type: ValueType) => Object.keys(type.operators) as Operator[]

const phrases: Record<Operator, string> = {
  equal: 'is',
  startsWith: 'starts with',
  contains: 'contains',
  greaterThan: 'is greater than',
  greaterThanOrEqual: 'is at least',
  lessThan: 'is less than',
  lessThanOrEqual: 'is at most',
}

const withNegation = (key: string, operator: Operator, label: string, schema: JsonSchema): FilterParameter[] => [
  { name: `${key}[${operator}]`, in: 'query', description: `${label} ${phrases[operator]} …`, schema },
  { name: `${key}[-${operator}]`, in: 'query', description: `Not: ${label} ${phrases[operator]} …`, schema },
]

/** A filter is text in a URL; where that text is a number or a boolean, clients are told so. */
function filterValue({ type, configuration }: Field): JsonSchema {
  const value = type.writeSchema(configuration) as JsonSchema
  return value.type === 'number' || value.type === 'boolean' ? { type: value.type } : { type: 'string' }
}
