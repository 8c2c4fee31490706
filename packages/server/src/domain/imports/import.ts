import { ApiError, encodeId } from '@openfield/schema'
import { findByExternalId } from '../../storage/records.ts'
import { type Context, withDefinitions } from '../context.ts'
import { createRecord } from '../records/create.ts'
import { findType } from '../records/definitions.ts'
import { updateRecord } from '../records/update.ts'

export type ImportRow = {
  externalId: string
  fields: Record<string, unknown>
  /** Ids by relationship: what the record is to be linked to, in place of what it was. */
  relationships?: Record<string, string | string[]> | undefined
}

export type ImportResult =
  | { externalId: string; outcome: 'created' | 'updated'; id: string }
  | { externalId: string; outcome: 'refused'; error: object }

/**
 * Brings records from another system, row by row: one whose `externalId` a record of the type has updates that record, any
 * other creates one. A row that is refused says why and does not hold up the others, so that a whole import can be sent
 * again.
 */
export async function importRecords(ctx: Context, objectType: string, input: readonly ImportRow[]) {
  const results: ImportResult[] = []
  for (const row of input) {
    try {
      results.push(await importRow(ctx, objectType, row))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      results.push({ externalId: row.externalId, outcome: 'refused', ...error.toJSON() })
    }
  }
  return { results }
}

const importRow = (ctx: Context, objectType: string, row: ImportRow): Promise<ImportResult> =>
  withDefinitions(ctx, async (definitions) => {
    const definition = findType(definitions, objectType)
    const { externalId, fields, relationships = {} } = row
    const uuid = await findByExternalId(ctx.db, ctx.workspace, definition.number, externalId)
    if (uuid === undefined) {
      const { id } = JSON.parse(await createRecord(ctx, objectType, { fields, relationships, externalId }))
      return { externalId, outcome: 'created', id }
    }
    const id = encodeId(definition.prefix, uuid)
    const replaced = Object.entries(relationships).map(([key, ids]) => [key, { replace: ids }])
    await updateRecord(ctx, objectType, id, { fields, relationships: Object.fromEntries(replaced) })
    return { externalId, outcome: 'updated', id }
  })
