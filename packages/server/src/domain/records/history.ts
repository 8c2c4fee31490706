import {
  badRequest,
  decodeId,
  encodeId,
  type Field,
  forbidden,
  noResource,
  type ObjectDefinition,
} from '@openfield/schema'
import { fieldHistory, type HistoryRow } from '../../storage/history.ts'
import { fetchRecord } from '../../storage/records.ts'
import type { StoredRecord } from '../../storage/rows.ts'
import { type Context, withDefinitions } from '../context.ts'
import { accessLevel } from './access.ts'
import { findType, requireCurrent, shapeOf } from './definitions.ts'

export type HistoryQuery = { after: string | undefined; limit: number }

/** What all changes lie between: the least and the greatest UUID. */
const [begin, end] = ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff']

/**
 * A page of the values that a field of a record has had, newest first, equal neighbours once. Generated text and
 * relationships have none: a 400.
 */
export const retrieveHistory = (ctx: Context, objectType: string, id: string, fieldKey: string, query: HistoryQuery) =>
  withDefinitions(ctx, async (definitions) => {
    const definition = findType(definitions, objectType)
    const uuid = decodeId(definition.prefix, id)
    const found = uuid && (await fetchRecord(ctx.db, ctx.workspace, shapeOf(definitions, definition), uuid))
    if (!found) throw noResource(definition.plural)
    requireCurrent(definitions, found.definitions)
    requireFull(ctx, definition, found.record, fieldKey)
    const field = definition.fields.get(fieldKey)
    if (definition.relationships.has(fieldKey) || field?.readOnly) {
      throw badRequest('invalid_configuration', `'${fieldKey}' keeps no history.`, 'fieldKey')
    }
    if (!field) {
      const named = fieldKey.slice(0, 200).toWellFormed()
      throw badRequest('unknown_field', `Unrecognized field '${named}' for '${definition.plural}'.`, 'fieldKey')
    }
    const rows = (before: string, limit: number) =>
      fieldHistory(ctx.db, ctx.workspace, found.record.id, field.key, fieldSince(field), before, limit)
    return page(field, rows, query)
  })

/** The id after which changes are a field's own: an earlier field may have had the same slug, and another type. */
export const fieldSince = ({ system, publicId }: Field) => (system ? begin : (decodeId('ad', publicId) ?? begin))

/** What a field has been is as private as what it is. */
function requireFull({ caller }: Context, definition: ObjectDefinition, record: StoredRecord, fieldKey: string) {
  if (!definition.access?.redacted.some((key) => key === fieldKey)) return
  if (accessLevel(definition, record, caller, new Set()) === 'FULL') return
  throw forbidden(`Only those who see all of the ${definition.name} may see the history of '${fieldKey}'.`)
}

async function page(field: Field, rows: (before: string, limit: number) => Promise<HistoryRow[]>, query: HistoryQuery) {
  const start = query.after === undefined ? end : cursorOf(query.after)
  const runs: HistoryRow[] = []
  // A run is shown as its oldest change: that is when the value came. One run more tells whether there is more.
  for (let before = start; runs.length <= query.limit; ) {
    const found = await rows(before, query.limit + 1)
    for (const row of found) {
      const last = runs.at(-1)
      if (last && isEqual(last.value, row.value)) runs[runs.length - 1] = row
      else runs.push(row)
    }
    const oldest = found.at(-1)
    if (!oldest || found.length <= query.limit) break
    before = oldest.changeId
  }
  const shown = runs.slice(0, query.limit)
  const hasMore = runs.length > query.limit
  const isWhole = !hasMore && query.after === undefined
  return {
    data: shown.map((row) => ({
      value: row.value,
      valueType: field.valueType,
      displayValue: row.value === null ? null : field.type.display(row.value, field.configuration),
      recordedAt: row.at,
      isCreate: isWhole && row.kind === 'created',
    })),
    hasMore,
    nextCursor: hasMore ? encodeId('chg', shown.at(-1)?.changeId ?? end) : null,
  }
}

function cursorOf(after: string): string {
  const uuid = decodeId('chg', after)
  if (uuid) return uuid
  throw badRequest('invalid_type', '`after` takes the nextCursor of the page before.', 'after')
}

/** Values of one field in normal form; only the order of an object's keys may differ between changes. */
const isEqual = (left: unknown, right: unknown) => JSON.stringify(left) === JSON.stringify(right)
