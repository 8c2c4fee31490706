import { decodeId, noResource, type ObjectDefinition } from '@openfield/schema'
import { findBody } from '../../storage/emails.ts'
import { fetchRecord } from '../../storage/records.ts'
import type { StoredRecord } from '../../storage/rows.ts'
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
    const whole = await withApart(ctx, definition, found.record)
    const [record = ''] = await presentRecords(ctx, definitions, definition, [whole])
    return record
  })

/** A record together with the fields that are kept beside it. */
async function withApart(ctx: Context, { fields }: ObjectDefinition, record: StoredRecord): Promise<StoredRecord> {
  const apart = [...fields.values()].find((field) => field.apart)
  if (!apart) return record
  const value = (await findBody(ctx.db, ctx.workspace, record.id)) ?? null
  const all = { ...JSON.parse(record.fields), [apart.key]: { value, valueType: apart.valueType } }
  return { ...record, fields: JSON.stringify(all) }
}
