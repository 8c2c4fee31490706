import { ApiError, badRequest, type Field, firstUuidAt, type ObjectDefinition, recordMoments } from '@openfield/schema'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import type { Filter } from '../../storage/filters.ts'
import { parseCondition, parseFilter, readKey, type WrittenFilter } from './filters.ts'
import { resolveStageFilters } from './stages.ts'

/**
 * Reads the filters of a query: what the public lists take, of every type of record, and what only screens ask for. Of those
 * whose keys begin with the same `or1.`, `or2.` and so on, one must hold; all of these, and all others, must.
 */
export function parseQueryFilters(
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  written: readonly WrittenFilter[],
): Filter[] {
  const [plain = [], alternatives = []] = [false, true].map((are) =>
    written.filter(({ key }) => inGroup.test(key) === are),
  )
  const pipelines = plain.filter(({ key }) => key.startsWith('$pipeline'))
  const groups = Map.groupBy(alternatives, ({ key }) => inGroup.exec(key)?.[1])
  return [
    ...resolveStageFilters(definition, plain).map((one) => parseOne(definitions, definition, one)),
    ...Array.from(groups.values(), (group): Filter => {
      const any = group.map((one) => parseAlternative(definitions, definition, pipelines, one))
      return { param: any[0]?.param ?? '', negated: false, match: { any, objectType: definition.number } }
    }),
  ]
}

const inGroup = /^(or\d+)\./

/** An alternative, in the pipeline that the filters which hold anyway name. Errors name it as it was written. */
function parseAlternative(
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  pipelines: readonly WrittenFilter[],
  { key, text }: WrittenFilter,
): Filter {
  const prefix = inGroup.exec(key)?.[0] ?? ''
  try {
    const own = { key: key.slice(prefix.length), text }
    const resolved = resolveStageFilters(definition, own.key.startsWith('$pipeline') ? [own] : [...pipelines, own]).at(
      -1,
    )
    return parseOne(definitions, definition, resolved ?? own)
  } catch (error) {
    if (!(error instanceof ApiError) || error.place.param === undefined) throw error
    throw new ApiError(error.type, error.code, error.message, { ...error.place, param: prefix + error.place.param })
  }
}

function parseOne(
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  { key: written, text }: WrittenFilter,
): Filter {
  const { param, key, negated, operator } = readKey(written)
  requireOpen(definition, key, param)
  if (isMoment(definition, key)) {
    const condition = parseCondition(recordMoments[key].operators, operator, text, param)
    if (condition.index !== 'number') throw new Error(`${key} is no number`)
    return { param, negated, match: momentMatch(definition.number, key, condition) }
  }
  const field = definition.fields.get(key)
  const match = operator === 'empty' && (field ? filledField(definition, field) : linked(definitions, definition, key))
  // What is empty is what is not filled.
  if (match) return { param, negated: readBoolean(text, param) !== negated, match }
  const { screenOperators } = field?.type ?? {}
  if (!field || !screenOperators) return parseFilter(definitions, definition, written, text)
  const operators = { ...field.type.operators, ...screenOperators }
  const condition = parseCondition(operators, operator, text, param, field.configuration)
  return { param, negated, match: { field: field.id, condition } }
}

function readBoolean(text: string, param: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  throw badRequest('invalid_type', `The filter '${param}' takes true or false.`, param)
}

function filledField({ number }: ObjectDefinition, { id, key, type }: Field): Filter['match'] {
  if (!type.index) return { objectType: number, filledKey: key }
  return { field: id, filled: type.index, several: type.order !== 'entry' && type.order !== 'option' }
}

function linked(
  { types }: VersionedDefinitions,
  definition: ObjectDefinition,
  key: string,
): Filter['match'] | undefined {
  const relationship = definition.relationshipFilters.get(key)
  const others = relationship && types.get(relationship.objectType)
  return (
    others && {
      relationships: relationship.ids,
      side: relationship.side,
      others: others.number,
      several: !relationship.one,
    }
  )
}

type Moment = keyof typeof recordMoments

/** Whether a key names a moment that every record has, and no field of the workspace's. */
export const isMoment = ({ fields, omits = [] }: ObjectDefinition, key: string): key is Moment =>
  Object.hasOwn(recordMoments, key) && !fields.has(key) && !omits.some((omitted) => omitted === key)

/** Throws for what some records of the type hide from some: what they are found by would tell it. */
export function requireOpen({ access, plural, relationshipFilters }: ObjectDefinition, key: string, param: string) {
  // A relationship goes by its slug too.
  const named = relationshipFilters.get(key)?.key ?? key
  if (!access || ![...access.redacted, ...access.hidden].some((hidden) => hidden === named)) return
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
