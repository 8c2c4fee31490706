import { badRequest, firstUuidAt, type ObjectDefinition, recordMoments } from '@openfield/schema'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import type { Filter } from '../../storage/list.ts'
import { parseCondition, parseFilter, readKey, type WrittenFilter } from './filters.ts'
import { resolveStageFilters } from './stages.ts'

/** Reads the filters of a query: what the public lists take, of every type of record, and what only screens ask for. */
export const parseQueryFilters = (
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  filters: readonly WrittenFilter[],
): Filter[] => resolveStageFilters(definition, filters).map((one) => parseOne(definitions, definition, one))

function parseOne(
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  { key: written, text }: WrittenFilter,
): Filter {
  const { param, key, negated, operator } = readKey(written)
  requireOpen(definition, key, param)
  if (!isMoment(definition, key)) return parseFilter(definitions, definition, written, text)
  const condition = parseCondition(recordMoments[key].operators, operator, text, param)
  if (condition.index !== 'number') throw new Error(`${key} is no number`)
  return { param, negated, match: momentMatch(definition.number, key, condition) }
}

type Moment = keyof typeof recordMoments

/** Whether a key names a moment that every record has, and no field of the workspace's. */
export const isMoment = ({ fields, omits = [] }: ObjectDefinition, key: string): key is Moment =>
  Object.hasOwn(recordMoments, key) && !fields.has(key) && !omits.some((omitted) => omitted === key)

/** Throws for what some records of the type hide from some: what they are found by would tell it. */
export function requireOpen({ access, plural }: ObjectDefinition, key: string, param: string) {
  if (!access || ![...access.redacted, ...access.hidden].some((hidden) => hidden === key)) return
  throw badRequest('invalid_configuration', `'${key}' is private in some ${plural}: nothing can be found by it.`, param)
}

type Comparison = { operator: '=' | '>' | '>=' | '<' | '<='; value: number }

function momentMatch(objectType: number, moment: Moment, { operator, value }: Comparison): Filter['match'] {
  if (moment === 'updatedAt') return { objectType, operator, updatedAt: new Date(value) }
  const [least, next] = [firstUuidAt(value), firstUuidAt(value + 1)]
  const [from, before] = {
    '=': [least, next],
    '>': [next, last],
    '>=': [least, last],
    '<': [first, least],
    '<=': [first, next],
  }[operator] as [string, string]
  return { objectType, from, before }
}

/** What all ids lie between. */
const [first, last] = ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff']
