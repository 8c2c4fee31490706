import { badRequest, decodeId, newUuid, noResource, type ObjectDefinition, unprocessable } from '@openfield/schema'
import { beginRun, changedKeys, keepAnswer, type Run } from '../../storage/enrichment.ts'
import { fetchRecord, WriteRefused } from '../../storage/records.ts'
import type { StoredRecord } from '../../storage/rows.ts'
import { type Context, withDefinitions } from '../context.ts'
import { findType, requireCurrent, shapeOf } from '../records/definitions.ts'
import { type Idempotency, KeyUsed } from '../records/write.ts'
import { companyAddresses } from './address.ts'
import { presentRun } from './present.ts'
import { readSettings, type Settings } from './settings.ts'
import { currentOf, type Enrichable, enrichable, enrichableOf, type Target, targetsOf } from './targets.ts'

type Skipped = { reason: 'no_targets' | 'no_operations' }
type Plan = { targetFields: string[]; named: boolean }

/**
 * Starts a run that fills what a record lacks, or that refreshes what is named. Returns the documented answer, as JSON.
 * Throws ApiError, or KeyUsed like create.
 */
export const startEnrichment = (
  ctx: Context,
  slug: Enrichable,
  id: string,
  fields: readonly string[],
  idempotency: Idempotency | undefined,
): Promise<string> =>
  withDefinitions(ctx, async (definitions) => {
    const definition = findType(definitions, enrichable[slug].objectType)
    const uuid = decodeId(definition.prefix, id)
    const found = uuid && (await fetchRecord(ctx.db, ctx.workspace, shapeOf(definitions, definition), uuid))
    if (!found) throw noResource(definition.plural)
    requireCurrent(definitions, found.definitions)
    const settings = await readSettings(ctx)
    const plan = await planOf(ctx, slug, definition, found.record, settings, fields)
    const answer = await begin(ctx, definition, found.record, plan, 'manual', idempotency)
    ctx.workWritten()
    return answer
  })

/** Starts the run of a record that was just created, if the workspace wants it and there is something to look up. */
export const enrichNewRecord = (ctx: Context, objectType: string, id: string) =>
  withDefinitions(ctx, async (definitions) => {
    const slug = enrichableOf(objectType)
    const settings = await readSettings(ctx)
    if (!slug || settings[slug].mode !== 'automatic') return
    const definition = findType(definitions, objectType)
    const found = await fetchRecord(ctx.db, ctx.workspace, shapeOf(definitions, definition), id)
    if (!found) return
    requireCurrent(definitions, found.definitions)
    const plan = await planOf(ctx, slug, definition, found.record, settings, [])
    if ('reason' in plan || !leadsSomewhere(definition, found.record)) return
    await begin(ctx, definition, found.record, plan, 'creation', undefined)
  })

/** Whether a record leads to a company: by its website, or by an address that not anybody can have. */
const leadsSomewhere = (definition: ObjectDefinition, record: StoredRecord) =>
  siteOf(definition, record) !== undefined || companyAddresses(addressesOf(definition, record)).length > 0

/** The main website of a record. */
export const siteOf = (definition: ObjectDefinition, record: StoredRecord): string | undefined =>
  textsOf(definition, record, '$website')[0]

/** The addresses of a person. */
export const addressesOf = (definition: ObjectDefinition, record: StoredRecord) => textsOf(definition, record, '$email')

const textsOf = (definition: ObjectDefinition, record: StoredRecord, key: string): string[] =>
  [currentOf(definition, record, key)].flat().filter((one) => typeof one === 'string')

async function planOf(
  ctx: Context,
  slug: Enrichable,
  definition: ObjectDefinition,
  record: StoredRecord,
  settings: Settings,
  fields: readonly string[],
): Promise<Plan | Skipped> {
  const targets = targetsOf(slug, definition)
  const wanted =
    fields.length > 0 ? named(targets, settings, fields) : await missing(ctx, slug, definition, record, settings)
  if (wanted.length === 0) return { reason: 'no_targets' }
  const mayAct = ctx.enriches && settings[slug].mode !== 'off'
  const targetFields = wanted.filter((name) => mayAct && canBeFound(targets.get(name), definition, record))
  return targetFields.length === 0 ? { reason: 'no_operations' } : { targetFields, named: fields.length > 0 }
}

function named(targets: ReadonlyMap<string, Target>, settings: Settings, fields: readonly string[]): string[] {
  const unknown = fields.find((name) => !targets.has(name))
  if (unknown !== undefined) {
    const names = [...targets.keys()].join(', ')
    throw badRequest('unknown_field', `'${unknown.slice(0, 80).toWellFormed()}' is none of: ${names}.`, 'fields')
  }
  const isPhoto = fields.some((name) => targets.get(name)?.photo)
  if (isPhoto && !settings.profilePhotos) {
    throw unprocessable('Profile photos are switched off in the settings of enrichment.', 'fields')
  }
  return [...new Set(fields)]
}

/** What a record lacks, without what is switched off, and without what somebody has emptied. */
async function missing(
  ctx: Context,
  slug: Enrichable,
  definition: ObjectDefinition,
  record: StoredRecord,
  settings: Settings,
): Promise<string[]> {
  const empty = [...targetsOf(slug, definition)].filter(
    ([name, { key, namedOnly, photo }]) =>
      !namedOnly &&
      !settings[slug].off.includes(name) &&
      (!photo || settings.profilePhotos) &&
      currentOf(definition, record, key) === null,
  )
  const emptied = await changedKeys(
    ctx.db,
    ctx.workspace,
    record.id,
    empty.map(([, { key }]) => key),
  )
  return empty.filter(([, { key }]) => !emptied.includes(key)).map(([name]) => name)
}

function canBeFound(target: Target | undefined, definition: ObjectDefinition, record: StoredRecord): boolean {
  if (target?.site) return siteOf(definition, record) !== undefined
  const addresses = addressesOf(definition, record)
  return target?.address === 'account'
    ? companyAddresses(addresses).length > 0
    : !!target?.address && addresses.length > 0
}

async function begin(
  ctx: Context,
  definition: ObjectDefinition,
  record: StoredRecord,
  plan: Plan | Skipped,
  trigger: Run['trigger'],
  idempotency: Idempotency | undefined,
): Promise<string> {
  const at = ctx.now()
  try {
    if ('reason' in plan) {
      const response = JSON.stringify({ enrichmentRun: null, status: 'skipped', reason: plan.reason })
      await keepAnswer(ctx.db, ctx.workspace, { response, idempotency, at })
      return response
    }
    const run = { id: newUuid(), objectType: definition.name, recordId: record.id, trigger, ...plan }
    let response = ''
    await beginRun(
      ctx.db,
      ctx.workspace,
      { ...run, actor: ctx.caller?.actor ?? null, createdAt: at },
      (there, isNew) => {
        const status = isNew ? 'started' : 'already_running'
        response = JSON.stringify({ enrichmentRun: presentRun(definition, there), status, reason: null })
        return { response, idempotency, at }
      },
    )
    return response
  } catch (error) {
    if (error instanceof WriteRefused && error.reason === 'idempotency key used') throw new KeyUsed()
    throw error
  }
}
