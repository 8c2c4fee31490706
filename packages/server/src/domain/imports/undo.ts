import { ApiError, encodeId, type Json, type ObjectDefinition } from '@openfield/schema'
import { findChange, type WrittenChange } from '../../storage/changes.ts'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import { isTouched, saveUndone, type Undone, type Written } from '../../storage/imports.ts'
import { fetchRecord } from '../../storage/records.ts'
import type { StoredRecord } from '../../storage/rows.ts'
import { type Context, withDefinitions } from '../context.ts'
import { findType, shapeOf } from '../records/definitions.ts'
import { isSame } from '../records/fields.ts'
import { linkedIds } from '../records/links.ts'
import { trashRecord } from '../records/trash.ts'
import { updateRecord } from '../records/update.ts'
import { concurrently } from './concurrently.ts'

const writers = 6

/** Takes back some of what an import wrote, as far as nobody else has changed it since. */
export async function undoRows(ctx: Context, importId: string, rows: readonly Written[]): Promise<void> {
  const undoOne = (row: Written) => attempt(() => undo(ctx, importId, row))
  const first = await concurrently(rows, writers, undoOne)
  // What looked as if others had linked to it may have been linked by rows that have been taken back meanwhile.
  const results: { row: number; part: number; undone: Undone }[] = []
  for (const [index, row] of rows.entries()) {
    const undone =
      first[index] === 'kept' && row.outcome === 'created' ? await undoOne(row) : (first[index] ?? 'failed')
    results.push({ row: row.row, part: row.part, undone })
  }
  await saveUndone(ctx.db, ctx.workspace, importId, results)
}

async function attempt(undoing: () => Promise<Undone>): Promise<Undone> {
  try {
    return await undoing()
  } catch (error) {
    if (error instanceof ApiError) return 'failed'
    throw error
  }
}

const undo = (ctx: Context, importId: string, row: Written): Promise<Undone> =>
  withDefinitions(ctx, async (definitions) => {
    const definition = findType(definitions, row.objectType)
    const found = await fetchRecord(ctx.db, ctx.workspace, shapeOf(definitions, definition), row.recordId)
    // Somebody, or an attempt that was cut short, has put it in the trash.
    if (!found) return row.outcome === 'created' ? 'reverted' : 'kept'
    const change = await findChange(ctx.db, ctx.workspace, row.recordId, row.id)
    if (!change) return 'failed'
    return row.outcome === 'created'
      ? undoCreation(ctx, definition, importId, row, change)
      : undoUpdate(ctx, definitions, definition, found.record, change)
  })

async function undoCreation(
  ctx: Context,
  { name, prefix }: ObjectDefinition,
  importId: string,
  { recordId }: Written,
  { links }: WrittenChange,
): Promise<Undone> {
  const linked = Object.values(links).flatMap(({ added }) => added)
  if (await isTouched(ctx.db, ctx.workspace, importId, recordId, linked)) return 'kept'
  await trashRecord(ctx, name, encodeId(prefix, recordId))
  return 'reverted'
}

/** Gives the fields and links that the import changed back what they had, where they still have what the import gave them. */
async function undoUpdate(
  ctx: Context,
  { types }: VersionedDefinitions,
  definition: ObjectDefinition,
  record: StoredRecord,
  change: WrittenChange,
): Promise<Undone> {
  const current = JSON.parse(record.fields) as Record<string, { value: Json }>
  const fields: Record<string, unknown> = {}
  const relationships: Record<string, unknown> = {}
  let kept = false
  for (const [key, before] of Object.entries(change.before)) {
    const value = current[key]?.value ?? null
    if (!definition.fields.has(key)) continue
    if (isSame(value, (change.after[key] ?? null) as Json)) fields[key] = before
    else if (!isSame(value, before as Json)) kept = true
  }
  for (const [key, { added, removed }] of Object.entries(change.links)) {
    const relationship = definition.relationships.get(key)
    if (!relationship) continue
    const has = linkedIds(relationship, record)
    const prefix = types.get(relationship.objectType)?.prefix ?? 'obj'
    const encoded = (ids: readonly string[]) => ids.map((id) => encodeId(prefix, id))
    const isOurs = added.every((id) => has.includes(id))
    if (!isOurs) kept = kept || added.some((id) => has.includes(id)) || has.length > 0
    else if (relationship.one) relationships[key] = { replace: encoded(removed) }
    else relationships[key] = { remove: encoded(added) }
  }
  if (Object.keys(fields).length + Object.keys(relationships).length > 0) {
    await updateRecord(ctx, definition.name, encodeId(definition.prefix, record.id), { fields, relationships })
  }
  return kept ? 'kept' : 'reverted'
}
