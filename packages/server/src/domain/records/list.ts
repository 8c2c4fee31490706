import { badRequest, forbidden, type ObjectDefinition, scopes } from '@openfield/schema'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import type { Filter } from '../../storage/filters.ts'
import { listRecords as storedPage } from '../../storage/list.ts'
import { listTrashedRecords } from '../../storage/trash.ts'
import { noteQuery } from '../../watching/task.ts'
import { type Context, withDefinitions } from '../context.ts'
import { visibilityFilter } from './access.ts'
import { findType, requireCurrent, shapeOf } from './definitions.ts'
import { parseFilter, type WrittenFilter } from './filters.ts'
import { presentPage, presentRecords } from './present.ts'
import { resolveStageFilters } from './stages.ts'

/** What a list's query string asks: which page, and the filters as written, e.g. `$name[equal]` → `Acme`. */
export type ListQuery = { limit: number; offset: number; filters: readonly WrittenFilter[] }

/** A page of the live records of a type that pass all filters, newest first, as the API sends it. */
export const listRecords = (ctx: Context, objectType: string, query: ListQuery): Promise<string> =>
  withDefinitions(ctx, async (definitions) => {
    const definition = findType(definitions, objectType)
    const { isTrashed, filters: asked } = stateOf(ctx, definition, query.filters)
    if (isTrashed) return listTrashed(ctx, definitions, definition, query)
    const filters = resolveStageFilters(definition, asked).map(({ key, text }) =>
      parseFilter(definitions, definition, key, text),
    )
    noteQuery(definition.name, asked)
    return listMatching(ctx, definitions, definition, filters, query)
  })

/**
 * `status=active` or `status=trashed` says which records to list, unless a custom field has that slug; the rest are
 * filters, of types that have them.
 */
function stateOf(ctx: Context, definition: ObjectDefinition, query: ListQuery['filters']) {
  const needed = scopes.find((scope) => scope === `${definition.custom ? 'custom_objects' : definition.plural}:restore`)
  const hasStates = needed !== undefined && !definition.fields.has('status')
  const status = hasStates ? query.findLast(({ key }) => key === 'status') : undefined
  const filters = definition.filterable ? query.filter((one) => status === undefined || one.key !== 'status') : []
  if (status === undefined || status.text === 'active') return { isTrashed: false, filters }
  if (status.text !== 'trashed') throw badRequest('invalid_type', "'status' is active or trashed.", 'status')
  if (filters.length > 0) {
    throw badRequest('invalid_configuration', 'What is in the trash cannot be filtered.', filters[0]?.key.slice(0, 200))
  }
  const held = ctx.caller?.scopes ?? []
  if (needed && held.length > 0 && !held.includes(needed)) {
    throw forbidden(`This API key lacks the scope '${needed}'.`)
  }
  return { isTrashed: true, filters }
}

async function listTrashed(
  ctx: Context,
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  { limit, offset }: ListQuery,
): Promise<string> {
  const shape = shapeOf(definitions, definition)
  const page = await listTrashedRecords(ctx.db, ctx.workspace, shape, limit, offset)
  return presentPage(await presentRecords(ctx, definitions, definition, page.records), page.total)
}

/** A page of the live records of a type that pass some filters. */
export async function listMatching(
  ctx: Context,
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  filters: readonly Filter[],
  { limit, offset }: Pick<ListQuery, 'limit' | 'offset'>,
): Promise<string> {
  const visible = visibilityFilter(ctx, definition)
  const all = visible ? [...filters, visible] : filters
  const page = await storedPage(ctx.db, ctx.workspace, shapeOf(definitions, definition), all, limit, offset)
  requireCurrent(definitions, page.definitions)
  return presentPage(await presentRecords(ctx, definitions, definition, page.records), page.total)
}
