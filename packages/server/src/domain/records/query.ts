import { badRequest, notFound, type ObjectDefinition, type Relationship } from '@openfield/schema'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import { type BriefLinks, type Position, queryRecords as storedPage } from '../../storage/query.ts'
import type { Shape } from '../../storage/records.ts'
import { noteQuery } from '../../watching/task.ts'
import { type Context, withDefinitions } from '../context.ts'
import { requireScope, visibilityFilter } from './access.ts'
import { findType, requireCurrent, shapeOf } from './definitions.ts'
import type { WrittenFilter } from './filters.ts'
import { nameRecords, namesById } from './names.ts'
import { presentRecords } from './present.ts'
import { parseQueryFilters } from './query-filters.ts'
import { parseSort } from './query-sort.ts'

/** What a query's string asks. `keys`: the fields and relationships to show; undefined: all. */
export type RecordQuery = {
  limit: number
  offset: number
  after: string | undefined
  sort: string | undefined
  keys: readonly string[] | undefined
  filters: readonly WrittenFilter[]
}

/** The most links of one relationship that a record of a page shows. */
const linksMax = 5

/** A page of the live records of a type that pass the filters, in the order asked for, as JSON text, with what they are linked to by name. */
export const queryRecords = (ctx: Context, objectType: string, query: RecordQuery): Promise<string> =>
  withDefinitions(ctx, async (definitions) => {
    const after = query.after === undefined ? undefined : readCursor(query.after, query.sort)
    const page = await readPage(ctx, definitions, objectType, query, after, linksMax)
    const next = page.next ? `"${writeCursor(page.next, query.sort)}"` : 'null'
    const names = JSON.stringify(page.names)
    return `{"object":"list","data":[${page.data.join(',')}],"totalCount":${page.total},"nextCursor":${next},"names":${names}}`
  })

/** A page as it is read: each record as JSON text with at most so many links of a relationship, and where the next begins. */
export async function readPage(
  ctx: Context,
  definitions: VersionedDefinitions,
  objectType: string,
  query: Omit<RecordQuery, 'after'>,
  after: Position | undefined,
  most: number,
) {
  const definition = readableType(ctx, definitions, objectType)
  const keys = parseKeys(definition, query.keys)
  const sort = parseSort(definitions, definition, query.sort)
  const page = await storedPage(ctx.db, ctx.workspace, narrowed(definition, shapeOf(definitions, definition), keys), {
    filters: filtersOf(ctx, definitions, definition, query.filters),
    sort,
    limit: query.limit,
    offset: after === undefined ? query.offset : 0,
    after,
    links: linksOf(definition, keys, most),
  })
  requireCurrent(definitions, page.definitions)
  const linked = new Set<string>()
  const data = await presentRecords(ctx, definitions, definition, page.records, { keys, linksMax: most, linked })
  const names = namesById(await nameRecords(ctx, definitions, linked))
  return { data, names, total: page.total, next: page.next }
}

/** An object type whose records the caller may read. Throws a 404 for one without records to read, and a 403. */
export function readableType(ctx: Context, definitions: VersionedDefinitions, objectType: string): ObjectDefinition {
  const definition = findType(definitions, objectType)
  if (!definition.verbs.includes('retrieve')) throw notFound(`A ${definition.name} is no record.`)
  requireScope(ctx, definition, 'read')
  return definition
}

/** The filters of a query, and the one that leaves what the caller may see. */
export function filtersOf(
  ctx: Context,
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  written: readonly WrittenFilter[],
) {
  const visible = visibilityFilter(ctx, definition)
  const filters = parseQueryFilters(definitions, definition, written)
  noteQuery(definition.name, written)
  return visible ? [...filters, visible] : filters
}

function parseKeys({ fields, relationships, plural }: ObjectDefinition, keys: readonly string[] | undefined) {
  const unknown = keys
    ?.find((key) => !fields.has(key) && !relationships.has(key))
    ?.slice(0, 200)
    .toWellFormed()
  if (unknown !== undefined) {
    throw badRequest('unknown_field', `There is no field or relationship '${unknown}' in '${plural}'.`, 'fields')
  }
  const apart = keys?.find((key) => fields.get(key)?.apart)
  if (apart !== undefined) {
    throw badRequest('invalid_configuration', `Retrieve one of the ${plural} to read its '${apart}'.`, 'fields')
  }
  return keys && new Set(keys)
}

/** A shape with only some fields; where access depends on others, with all of them. */
function narrowed({ access, fields }: ObjectDefinition, shape: Shape, keys: ReadonlySet<string> | undefined): Shape {
  if (!keys || access) return shape
  const unset = Object.fromEntries(Object.entries(shape.unset).filter(([key]) => keys.has(key)))
  const left = [...fields.keys()].filter((key) => !keys.has(key))
  return { ...shape, unset, defaults: JSON.stringify(unset), removed: [...shape.removed, ...left] }
}

/** The relationships that are shown, and the one through which access goes. */
function linksOf(
  { access, relationships, omits }: ObjectDefinition,
  keys: ReadonlySet<string> | undefined,
  most: number,
): BriefLinks {
  const isRead = ({ key }: Relationship) =>
    omits?.includes('relationships')
      ? false
      : !keys || keys.has(key) || (access && 'through' in access && access.through === key)
  const read = [...relationships.values()].filter(isRead)
  const at = (side: 'from' | 'to') => read.filter((one) => one.side === side).flatMap(({ ids }) => ids)
  return { from: at('from'), to: at('to'), most }
}

/** A cursor holds what the list is sorted by, so that it is not taken for one of another list. */
const writeCursor = ({ value, id }: Position, sort = '') =>
  Buffer.from(JSON.stringify([sort, value, id])).toString('base64url')

function readCursor(text: string, sort = ''): Position {
  try {
    const [of, value, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[]
    const isValue = value === null || (typeof value === 'string' && value.isWellFormed() && !value.includes('\0'))
    if (of === sort && isValue && typeof id === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
      return { value, id }
  } catch {
    // Answered below, like any other text that is no cursor of this list.
  }
  throw badRequest('invalid_type', "'after' takes the nextCursor of a page with the same sort.", 'after')
}
