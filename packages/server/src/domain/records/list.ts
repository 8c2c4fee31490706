import { badRequest, decodeId, type Field, InvalidValue, type ObjectDefinition, type Operator } from '@openfield/schema'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import { type Filter, listRecords as storedPage } from '../../storage/list.ts'
import { type Context, withDefinitions } from '../context.ts'
import { findType, requireCurrent, shapeOf } from './definitions.ts'
import { presentPage, presentRecord } from './present.ts'

/** What a list's query string asks: which page, and the filters as written, e.g. `$name[equal]` → `Acme`. */
export type ListQuery = { limit: number; offset: number; filters: readonly { key: string; text: string }[] }

/** A page of the live records of a type that pass all filters, newest first, as the API sends it. */
export const listRecords = (ctx: Context, objectType: string, query: ListQuery): Promise<string> =>
  withDefinitions(ctx, async (definitions) => {
    const definition = findType(definitions, objectType)
    const filters = query.filters.map(({ key, text }) => parseFilter(definitions, definition, key, text))
    const page = await storedPage(
      ctx.db,
      ctx.workspace,
      shapeOf(definitions, definition),
      filters,
      query.limit,
      query.offset,
    )
    requireCurrent(definitions, page.definitions)
    return presentPage(
      page.records.map((record) => presentRecord(ctx.publicUrl, definitions, definition, record)),
      page.total,
    )
  })

const syntax = /^([^[\]]+)(?:\[(-?)([A-Za-z]+)\])?$/

/** Reads one filter, `key[operator]=text` or `key=text`; `-` before the operator negates. */
function parseFilter(
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  written: string,
  text: string,
): Filter {
  const param = written.slice(0, 200).toWellFormed()
  const [, key = '', minus, operator] = syntax.exec(written) ?? []
  const field = definition.fields.get(key)
  const negated = minus === '-'
  if (field)
    return { param, negated, match: { field: field.id, condition: parseCondition(field, operator, text, param) } }
  const relationship = definition.relationshipFilters.get(key)
  if (!relationship) {
    throw badRequest('unknown_field', `Unrecognized filter '${param}' for '${definition.plural}'.`, param)
  }
  if (operator !== undefined && operator !== 'contains' && operator !== 'equal') {
    throw wrongOperator(param, operator, ['contains', 'equal'])
  }
  const prefix = definitions.types.get(relationship.objectType)?.prefix ?? 'obj'
  const other = decodeId(prefix, text) ?? unknownRecord
  return { param, negated, match: { relationships: relationship.ids, side: relationship.side, other } }
}

/** The nil UUID: an id that no record has. A filter by an unknown id is no error. */
const unknownRecord = '00000000-0000-0000-0000-000000000000'

function parseCondition(field: Field, operator: string | undefined, text: string, param: string) {
  const { operators } = field.type
  const chosen = operator ?? (operators.equal ? 'equal' : 'contains')
  const condition = Object.hasOwn(operators, chosen) ? operators[chosen as Operator] : undefined
  if (!condition) throw wrongOperator(param, chosen, Object.keys(operators))
  try {
    return condition(text, field.configuration)
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
