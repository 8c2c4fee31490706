import {
  decodeId,
  encodeId,
  idPrefixes,
  type Json,
  noResource,
  type ObjectDefinition,
  unprocessable,
} from '@openfield/schema'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import {
  acceptValue,
  findInFlight,
  findRun,
  listRuns,
  type Run,
  setOutcomes,
  type Value,
  valuesOf,
  valuesOfRecord,
} from '../../storage/enrichment.ts'
import { fetchRecord } from '../../storage/records.ts'
import type { StoredRecord } from '../../storage/rows.ts'
import { actorFor, readActors } from '../actors.ts'
import { type Context, withDefinitions } from '../context.ts'
import { hasScope, requireScope } from '../records/access.ts'
import { findType, requireCurrent, shapeOf } from '../records/definitions.ts'
import { Unexpected } from '../records/expected.ts'
import { isSame } from '../records/fields.ts'
import { nameRecords, namesById } from '../records/names.ts'
import { updateRecord } from '../records/update.ts'
import { presentDetail, presentRun, presentValue } from './present.ts'
import { currentOf, type Enrichable, enrichable, enrichableOf, targetsOf } from './targets.ts'

/** A run, as the public API sends it. The scope it needs is the one to read what it is about. */
export const retrievePublicRun = (ctx: Context, id: string) =>
  withDefinitions(ctx, async (definitions) => {
    const run = await requireRun(ctx, id)
    const definition = findType(definitions, run.objectType)
    requireScope(ctx, definition, 'read')
    return presentRun(definition, run)
  })

/** A run with what it found for each field and what became of that. */
export const retrieveRun = (ctx: Context, id: string) =>
  withDefinitions(ctx, async (definitions) => {
    const run = await requireRun(ctx, id)
    requireScope(ctx, findType(definitions, run.objectType), 'read')
    return detailOf(ctx, definitions, id)
  })

async function detailOf(ctx: Context, definitions: VersionedDefinitions, id: string) {
  const [detail] = await details(ctx, definitions, [await requireRun(ctx, id)])
  return detail
}

export type RunsQuery = { record: string | undefined; limit: number; offset: number }

/** A page of the runs of the workspace or of one record, newest first, of those types that the caller may read. */
export const listAllRuns = (ctx: Context, { record, limit, offset }: RunsQuery) =>
  withDefinitions(ctx, async (definitions) => {
    const all = Object.values(enrichable).map(({ objectType }) => findType(definitions, objectType))
    const of = all.find(({ prefix }) => decodeId(prefix, record ?? ''))
    if (record !== undefined && !of) return { object: 'list', data: [], totalCount: 0 }
    if (of) requireScope(ctx, of, 'read')
    const types = all.filter((definition) => hasScope(ctx, definition, 'read')).map(({ name }) => name)
    const uuid = of && decodeId(of.prefix, record ?? '')
    const { runs, total } = await listRuns(ctx.db, ctx.workspace, { types, record: uuid ?? null, limit, offset })
    return { object: 'list', data: await details(ctx, definitions, runs), totalCount: total }
  })

async function details(ctx: Context, definitions: VersionedDefinitions, runs: readonly Run[]) {
  const ids = new Set(runs.map(({ recordId }) => recordId))
  const [titles, actorOf, values] = await Promise.all([
    nameRecords(ctx, definitions, ids).then(namesById),
    readActors(
      ctx.db,
      ctx.workspace,
      definitions.types,
      runs.map(({ actor }) => actor),
    ),
    Promise.all(runs.map(({ id }) => valuesOf(ctx.db, ctx.workspace, id))),
  ])
  return runs.map((run, index) => {
    const { definition, targets } = typeOf(definitions, run)
    return presentDetail(definition, targets, run, {
      title: titles[encodeId(definition.prefix, run.recordId)] ?? null,
      actor: actorFor(ctx, definitions, actorOf(run.actor)),
      values: values[index] ?? [],
    })
  })
}

function typeOf(definitions: VersionedDefinitions, { objectType }: Run) {
  const definition = findType(definitions, objectType)
  const slug = enrichableOf(objectType) as Enrichable
  return { definition, slug, targets: targetsOf(slug, definition) }
}

async function requireRun(ctx: Context, id: string): Promise<Run> {
  const uuid = decodeId(idPrefixes.enrichmentRun, id)
  const run = uuid && (await findRun(ctx.db, ctx.workspace, uuid))
  if (!run) throw noResource('enrichment runs')
  return run
}

/**
 * What enrichment has to do with a record: which of its fields have what a run found, with the page it was on; what waits
 * to be accepted; and the run that is under way.
 */
export const retrieveEnriched = (ctx: Context, id: string) =>
  withDefinitions(ctx, async (definitions) => {
    const { definition, record } = await requireRecord(ctx, definitions, id, 'read')
    const { targets } = typeOf(definitions, { objectType: definition.name } as Run)
    const [values, running] = await Promise.all([
      valuesOfRecord(ctx.db, ctx.workspace, record.id),
      findInFlight(ctx.db, ctx.workspace, record.id),
    ])
    const shown = values.flatMap((value) => {
      const key = targets.get(value.field)?.key
      if (key === undefined) return []
      const has = contains(currentOf(definition, record, key), value.value)
      const isShown = value.outcome === 'suggested' ? !has : has
      const runId = encodeId(idPrefixes.enrichmentRun, value.runId)
      return isShown ? [{ ...presentValue(definition, key, value), runId }] : []
    })
    return {
      fields: shown.filter(({ outcome }) => outcome !== 'suggested'),
      suggestions: shown.filter(({ outcome }) => outcome === 'suggested'),
      running: running ? presentRun(definition, running) : null,
    }
  })

/** Whether a field still has a value, or a relationship still the record. */
const contains = (current: Json, value: Json) =>
  isSame(current, value) || (typeof value === 'string' && Array.isArray(current) && current.includes(value))

async function requireRecord(ctx: Context, definitions: VersionedDefinitions, id: string, verb: 'read' | 'update') {
  for (const { objectType } of Object.values(enrichable)) {
    const definition = findType(definitions, objectType)
    const uuid = decodeId(definition.prefix, id)
    if (!uuid) continue
    requireScope(ctx, definition, verb)
    return { definition, record: await recordOf(ctx, definitions, definition, uuid) }
  }
  throw noResource('accounts and contacts')
}

async function recordOf(
  ctx: Context,
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  uuid: string,
): Promise<StoredRecord> {
  const found = await fetchRecord(ctx.db, ctx.workspace, shapeOf(definitions, definition), uuid)
  if (!found) throw noResource(definition.plural)
  requireCurrent(definitions, found.definitions)
  return found.record
}

/**
 * Gives the fields that a run changed back what they had, where they still have what the run gave them. Says which were
 * left, and why.
 */
export const revertRun = (ctx: Context, id: string) =>
  withDefinitions(ctx, async (definitions) => {
    const run = await requireRun(ctx, id)
    const { definition, targets } = typeOf(definitions, run)
    requireScope(ctx, definition, 'update')
    const values = await valuesOf(ctx.db, ctx.workspace, run.id)
    const reverted: string[] = []
    const left: { name: string; reason: string }[] = []
    for (const value of values.filter(({ outcome }) => outcome === 'filled' || outcome === 'accepted')) {
      const key = targets.get(value.field)?.key
      const isBack = key !== undefined && (await giveBack(ctx, definition, run, key, value))
      if (isBack) reverted.push(value.field)
      else left.push({ name: value.field, reason: 'Somebody has changed it since.' })
    }
    const outcomes = Object.fromEntries(reverted.map((name) => [name, 'reverted']))
    await setOutcomes(ctx.db, ctx.workspace, run.id, outcomes)
    return { run: await detailOf(ctx, definitions, id), reverted, left }
  })

/** Whether a field had what a run gave it, and has been given back what it had before. */
async function giveBack(ctx: Context, definition: ObjectDefinition, run: Run, key: string, value: Value) {
  const isLink = definition.relationships.has(key)
  const input = isLink
    ? { fields: {}, relationships: { [key]: { remove: value.value } } }
    : { fields: { [key]: value.before }, relationships: {} }
  try {
    const definitions = await ctx.definitions.get(ctx)
    const record = await recordOf(ctx, definitions, definition, run.recordId)
    if (!contains(currentOf(definition, record, key), value.value)) return false
    const expected = isLink ? undefined : { fields: { [key]: value.value } }
    await updateRecord(ctx, definition.name, encodeId(definition.prefix, run.recordId), input, undefined, expected)
    return true
  } catch (error) {
    if (error instanceof Unexpected) return false
    throw error
  }
}

/** Gives a field what a run suggested for it. Throws a 422 when there is no such suggestion (any more). */
export const acceptSuggestion = (ctx: Context, id: string, name: string) =>
  withDefinitions(ctx, async (definitions) => {
    const { run, definition, key, value } = await requireSuggestion(ctx, definitions, id, name)
    const record = await recordOf(ctx, definitions, definition, run.recordId)
    const isLink = definition.relationships.has(key)
    const input = isLink
      ? { fields: {}, relationships: { [key]: { add: value.value } } }
      : { fields: { [key]: value.value }, relationships: {} }
    await updateRecord(ctx, definition.name, encodeId(definition.prefix, run.recordId), input)
    await acceptValue(ctx.db, ctx.workspace, run.id, name, isLink ? null : currentOf(definition, record, key))
    return detailOf(ctx, definitions, id)
  })

/** Lets a suggestion go. Throws a 422 when there is no such suggestion (any more). */
export const dismissSuggestion = (ctx: Context, id: string, name: string) =>
  withDefinitions(ctx, async (definitions) => {
    const { run } = await requireSuggestion(ctx, definitions, id, name)
    await setOutcomes(ctx.db, ctx.workspace, run.id, { [name]: 'dismissed' })
    return detailOf(ctx, definitions, id)
  })

async function requireSuggestion(ctx: Context, definitions: VersionedDefinitions, id: string, name: string) {
  const run = await requireRun(ctx, id)
  const { definition, targets } = typeOf(definitions, run)
  requireScope(ctx, definition, 'update')
  const value = (await valuesOf(ctx.db, ctx.workspace, run.id)).find(({ field }) => field === name)
  const key = targets.get(name)?.key
  if (!value || key === undefined || value.outcome !== 'suggested') {
    throw unprocessable(`The run has no suggestion for '${name.slice(0, 80).toWellFormed()}' that waits.`, 'name')
  }
  return { run, definition, key, value }
}
