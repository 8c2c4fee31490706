import { ApiError, decodeId, forbidden, type Json, noResource, type ObjectDefinition } from '@openfield/schema'

import { workOf } from '../../jobs/work.ts'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import { fetchRecord, updateRecord as store, WriteRefused } from '../../storage/records.ts'
import type { StoredRecord } from '../../storage/rows.ts'
import { type Context, withDefinitions } from '../context.ts'
import { mayEdit } from './access.ts'
import type { RecordInput } from './create.ts'
import { findType, requireCurrent, shapeOf } from './definitions.ts'
import { type Expected, requireExpected } from './expected.ts'
import { bareValues, entriesOf, type FieldWrite, isSame, parseFields, valueIn, wireForm } from './fields.ts'
import { presentRecord } from './present.ts'
import {
  limitChanges,
  linkChanges,
  linkLog,
  linksAfter,
  linksConcerned,
  missingRequired,
  newLinks,
  oldLinks,
  parseRelationshipChanges,
  requireLinked,
} from './relationships.ts'
import { rulesOf } from './rules.ts'
import { resolveStage } from './stages.ts'
import { type Idempotency, refusedWrite, writeContext } from './write.ts'

/**
 * Changes some fields and links of a record; what the input does not name stays. Returns the record as the API sends it.
 * An input that changes nothing leaves `updatedAt` as it is. Throws ApiError, KeyUsed like create, or Unexpected when the
 * record is no more as `expected` says.
 */
export const updateRecord = (
  ctx: Context,
  objectType: string,
  id: string,
  input: RecordInput,
  idempotency?: Idempotency,
  expected?: Expected,
): Promise<string> =>
  retryingConflicts(() =>
    withDefinitions(ctx, (definitions) => attempt(ctx, definitions, objectType, id, input, idempotency, expected)),
  )

/** Each round of a crowd that updates one record sees one of them through. */
const triesMax = 100

/** Runs a write that starts from the record as it is, again whenever another write of the record came first. */
export async function retryingConflicts(write: () => Promise<string>): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await write()
    } catch (error) {
      if (!(error instanceof WriteRefused && error.reason === 'record changed')) throw error
      if (tries === triesMax) throw new ApiError('conflict', undefined, 'Others keep changing this record; try again.')
      await new Promise((resolve) => setTimeout(resolve, Math.random() * tries))
    }
  }
}

async function attempt(
  ctx: Context,
  definitions: VersionedDefinitions,
  objectType: string,
  id: string,
  input: RecordInput,
  idempotency: Idempotency | undefined,
  expected: Expected | undefined,
): Promise<string> {
  const definition = findType(definitions, objectType)
  const uuid = decodeId(definition.prefix, id)
  const found = uuid && (await fetchRecord(ctx.db, ctx.workspace, shapeOf(definitions, definition), uuid))
  if (!found) throw noResource(definition.plural)
  requireCurrent(definitions, found.definitions)
  const { record } = found
  const {
    before: old,
    after,
    changes,
    links,
    current,
  } = await checkChange(ctx, definitions, definition, record, input, expected)
  const changed = after.length > 0 || changes.length > 0
  const at = changed ? later(ctx.now(), record.updatedAt) : new Date(record.updatedAt)
  for (const write of after) current[write.field.key] = wireForm(write)
  const response = presentRecord(ctx, definitions, definition, {
    ...record,
    ...links,
    updatedAt: at.toISOString(),
    fields: changed ? JSON.stringify(current) : record.fields,
  })
  if (!changed && !idempotency) return response

  const kept = after.filter(({ value }) => value !== null)
  const work = changed ? workOf(definition, record.id, after, [record, links]) : []
  try {
    const write = writeContext(ctx, definitions.version, at, work, idempotency, response)
    await store(ctx.db, input.as === undefined ? write : { ...write, changeId: input.as }, {
      id: record.id,
      version: record.version,
      changed,
      cleared: after.filter(({ value }) => value === null).map(({ field }) => field.key),
      set: JSON.stringify(Object.fromEntries(kept.map((write) => [write.field.key, wireForm(write)]))),
      oldEntries: entriesOf(old),
      entries: entriesOf(kept),
      links: newLinks(definitions.types, changes),
      oldLinks: oldLinks(changes),
      before: bareValues(old),
      after: bareValues(after),
      linkChanges: linkLog(changes),
    })
  } catch (error) {
    throw error instanceof WriteRefused ? refusedWrite(error, definition, changes) : error
  }
  if (work.length > 0) ctx.workWritten()
  return response
}

/** What an update would change of a record. Throws ApiError for input that is refused. Writes nothing. */
export async function checkChange(
  ctx: Context,
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  record: StoredRecord,
  input: RecordInput,
  expected?: Expected,
) {
  if (!mayEdit(definition, record, ctx.caller)) {
    throw forbidden(`Only participants and admins may change a ${definition.name}.`)
  }
  const rules = rulesOf(definition)
  const { writes, broken } = parseFields(definition, resolveStage(definition, input.fields), 'update', rules)
  const relationships = parseRelationshipChanges(definition, input.relationships)
  if (expected) requireExpected(definitions, definition, record, expected, writes)
  const concerned = await linksConcerned(ctx.db, ctx.workspace, definitions.types, relationships, record)
  const changes = linkChanges(definitions.types, relationships, concerned)
  limitChanges(changes)
  const links = linksAfter(record, changes)
  const current = JSON.parse(record.fields) as Record<string, { value: Json }>
  const stored = (key: string) => current[key]?.value ?? null
  const changedRelationships = changes.map(({ relationship }) => relationship)
  const refused =
    broken ??
    missingRequired(definition, changedRelationships, links) ??
    (await rules.refuse?.(ctx, { value: valueIn(writes, stored), relationships, links: changes }))
  if (refused) {
    await requireLinked(ctx.db, ctx.workspace, definitions.types, changes)
    throw refused
  }

  const all = writes.map(({ field }): FieldWrite => ({ field, value: stored(field.key) }))
  const after = writes.filter((write) => !isSame(write.value, stored(write.field.key)))
  const before = all.filter(({ field }) => after.some((write) => write.field === field))
  return { before, after, changes, links, current }
}

/** `updatedAt` never stands still over a change, even when the clock does. */
export const later = (now: Date, previous: string) => new Date(Math.max(now.getTime(), Date.parse(previous) + 1))
