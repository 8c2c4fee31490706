import { presentFullDefinitions, presentObjectType } from '@openfield/schema'
import { readDefinitionsVersion } from '../../storage/definitions.ts'
import { countRecords } from '../../storage/records.ts'
import { type Context, withDefinitions } from '../context.ts'
import { hasScope, requireScope } from '../records/access.ts'
import { findType, requireCurrent } from '../records/definitions.ts'

/** Every object type that the caller may read, the product's first, each with the number of its live records. */
export const listObjectTypes = (ctx: Context) =>
  withDefinitions(ctx, async (definitions) => {
    requireCurrent(definitions, (await readDefinitionsVersion(ctx.db, ctx.workspace)) ?? 0)
    const counts = await countRecords(ctx.db, ctx.workspace)
    const readable = [...definitions.types.values()].filter((type) => hasScope(ctx, type, 'read'))
    const data = readable.map((type) => ({
      ...presentObjectType(type),
      // Who may not see every record is not told how many there are.
      recordCount: type.visibility ? null : (counts.get(type.number) ?? 0),
    }))
    return { object: 'list', data, totalCount: data.length }
  })

/** All that is defined of an object type, also of those without an operation for their definitions. */
export const retrieveFullDefinitions = (ctx: Context, objectType: string) =>
  withDefinitions(ctx, async (definitions) => {
    requireCurrent(definitions, (await readDefinitionsVersion(ctx.db, ctx.workspace)) ?? 0)
    const definition = findType(definitions, objectType)
    requireScope(ctx, definition, 'read')
    return presentFullDefinitions(definition)
  })
