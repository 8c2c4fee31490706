import { ApiError, decodeId, type Json, noResource } from '@openfield/schema'
import { workOf } from '../../jobs/work.ts'
import { fetchRecord, trashRecord as store, WriteRefused } from '../../storage/records.ts'
import { type Context, withDefinitions } from '../context.ts'
import { findType, requireCurrent, shapeOf } from './definitions.ts'
import { entriesOf, type FieldWrite } from './fields.ts'
import { presentRecord } from './present.ts'
import { writeContext } from './write.ts'

/** Puts a live record in the trash. Returns it as it was. Throws a 404 when there is none with the id. */
export const trashRecord = (ctx: Context, objectType: string, id: string): Promise<string> =>
  withDefinitions(ctx, async (definitions) => {
    const definition = findType(definitions, objectType)
    const uuid = decodeId(definition.prefix, id)
    const found = uuid && (await fetchRecord(ctx.db, ctx.workspace, shapeOf(definitions, definition), uuid))
    if (!found) throw noResource(definition.plural)
    requireCurrent(definitions, found.definitions)
    const { record } = found
    const stored = JSON.parse(record.fields) as Record<string, { value: Json }>
    const values = Array.from(
      definition.fields.values(),
      (field): FieldWrite => ({ field, value: stored[field.key]?.value ?? null }),
    )
    const write = writeContext(
      ctx,
      definitions.version,
      ctx.now(),
      workOf(definition, record.id, values),
      undefined,
      '',
    )
    try {
      await store(ctx.db, write, { id: record.id, version: record.version, entries: entriesOf(values) })
    } catch (error) {
      if (!(error instanceof WriteRefused && error.reason === 'record changed')) throw error
      throw new ApiError('conflict', undefined, 'The record was changed meanwhile; try again.')
    }
    ctx.workWritten()
    return presentRecord(ctx.publicUrl, definitions, definition, record)
  })
