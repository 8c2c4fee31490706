import {
  badRequest,
  decodeId,
  type Field,
  InvalidValue,
  type Json,
  type ObjectDefinition,
  type Operator,
  type TypeConfiguration,
  type ValueType,
} from '@openfield/schema'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import type { Filter } from '../../storage/filters.ts'

/** A filter as written, e.g. `$name[equal]` → `Acme`. */
export type WrittenFilter = { key: string; text: string }

/** A filter's key in its parts, and how errors name it. */
export function readKey(written: string) {
  const [, key = '', minus, operator] = syntax.exec(written) ?? []
  return { param: written.slice(0, 200).toWellFormed(), key, negated: minus === '-', operator }
}

const syntax = /^([^[\]]+)(?:\[(-?)([A-Za-z]+)\])?$/

/** Reads one filter, `key[operator]=text` or `key=text`; `-` before the operator negates. */
export function parseFilter(
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  written: string,
  text: string,
): Filter {
  const { param, key, negated, operator } = readKey(written)
  const field = definition.fields.get(key)
  if (field) {
    const condition = parseCondition(field.type.operators, operator, text, param, field.configuration)
    return { param, negated, match: { field: field.id, condition, ...toldOf(field) } }
  }
  const relationship = definition.relationshipFilters.get(key)
  if (!relationship) {
    const named = key.slice(0, 200).toWellFormed() || param
    throw badRequest('unknown_field', `Unrecognized filter '${named}' for '${definition.plural}'.`, named)
  }
  if (operator !== undefined && operator !== 'contains' && operator !== 'equal') {
    throw wrongOperator(param, operator, ['contains', 'equal'])
  }
  const prefix = definitions.types.get(relationship.objectType)?.prefix ?? 'obj'
  const other = decodeId(prefix, text) ?? unknownRecord
  const { ids, side, inverseOne } = relationship
  return { param, negated, match: { relationships: ids, side, other, told: { many: !inverseOne } } }
}

/** The log tells of what people write. */
const toldOf = ({ readOnly, key, type, configuration }: Field) =>
  readOnly ? {} : { told: { key, entries: (value: Json) => type.entries(value, configuration) } }

/** The nil UUID: an id that no record has. A filter by an unknown id is no error. */
const unknownRecord = '00000000-0000-0000-0000-000000000000'

/** The condition that an operator makes of a text. Throws a 400 for an operator that is none of these, or another text. */
export function parseCondition(
  operators: ValueType['operators'],
  operator: string | undefined,
  text: string,
  param: string,
  configuration: TypeConfiguration = {},
) {
  const chosen = operator ?? (operators.equal ? 'equal' : 'contains')
  const condition = Object.hasOwn(operators, chosen) ? operators[chosen as Operator] : undefined
  if (!condition) throw wrongOperator(param, chosen, Object.keys(operators))
  try {
    return condition(text, configuration)
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
    throw badRequest('invalid_type', `The filter '${param}' has no valid value: ${error.message}.`, param)
  }
}

const wrongOperator = (param: string, operator: string, possible: readonly string[]) =>
  badRequest(
    'invalid_configuration',
    possible.length === 0
      ? `'${param}' cannot be filtered.`
      : `The filter '${param}' cannot use '${operator}'; it takes ${possible.join(', ')}.`,
    param,
  )
