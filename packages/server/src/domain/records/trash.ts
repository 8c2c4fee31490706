import {
  decodeId,
  encodeId,
  idPrefixes,
  type Json,
  noResource,
  type ObjectDefinition,
  objectTypes,
} from '@openfield/schema'
import { workOf } from '../../jobs/work.ts'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import { fetchRecord, WriteRefused } from '../../storage/records.ts'
import type { StoredRecord } from '../../storage/rows.ts'
import {
  fetchTrashed,
  findInTrash,
  listTrash,
  restoreRecord as storeRestored,
  trashRecord as storeTrashed,
} from '../../storage/trash.ts'
import { type Context, withDefinitions } from '../context.ts'
import { findType, requireCurrent, shapeOf } from './definitions.ts'
import { entriesOf, type FieldWrite } from './fields.ts'
import { presentRecord } from './present.ts'
import { retryingConflicts } from './update.ts'
import { refusedWrite, writeContext } from './write.ts'

/**
 * Puts a record in the trash. Returns it as it was. One that is there already stays as it is and is returned too. Throws a
 * 404 when there is none with the id, or it was merged into another.
 */
export const trashRecord = (ctx: Context, objectType: string, id: string): Promise<string> =>
  retryingConflicts(() => withDefinitions(ctx, (definitions) => trash(ctx, definitions, objectType, id)))

async function trash(ctx: Context, definitions: VersionedDefinitions, objectType: string, id: string): Promise<string> {
  const definition = findType(definitions, objectType)
  const shape = shapeOf(definitions, definition)
  const uuid = decodeId(definition.prefix, id)
  const found = uuid && (await fetchRecord(ctx.db, ctx.workspace, shape, uuid))
  if (!found) {
    const trashed = uuid && (await fetchTrashed(ctx.db, ctx.workspace, shape, uuid))
    if (!trashed) throw noResource(definition.plural)
    return presentRecord(ctx, definitions, definition, trashed)
  }
  requireCurrent(definitions, found.definitions)
  await move(ctx, definitions, definition, found.record, storeTrashed)
  return presentRecord(ctx, definitions, definition, found.record)
}

/**
 * Brings a record back from the trash, with the links it had. Returns it. One that is not in the trash stays as it is and
 * is returned too. Throws a 404 when there is none with the id.
 */
export const restoreRecord = (ctx: Context, objectType: string, id: string): Promise<string> =>
  retryingConflicts(() => withDefinitions(ctx, (definitions) => restore(ctx, definitions, objectType, id)))

async function restore(ctx: Context, definitions: VersionedDefinitions, objectType: string, id: string) {
  const definition = findType(definitions, objectType)
  const shape = shapeOf(definitions, definition)
  const uuid = decodeId(definition.prefix, id)
  const trashed = uuid && (await fetchTrashed(ctx.db, ctx.workspace, shape, uuid))
  if (trashed) await move(ctx, definitions, definition, trashed, storeRestored)
  const found = uuid && (await fetchRecord(ctx.db, ctx.workspace, shape, uuid))
  if (!found) throw noResource(definition.plural)
  return presentRecord(ctx, definitions, definition, found.record)
}

/** Brings back whatever is in the trash under an id. Throws a 404 when nothing is. */
export async function restoreTrashed(ctx: Context, id: string): Promise<string> {
  const { types } = await ctx.definitions.get(ctx)
  for (const definition of types.values()) {
    const uuid = decodeId(definition.prefix, id)
    const [entry] = uuid ? await findInTrash(ctx.db, ctx.workspace, uuid) : []
    if (entry?.objectType === definition.number) return restoreRecord(ctx, definition.name, id)
  }
  throw noResource('trash')
}

async function move(
  ctx: Context,
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  record: StoredRecord,
  store: typeof storeTrashed,
) {
  const values = storedValues(definition, record)
  const write = writeContext(
    ctx,
    definitions.version,
    ctx.now(),
    workOf(definition, record.id, values, [record]),
    undefined,
    '',
  )
  try {
    await store(ctx.db, write, { id: record.id, version: record.version, entries: entriesOf(values) })
  } catch (error) {
    throw error instanceof WriteRefused ? refusedWrite(error, definition, []) : error
  }
  ctx.workWritten()
}

/** The values of a stored record by field; null for unset ones. */
export function storedValues(definition: ObjectDefinition, record: StoredRecord): FieldWrite[] {
  const stored = JSON.parse(record.fields) as Record<string, { value: Json }>
  return Array.from(definition.fields.values(), (field) => ({ field, value: stored[field.key]?.value ?? null }))
}

/** A page of what is in the trash, most recently deleted first. */
export const listTrashed = (ctx: Context, page: { limit: number; offset: number }) =>
  withDefinitions(ctx, async (definitions) => {
    const entries = await listTrash(ctx.db, ctx.workspace, page.limit, page.offset)
    const byNumber = new Map(Array.from(definitions.types.values(), (type) => [type.number, type]))
    const data = await Promise.all(
      entries.map(async ({ id, objectType, deletedAt, deletedBy }) => {
        const definition = byNumber.get(objectType) ?? objectTypes.file
        const known = definitions.types.get(definition.name)
        const trashed = known && (await fetchTrashed(ctx.db, ctx.workspace, shapeOf(definitions, known), id))
        const record = known && trashed ? presentRecord(ctx, definitions, known, trashed) : 'null'
        return {
          objectType: definition.name,
          deletedAt: deletedAt.toISOString(),
          deletedBy: deletedBy && encodeId(idPrefixes.apiKey, deletedBy),
          record: JSON.parse(record),
        }
      }),
    )
    return { object: 'list', data, totalCount: entries[0]?.total ?? 0 }
  })
