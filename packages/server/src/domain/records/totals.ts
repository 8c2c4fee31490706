import {
  badRequest,
  firstUuidAt,
  type Grouping,
  type Json,
  type ObjectDefinition,
  recordId,
  recordMoments,
} from '@openfield/schema'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import { countRecords, type GroupKey, groupsMax, type TimeUnit } from '../../storage/totals.ts'
import { type Context, withDefinitions } from '../context.ts'
import { requireCurrent } from './definitions.ts'
import { parseCondition, type WrittenFilter } from './filters.ts'
import { nameRecords, namesById } from './names.ts'
import { filtersOf, readableType } from './query.ts'
import { isMoment, requireOpen } from './query-filters.ts'

export { groupsMax }

/** What a query for totals asks: what to group by, e.g. `$stage` and `month($closeDate)`, and which field to sum up. */
export type TotalsQuery = {
  groups: readonly string[]
  sum: string | undefined
  timeZone: string
  filters: readonly WrittenFilter[]
}

/** What records are counted by, and how a key is read back from storage. */
type ParsedGroup = { key: GroupKey; read: (text: string) => Json; linked?: true }

/** How many records of a type pass the filters, and their sum, by up to two keys; the biggest groups first. */
export const totalRecords = (ctx: Context, objectType: string, query: TotalsQuery) =>
  withDefinitions(ctx, async (definitions) => {
    const definition = readableType(ctx, definitions, objectType)
    return total(ctx, definitions, definition, parseGroups(definitions, definition, query, groupsOfQueryMax), query)
  })

/** What a query for changes asks: when which field got which value, in which time, and by what else to group. */
export type ChangesQuery = TotalsQuery & Record<'field' | 'value' | 'by' | 'from' | 'to', string | undefined>

/** In how many live records of a type a field got a value, by the time when it did. */
export const totalChanges = (ctx: Context, objectType: string, query: ChangesQuery) =>
  withDefinitions(ctx, async (definitions) => {
    const definition = readableType(ctx, definitions, objectType)
    const groups = parseGroups(definitions, definition, query, groupsOfQueryMax - 1)
    return total(ctx, definitions, definition, [parseEntry(definition, query), ...groups], query)
  })

async function total(
  ctx: Context,
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  groups: readonly ParsedGroup[],
  query: TotalsQuery,
) {
  const sum = parseSum(definition, query.sum)
  const filters = filtersOf(ctx, definitions, definition, query.filters)
  const keys = groups.map(({ key }) => key)
  const found = await countRecords(ctx.db, ctx.workspace, definition.number, filters, keys, sum)
  requireCurrent(definitions, found.definitions)
  const shown = found.groups.slice(0, groupsMax)
  const linked = shown.flatMap(({ keys }) => keys.filter((key, index) => key !== null && groups[index]?.linked))
  const names = await nameRecords(ctx, definitions, new Set(linked.filter((id) => id !== null)))
  return {
    groups: shown.map(({ keys, count, sum }) => ({
      keys: keys.map((key, index) => (key === null ? null : groups[index]?.read(key))),
      count,
      sum,
    })),
    totalCount: found.total,
    ...(found.groups.length > groupsMax && { hasMore: true }),
    names: namesById(names),
  }
}

/** The group of when a field got a value. */
function parseEntry(definition: ObjectDefinition, query: ChangesQuery): ParsedGroup {
  const { field: key = '', value, by = 'month', timeZone } = query
  requireOpen(definition, key, 'field')
  const field = definition.fields.get(key)
  const grouping = field?.type.grouping?.(field.configuration)
  const { equal } = field?.type.operators ?? {}
  if (!field || grouping?.by !== 'entry' || !equal) {
    throw badRequest('invalid_configuration', "'field' takes the key of a select or a checkbox.", 'field')
  }
  if (value === undefined) throw badRequest('parameter_missing', "'value' says what the field got.", 'value')
  if (!isUnit(by)) throw badRequest('invalid_type', `'by' is one of: ${units.join(', ')}.`, 'by')
  const sought = parseCondition({ equal }, 'equal', value, 'value', field.configuration)
  const [from, before] = [query.from, query.to].map((text, end) =>
    firstUuidAt(momentOf(text, end === 0 ? 'from' : 'to')),
  )
  return {
    key: {
      by: 'entry into',
      unit: by,
      timeZone,
      field: key,
      value: grouping.read(String(sought.value)),
      from: from ?? '',
      before: before ?? '',
    },
    read: (text) => text,
  }
}

/** A moment in milliseconds; without one, the beginning or the end of time. */
function momentOf(text: string | undefined, param: 'from' | 'to'): number {
  if (text === undefined) return param === 'from' ? 0 : Number.MAX_SAFE_INTEGER
  const condition = parseCondition(recordMoments.createdAt.operators, 'equal', text, param)
  return Number(condition.value)
}

const units: readonly TimeUnit[] = ['day', 'week', 'month', 'quarter', 'year']
const isUnit = (text: string): text is TimeUnit => units.some((unit) => unit === text)

const groupsOfQueryMax = 2
const timeSyntax = /^(day|week|month|quarter|year)\((.+)\)$/

function parseGroups(
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  { groups, timeZone }: Pick<TotalsQuery, 'groups' | 'timeZone'>,
  most: number,
): ParsedGroup[] {
  if (groups.length > most) {
    throw badRequest(
      'invalid_configuration',
      `These totals are grouped by at most ${most} of what records have.`,
      'group',
    )
  }
  requireTimeZone(timeZone)
  return groups.map((written) => {
    const [, unit, moment] = timeSyntax.exec(written) ?? []
    const key = moment ?? written
    requireOpen(definition, key, 'group')
    const found =
      unit === undefined ? byValue(definitions, definition, key) : byTime(definition, unit as TimeUnit, key, timeZone)
    if (found) return found
    const named = written.slice(0, 200).toWellFormed()
    throw badRequest('invalid_configuration', `Totals cannot be grouped by '${named}'.`, 'group')
  })
}

function byTime(
  { fields, ...type }: ObjectDefinition,
  unit: TimeUnit,
  key: string,
  timeZone: string,
): ParsedGroup | undefined {
  const field = fields.get(key)
  const isCreation = key === 'createdAt' && isMoment({ fields, ...type }, key)
  if (!isCreation && field?.type.grouping?.(field.configuration)?.by !== 'time') return undefined
  return { key: { by: 'time', unit, timeZone, field: field?.id }, read: (text) => text }
}

function byValue(
  { types }: VersionedDefinitions,
  { fields, relationships }: ObjectDefinition,
  key: string,
): ParsedGroup | undefined {
  const field = fields.get(key)
  const grouping: Grouping | undefined = field?.type.grouping?.(field.configuration)
  if (field?.type.index && grouping?.by === 'entry') {
    return { key: { by: 'entry', index: field.type.index, field: field.id }, read: grouping.read }
  }
  const relationship = relationships.get(key)
  const other = relationship && types.get(relationship.objectType)
  const [id] = relationship?.ids ?? []
  if (!relationship?.one || !other || id === undefined) return undefined
  return {
    key: { by: 'link', relationship: id, side: relationship.side, others: other.number },
    read: (uuid) => recordId(other, uuid),
    linked: true,
  }
}

function parseSum(definition: ObjectDefinition, key: string | undefined): number | undefined {
  if (key === undefined) return undefined
  requireOpen(definition, key, 'sum')
  const field = definition.fields.get(key)
  if (field?.type.sums) return field.id
  throw badRequest('invalid_configuration', `'${key.slice(0, 200).toWellFormed()}' is no amount to sum up.`, 'sum')
}

function requireTimeZone(timeZone: string) {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
  } catch {
    throw badRequest('invalid_type', "'timeZone' takes the name of a time zone, such as Europe/Berlin.", 'timeZone')
  }
}
