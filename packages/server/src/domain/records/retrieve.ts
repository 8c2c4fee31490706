import { decodeId, noResource } from '@openfield/schema'
import { fetchRecord } from '../../storage/records.ts'
import { visibleRecords } from '../../storage/visibility.ts'
import { type Context, withDefinitions } from '../context.ts'
import { visibilityFilter } from './access.ts'
import { findType, requireCurrent, shapeOf } from './definitions.ts'
import { presentRecords } from './present.ts'

/** One live record by its public id, as the API sends it. Throws a 404 for an id that is none of the type's. */
export const retrieveRecord = (ctx: Context, objectType: string, id: string): Promise<string> =>
  withDefinitions(ctx, async (definitions) => {
    const definition = findType(definitions, objectType)
    const uuid = decodeId(definition.prefix, id)
    const found = uuid && (await fetchRecord(ctx.db, ctx.workspace, shapeOf(definitions, definition), uuid))
    if (!found) throw noResource(definition.plural)
    requireCurrent(definitions, found.definitions)
    const filter = visibilityFilter(ctx, definition)
    const isVisible = !filter || (await visibleRecords(ctx.db, ctx.workspace, [found.record.id], filter)).length > 0
    if (!isVisible) throw noResource(definition.plural)
    const [record = ''] = await presentRecords(ctx, definitions, definition, [found.record])
    return record
  })
