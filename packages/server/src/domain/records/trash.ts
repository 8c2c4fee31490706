import { decodeId, forbidden, type Json, noResource, type ObjectDefinition, recordId } from '@openfield/schema'
import { workOf } from '../../jobs/work.ts'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import { fetchRecord, type Work, WriteRefused } from '../../storage/records.ts'
import type { StoredRecord } from '../../storage/rows.ts'
import {
  exists,
  fetchTrashed,
  findGone,
  findInTrash,
  listTrash,
  restoreRecord as storeRestored,
  trashRecord as storeTrashed,
  type TrashEntry,
} from '../../storage/trash.ts'
import { type Context, withDefinitions } from '../context.ts'
import { mayEdit, requireScope } from './access.ts'
import { findType, requireCurrent, shapeOf } from './definitions.ts'
import { entriesOf, type FieldWrite } from './fields.ts'
import { presentRecord } from './present.ts'
import { retryingConflicts } from './update.ts'
import { actorId, refusedWrite, writeContext } from './write.ts'

/**
 * Puts a record in the trash. Returns it as it was. One that is there already stays as it is and is returned too. Throws a
 * 404 when there is none with the id, or it was merged into another; of a guarded type also when it is there already, and a
 * 403 to those who may not.
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
    if (!trashed) throw await goneOrMoved(ctx, definition, uuid)
    if (definition.guarded) throw noResource(definition.plural)
    return presentRecord(ctx, definitions, definition, trashed)
  }
  requireCurrent(definitions, found.definitions)
  if (!mayEdit(definition, found.record, ctx.caller)) {
    throw forbidden(`Only participants and admins may delete a ${definition.name}.`)
  }
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
  if (trashed && !mayEdit(definition, trashed, ctx.caller)) {
    throw forbidden(`Only participants and admins may restore a ${definition.name}.`)
  }
  // While it was away, what it had to do with may have gone as well.
  if (trashed)
    await move(ctx, definitions, definition, trashed, storeRestored, { kind: 'interaction', recordId: trashed.id })
  const found = uuid && (await fetchRecord(ctx.db, ctx.workspace, shape, uuid))
  if (!found) throw await goneOrMoved(ctx, definition, uuid)
  return presentRecord(ctx, definitions, definition, found.record)
}

/** For an id that was found neither among the live records nor, before or after that, in the trash. */
async function goneOrMoved(ctx: Context, { plural, number }: ObjectDefinition, uuid: string | undefined) {
  const isThere = uuid !== undefined && (await exists(ctx.db, ctx.workspace, number, uuid))
  return isThere ? new WriteRefused('record changed', '') : noResource(plural)
}

/** Brings back whatever is in the trash under an id. Throws a 404 when nothing is. */
export const restoreTrashed = (ctx: Context, id: string): Promise<string> =>
  withDefinitions(ctx, async ({ types }) => {
    for (const definition of types.values()) {
      const uuid = decodeId(definition.prefix, id)
      const [entry] = uuid ? await findInTrash(ctx.db, ctx.workspace, uuid) : []
      if (entry?.objectType === definition.number) return restoreRecord(ctx, definition.name, id)
    }
    throw noResource('trash')
  })

async function move(
  ctx: Context,
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  record: StoredRecord,
  store: typeof storeTrashed,
  ...moreWork: Work[]
) {
  const values = storedValues(definition, record)
  const work = [...workOf(definition, record.id, values, [record]), ...moreWork]
  const write = writeContext(ctx, definitions.version, ctx.now(), work, undefined, '')
  try {
    await store(ctx.db, write, { id: record.id, version: record.version, entries: entriesOf(values) })
  } catch (error) {
    throw error instanceof WriteRefused ? refusedWrite(error, definition, []) : error
  }
  ctx.workWritten()
}

/** The values of a stored record by field, as people wrote them, null for unset ones; the system's own follow from others. */
export function storedValues(definition: ObjectDefinition, record: StoredRecord): FieldWrite[] {
  const stored = JSON.parse(record.fields) as Record<string, { value: Json }>
  const written = [...definition.fields.values()].filter((field) => !field.readOnly)
  return written.map((field) => ({ field, value: stored[field.key]?.value ?? null }))
}

/** A page of what is in the trash, most recently deleted first. */
export const listTrashed = (ctx: Context, page: { limit: number; offset: number }) =>
  withDefinitions(ctx, async (definitions) => {
    const { total, entries } = await listTrash(ctx.db, ctx.workspace, page.limit, page.offset)
    const data = await Promise.all(
      entries.flatMap((entry) => {
        // Of an object type that has been removed, the rest goes in the background.
        const definition = typeNumbered(definitions, entry.objectType)
        return definition ? [presentEntry(ctx, definitions, definition, entry)] : []
      }),
    )
    return { object: 'list', data, totalCount: total }
  })

/**
 * What became of a record that is no longer there: it is in the trash, or was merged into another. Throws a 404 for the id of
 * a live record, of none, and of a guarded one that the caller may not bring back.
 */
export const retrieveGone = (ctx: Context, id: string) =>
  withDefinitions(ctx, async (definitions) => {
    for (const prefix of new Set(Array.from(definitions.types.values(), (type) => type.prefix))) {
      const uuid = decodeId(prefix, id)
      const gone = uuid && (await findGone(ctx.db, ctx.workspace, uuid))
      const definition = gone && typeNumbered(definitions, gone.objectType)
      if (!definition || definition.prefix !== prefix) continue
      requireScope(ctx, definition, 'read')
      requireScope(ctx, definition, 'restore')
      const trashed = await fetchTrashed(ctx.db, ctx.workspace, shapeOf(definitions, definition), gone.id)
      if (trashed && !mayEdit(definition, trashed, ctx.caller)) break
      const entry = await presentEntry(ctx, definitions, definition, gone)
      return { ...entry, mergedInto: gone.mergedInto && recordId(definition, gone.mergedInto) }
    }
    throw noResource('trash')
  })

const typeNumbered = ({ types }: VersionedDefinitions, number: number) =>
  [...types.values()].find((type) => type.number === number)

async function presentEntry(
  ctx: Context,
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  { id, deletedAt, deletedBy }: TrashEntry,
) {
  const trashed = await fetchTrashed(ctx.db, ctx.workspace, shapeOf(definitions, definition), id)
  const record = trashed ? presentRecord(ctx, definitions, definition, trashed) : 'null'
  return {
    objectType: definition.name,
    deletedAt: deletedAt.toISOString(),
    deletedBy: actorId(deletedBy),
    record: JSON.parse(record),
  }
}
