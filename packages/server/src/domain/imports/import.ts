import { ApiError, encodeId, type ObjectDefinition, unprocessable } from '@openfield/schema'
import { findByExternalId } from '../../storage/records.ts'
import { type Context, withDefinitions } from '../context.ts'
import { createRecord, type RecordInput } from '../records/create.ts'
import { findType } from '../records/definitions.ts'
import { updateRecord } from '../records/update.ts'

export type ImportRow = {
  externalId: string
  fields: Record<string, unknown>
  /** Ids by relationship: what the record is to be linked to, in place of what it was; of notes and lists, beside that. */
  relationships?: Record<string, string | string[]> | undefined
}

export type ImportResult =
  | { externalId: string; outcome: 'created' | 'updated'; id: string }
  | { externalId: string; outcome: 'refused'; error: object }

/**
 * Brings records from another system, row by row: one whose `externalId` a record of the type has updates that record, any
 * other creates one. A row that is refused says why and does not hold up the others, so that a whole import can be sent
 * again. Throws for a type whose records are not made from bodies alone.
 */
export async function importRecords(ctx: Context, objectType: string, input: readonly ImportRow[]) {
  await withDefinitions(ctx, async (definitions) => requireImportable(findType(definitions, objectType)))
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

export function requireImportable({ verbs, plural }: ObjectDefinition) {
  if (!verbs.includes('create')) throw unprocessable(`An import cannot bring in ${plural}.`, 'objectType')
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
    await updateRecord(ctx, objectType, id, changesOf(definition, fields, relationships))
    return { externalId, outcome: 'updated', id }
  })

/** What a row says to a record that is there already. What is set only when a record is created stays as it was then. */
function changesOf(definition: ObjectDefinition, fields: object, relationships: object): RecordInput {
  const changeable = (known: ReadonlyMap<string, { write: string }>, all: object) =>
    Object.entries(all).filter(([key]) => known.get(key)?.write !== 'create')
  const { linkChanges } = definition
  const operation = linkChanges === 'add-remove' || linkChanges === 'one-of-add-remove' ? 'add' : 'replace'
  const links = changeable(definition.relationships, relationships)
  return {
    fields: Object.fromEntries(changeable(definition.fields, fields)),
    relationships: Object.fromEntries(links.map(([key, ids]) => [key, { [operation]: ids }])),
  }
}
