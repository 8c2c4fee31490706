import {
  badRequest,
  decodeId,
  encodeId,
  type Field,
  InvalidValue,
  type Json,
  type ObjectDefinition,
  type Relationship,
} from '@openfield/schema'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import type { StoredRecord } from '../../storage/rows.ts'
import { type FieldWrite, isSame } from './fields.ts'
import { linkedIds } from './links.ts'
import { requireOpen } from './query-filters.ts'

/** What an update takes for granted: values as they were read, and linked ids (null and one id mean what they say). */
export type Expected = {
  fields?: Readonly<Record<string, unknown>> | undefined
  relationships?: Readonly<Record<string, string | readonly string[] | null>> | undefined
}

/** What the record has instead. */
export type Current = {
  fields: Record<string, { value: Json; valueType: string }>
  relationships: Record<string, { values: string[] }>
}

/** Thrown when a record is no more as an update expects it; nothing is written. */
export class Unexpected extends Error {
  readonly recordId: string
  readonly current: Current
  constructor(recordId: string, current: Current) {
    super('the record has changed')
    this.recordId = recordId
    this.current = current
  }
}

/**
 * Throws Unexpected when a field or relationship is not as it is expected to be. One that already is as the update would
 * make it is no surprise: such an update has been sent before, and its answer was lost.
 */
export function requireExpected(
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  record: StoredRecord,
  expected: Expected,
  writes: readonly FieldWrite[],
) {
  const stored = JSON.parse(record.fields) as Record<string, { value: Json; valueType: string }>
  const current: Current = { fields: {}, relationships: {} }
  for (const [key, value] of Object.entries(expected.fields ?? {})) {
    const field = named(definition, definition.fields, key, 'fields')
    const { value: now = null } = stored[key] ?? {}
    const isDone = writes.some((write) => write.field === field && isSame(write.value, now))
    if (!isDone && !isSame(normal(field, value), now)) current.fields[key] = { value: now, valueType: field.valueType }
  }
  for (const [key, ids] of Object.entries(expected.relationships ?? {})) {
    const relationship = named(definition, definition.relationships, key, 'relationships')
    const prefix = definitions.types.get(relationship.objectType)?.prefix ?? 'obj'
    const now = linkedIds(relationship, record)
    const wanted = [ids ?? []].flat().map((id) => decodeId(prefix, id))
    if (!isSame([...now].sort(), wanted.map(String).sort())) {
      current.relationships[key] = { values: now.map((id) => encodeId(prefix, id)) }
    }
  }
  const surprises = [current.fields, current.relationships].flatMap((one) => Object.keys(one))
  if (surprises.length > 0) throw new Unexpected(record.id, current)
}

function named<T extends Field | Relationship>(
  definition: ObjectDefinition,
  all: ReadonlyMap<string, T>,
  key: string,
  where: string,
): T {
  const param = `expected.${where}.${key.slice(0, 200)}`.toWellFormed()
  requireOpen(definition, key, param)
  const one = all.get(key)
  if (!one) throw badRequest('unknown_field', `There is no '${param}' in '${definition.plural}'.`, param)
  return one
}

/** A value in its normal form; what cannot be stored any more, such as a retired option, is compared as it is. */
function normal(field: Field, value: unknown): Json {
  if (value === null || value === undefined) return null
  try {
    return field.type.parse(value, field.configuration)
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
    return value as Json
  }
}
