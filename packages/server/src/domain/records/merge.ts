import {
  ApiError,
  badRequest,
  decodeId,
  encodeId,
  type Field,
  InvalidValue,
  idPrefixes,
  type Json,
  newUuid,
  noResource,
  type ObjectDefinition,
  recordId,
  unprocessable,
} from '@openfield/schema'
import { workOf } from '../../jobs/work.ts'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import { countLinks, findMerge, mergeRecords as store } from '../../storage/merges.ts'
import { fetchRecord, WriteRefused } from '../../storage/records.ts'
import { type Links, linksMax, type StoredRecord } from '../../storage/rows.ts'
import { type Context, withDefinitions } from '../context.ts'
import { findType, requireCurrent, shapeOf } from './definitions.ts'
import { bareValues, entriesOf, type FieldWrite, isSame, wireForm } from './fields.ts'
import { linkedIds } from './links.ts'
import { presentRecord } from './present.ts'
import { storedValues } from './trash.ts'
import { later, retryingConflicts } from './update.ts'
import { type Idempotency, refusedWrite, writeContext } from './write.ts'

export type MergeInput = {
  primaryId: string
  duplicateId: string
  /** Whose value a field gets, or which; by default the primary's, or the duplicate's where the primary has none. */
  fieldResolutions: Record<string, unknown>
  multiSelectUnion: boolean
}

/** Up to this many links are moved before the answer; more are moved in the background. */
const linksAtOnce = 500

/**
 * Merges a duplicate into a primary record: values by resolution, links united, the duplicate in the trash for good.
 * Returns the documented answer of a merge. Throws ApiError, or KeyUsed like create.
 */
export const mergeRecords = (
  ctx: Context,
  objectType: string,
  input: MergeInput,
  idempotency?: Idempotency,
): Promise<string> =>
  retryingConflicts(() =>
    withDefinitions(ctx, (definitions) => attempt(ctx, definitions, objectType, input, idempotency)),
  )

async function attempt(
  ctx: Context,
  definitions: VersionedDefinitions,
  objectType: string,
  input: MergeInput,
  idempotency: Idempotency | undefined,
): Promise<string> {
  const definition = findType(definitions, objectType)
  const primary = await find(ctx, definitions, definition, input.primaryId, 'primaryId')
  const duplicate = await find(ctx, definitions, definition, input.duplicateId, 'duplicateId')
  const values = storedValues(definition, primary)
  const merged = resolve(definition, values, storedValues(definition, duplicate), input)
  if (primary.id === duplicate.id) throw unprocessable('A record cannot be merged into itself.', 'duplicateId')
  requireSameParents(definition, primary, duplicate)

  const before = values.filter(({ field, value }) => !isSame(value, valueIn(merged, field)))
  const after = before.map(({ field }): FieldWrite => ({ field, value: valueIn(merged, field) }))
  const count = await countLinks(ctx.db, ctx.workspace, primary.id, duplicate.id, linksAtOnce + 1)
  const atOnce = count.all <= linksAtOnce
  const [id, at] = [newUuid(), later(ctx.now(), primary.updatedAt)]
  const { links, dropped } = uniteLinks(definition, primary, duplicate)
  const fields = JSON.parse(primary.fields)
  for (const write of after) fields[write.field.key] = wireForm(write)
  const externalId = primary.externalId ?? duplicate.externalId
  const record = { ...primary, ...links, externalId, updatedAt: at.toISOString(), fields: JSON.stringify(fields) }
  const response = present({
    merge: { id: encodeId(idPrefixes.merge, id), status: atOnce ? 'done' : 'cleanup_pending' },
    primary: presentRecord(ctx, definitions, definition, record),
    summary: { fieldWriteCount: after.length, syncRepointedCount: atOnce ? count.movable : 0, warnings: dropped },
  })
  const work = [
    ...workOf(definition, primary.id, merged, [links]),
    { kind: 'interaction', recordId: primary.id },
    ...(atOnce ? [] : [{ kind: 'merge-cleanup', recordId: id }]),
  ]
  const kept = after.filter(({ value }) => value !== null)
  try {
    await store(ctx.db, writeContext(ctx, definitions.version, at, work, idempotency, response), {
      id,
      objectType: definition.number,
      primary,
      duplicate,
      cleared: after.filter(({ value }) => value === null).map(({ field }) => field.key),
      set: JSON.stringify(Object.fromEntries(kept.map((write) => [write.field.key, wireForm(write)]))),
      duplicateEntries: entriesOf(storedValues(definition, duplicate)),
      oldEntries: entriesOf(before),
      entries: entriesOf(kept),
      atOnce,
      before: bareValues(before),
      after: bareValues(after),
    })
  } catch (error) {
    throw error instanceof WriteRefused ? refusedWrite(error, definition, []) : error
  }
  ctx.workWritten()
  return response
}

async function find(
  ctx: Context,
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  id: string,
  param: string,
): Promise<StoredRecord> {
  const uuid = decodeId(definition.prefix, id)
  if (!uuid) {
    throw badRequest(
      'referenced_resource_missing',
      `'${param}' must be the id of a record in ${definition.plural}.`,
      param,
    )
  }
  const found = await fetchRecord(ctx.db, ctx.workspace, shapeOf(definitions, definition), uuid)
  if (!found) throw noResource(definition.plural)
  requireCurrent(definitions, found.definitions)
  return found.record
}

const valueIn = (values: readonly FieldWrite[], field: Field): Json =>
  values.find((write) => write.field === field)?.value ?? null

function resolve(
  definition: ObjectDefinition,
  primary: readonly FieldWrite[],
  duplicate: readonly FieldWrite[],
  { fieldResolutions, multiSelectUnion }: MergeInput,
): FieldWrite[] {
  const chosen = new Map<Field, Json>()
  let broken: ApiError | undefined
  for (const [key, resolution] of Object.entries(fieldResolutions)) {
    const field = resolvableField(definition, key)
    const value = resolved(field, resolution, valueIn(primary, field), valueIn(duplicate, field), key)
    if (value instanceof ApiError) broken ??= value
    else chosen.set(field, value)
  }
  if (broken) throw broken
  return primary.map(({ field, value }): FieldWrite => {
    const other = valueIn(duplicate, field)
    if (chosen.has(field)) return { field, value: chosen.get(field) ?? null }
    if (multiSelectUnion && field.type.isSet) return { field, value: union(value, other) }
    return { field, value: isEmpty(value) ? other : value }
  })
}

const isEmpty = (value: Json) => value === null || value === '' || (Array.isArray(value) && value.length === 0)

function union(left: Json, right: Json): Json {
  const both = [left, right].flatMap((value) => (Array.isArray(value) ? value : []))
  return both.length === 0 ? null : [...new Set(both)]
}

/** A field by its key; a system field by its slug too. */
function resolvableField(definition: ObjectDefinition, key: string): Field {
  const field = definition.fields.get(key) ?? definition.fields.get(`$${key}`)
  const param = `fieldResolutions.${key.slice(0, 200)}`.toWellFormed()
  if (!field) throw badRequest('unknown_field', `Unrecognized field for '${definition.plural}'.`, param)
  if (field.readOnly) throw badRequest('invalid_configuration', `'${key}' is read-only: the system writes it.`, param)
  return field
}

/** The value that a resolution says. A broken rule is returned, to be answered after wrong keys and types, which are thrown. */
function resolved(field: Field, resolution: unknown, primary: Json, duplicate: Json, key: string): Json | ApiError {
  const param = `fieldResolutions.${key}`
  if (resolution === 'primary') return primary
  if (resolution === 'duplicate') return duplicate
  const isValue = typeof resolution === 'object' && resolution !== null && Object.keys(resolution).join() === 'value'
  if (!isValue) {
    throw badRequest('invalid_type', `A resolution is "primary", "duplicate" or {"value": …}.`, param)
  }
  const { value } = resolution as { value: unknown }
  if (value === null) {
    return field.required ? unprocessable(`'${key}' is required and cannot be cleared.`, param) : null
  }
  try {
    return field.type.parse(value, field.configuration)
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
    const message = `The value of '${key}' is not valid: ${error.message}.`
    if (error.kind === 'type') throw badRequest('invalid_type', message, param)
    return unprocessable(message, param)
  }
}

/** A record with a required has-one parent, as an opportunity has its account, merges only within the same parent. */
function requireSameParents(definition: ObjectDefinition, primary: StoredRecord, duplicate: StoredRecord) {
  for (const relationship of definition.relationships.values()) {
    if (!relationship.required || !relationship.one) continue
    if (linkedIds(relationship, primary)[0] !== linkedIds(relationship, duplicate)[0]) {
      throw unprocessable(
        `${definition.label} records can be merged only when they have the same ${relationship.key}.`,
        'duplicateId',
      )
    }
  }
}

/** The primary's links after the merge, as far as they were read, without those between the two; and what has no place. */
function uniteLinks(definition: ObjectDefinition, primary: StoredRecord, duplicate: StoredRecord) {
  const links = { from: new Map(primary.from.ids), to: new Map(primary.to.ids) }
  const more = { from: new Set(primary.from.more), to: new Set(primary.to.more) }
  const dropped: string[] = []
  for (const { ids, side, one, key } of definition.relationships.values()) {
    for (const id of ids) {
      const mine = (primary[side].ids.get(id) ?? []).filter((other) => other !== duplicate.id)
      const theirs = (duplicate[side].ids.get(id) ?? []).filter(
        (other) => other !== primary.id && other !== duplicate.id,
      )
      const added = theirs.filter((other) => !mine.includes(other))
      const hasPlace = !one || mine.length === 0
      if (!hasPlace && added.length > 0) dropped.push(`The duplicate's ${key} was dropped: the primary has its own.`)
      const all = [...mine, ...(hasPlace ? added : [])].sort().reverse()
      if (all.length > linksMax || duplicate[side].more.has(id)) more[side].add(id)
      links[side].set(id, all.slice(0, linksMax))
    }
  }
  const from: Links = { ids: links.from, more: more.from }
  const to: Links = { ids: links.to, more: more.to }
  return { links: { from, to }, dropped }
}

const present = ({ merge, primary, summary }: { merge: object; primary: string; summary: object }) =>
  `{"merge":${JSON.stringify(merge)},"primary":${primary},"summary":${JSON.stringify(summary)}}`

/** A merge by its id: which records, and whether its links are all moved. Throws a 404 for an unknown one. */
export const retrieveMerge = (ctx: Context, id: string) =>
  withDefinitions(ctx, async (definitions) => {
    const uuid = decodeId(idPrefixes.merge, id)
    const merge = uuid && (await findMerge(ctx.db, ctx.workspace, uuid))
    const definition = merge && [...definitions.types.values()].find((type) => type.number === merge.objectType)
    if (!merge || !definition) throw noResource('merges')
    return {
      definition,
      merge: {
        id,
        createdAt: merge.createdAt.toISOString(),
        duplicateId: recordId(definition, merge.duplicateId),
        entityType: definition.name,
        primaryId: recordId(definition, merge.primaryId),
        status: merge.status,
        updatedAt: merge.updatedAt.toISOString(),
      },
    }
  })
