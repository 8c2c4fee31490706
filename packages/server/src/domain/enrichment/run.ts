import { ApiError, encodeId, idPrefixes, type Json, newUuid, type ObjectDefinition } from '@openfield/schema'
import { findChange } from '../../storage/changes.ts'
import { changedKeys, type Page, planRun, type Run, type Value, valuesOf } from '../../storage/enrichment.ts'
import { fetchRecord } from '../../storage/records.ts'
import type { StoredRecord } from '../../storage/rows.ts'
import { type Context, withDefinitions } from '../context.ts'
import { OutboundFailure } from '../outbound/failure.ts'
import { findType, requireCurrent, shapeOf } from '../records/definitions.ts'
import { Unexpected } from '../records/expected.ts'
import { isSame } from '../records/fields.ts'
import { updateRecord } from '../records/update.ts'
import { findByAddress } from './address.ts'
import type { FieldOutcome, RunOutcome } from './outcomes.ts'
import { Unreadable } from './outcomes.ts'
import { readSettings } from './settings.ts'
import { addressesOf, siteOf } from './start.ts'
import { currentOf, type Enrichable, enrichableOf, type Target, targetsOf } from './targets.ts'
import { type Found, findOn } from './website/company.ts'
import { type VisitedPage, visitSite } from './website/visit.ts'

/** How a run ended; `outcomes` by field. */
export type Ending = { status: 'completed' | 'failed' | 'timed_out'; outcome: RunOutcome; outcomes: Outcomes }
type Outcomes = Record<string, FieldOutcome>

/** Failures that another attempt may not meet. */
const passingReasons = new Set<string>(['refused', 'broken'])

/**
 * Looks up what a run is for and writes it. Done twice, as after a crash, it writes once: what was found, and the id of the
 * write, are kept before the write is made. Returns 'again' for a failure that may pass, as long as `mayTryAgain`; throws
 * what the signal was aborted with when that ended it.
 */
export async function runEnrichment(
  ctx: Context,
  run: Run,
  signal: AbortSignal,
  mayTryAgain: boolean,
): Promise<Ending | 'again'> {
  const as: Context = { ...ctx, caller: callerOf(run) }
  try {
    const values = run.changeId === null ? await look(as, run, signal) : await valuesOf(ctx.db, ctx.workspace, run.id)
    return endingOf(await write(as, run, values))
  } catch (error) {
    if (signal.aborted) throw error
    const failed = (outcome: RunOutcome): Ending => ({
      status: outcome === 'timeout' ? 'timed_out' : 'failed',
      outcome,
      outcomes: {},
    })
    if (error instanceof Unreadable) return error.passing && mayTryAgain ? 'again' : failed(error.outcome)
    if (!(error instanceof OutboundFailure)) throw error
    return passingReasons.has(error.reason) && mayTryAgain ? 'again' : failed(error.reason)
  }
}

/** Changes by a run name it as the one who made them. */
const callerOf = (run: Run): Context['caller'] => ({
  actor: encodeId(idPrefixes.enrichmentRun, run.id),
  session: undefined,
  expiresAt: null,
  subjectType: 'workspace',
  memberId: undefined,
  email: undefined,
  role: 'admin',
  scopes: [],
})

type Subject = { definition: ObjectDefinition; record: StoredRecord; slug: Enrichable }

/** The record of a run as it is now. Throws when it is gone. */
const subjectOf = (ctx: Context, run: Run): Promise<Subject> =>
  withDefinitions(ctx, async (definitions) => {
    const definition = findType(definitions, run.objectType)
    const slug = enrichableOf(run.objectType)
    const found = await fetchRecord(ctx.db, ctx.workspace, shapeOf(definitions, definition), run.recordId)
    if (!found || !slug) throw new Unreadable('record_gone')
    requireCurrent(definitions, found.definitions)
    return { definition, record: found.record, slug }
  })

/** Finds what a run is for, decides what becomes of it, and keeps that. */
async function look(ctx: Context, run: Run, signal: AbortSignal): Promise<Value[]> {
  const { definition, record, slug } = await subjectOf(ctx, run)
  const all = targetsOf(slug, definition)
  const targets = run.targetFields.flatMap((name): [string, Target][] => {
    const target = all.get(name)
    return target ? [[name, target]] : []
  })
  const pages = await pagesFor(ctx, definition, record, targets, signal)
  const found = await Promise.all(
    targets.map(async ([name, target]): Promise<[string, Target, Found | undefined]> => {
      if (target.address)
        return [name, target, await findByAddress[target.address](ctx, addressesOf(definition, record))]
      return [name, target, onPages(pages, definition, target)]
    }),
  )
  // Looking took a while: what somebody did meanwhile counts.
  const now = await subjectOf(ctx, run)
  const settings = await readSettings(ctx)
  const keys = targets.map(([, { key }]) => key)
  const touched = new Set(await changedKeys(ctx.db, ctx.workspace, run.recordId, keys))
  const values = found.map(([name, target, one]): Value => {
    const before = currentOf(now.definition, now.record, target.key)
    const nothing = { field: name, before, value: null, source: null, foundAt: null }
    if (one === undefined || one === 'ambiguous') return { ...nothing, outcome: one ?? 'not_found' }
    const isOff = settings[slug].off.includes(name)
    const outcome = decide(run, target, before, one.value, isOff, touched.has(target.key))
    return { ...nothing, ...one, foundAt: ctx.now(), outcome }
  })
  await keep(ctx, run, pages, values)
  return values
}

function decide(
  run: Run,
  target: Target,
  before: Json,
  value: Json,
  isOff: boolean,
  isTouched: boolean,
): FieldOutcome | 'pending' {
  if (isSame(before, value) || (Array.isArray(before) && before.includes(value))) return 'unchanged'
  if (!run.named) return before === null && !isTouched && !isOff ? 'pending' : 'kept'
  return isOff || (target.guess && before !== null) ? 'suggested' : 'pending'
}

async function keep(ctx: Context, run: Run, [first]: readonly VisitedPage[], values: readonly Value[]) {
  run.changeId = newUuid()
  if (first) run.page = pageOf(first)
  await planRun(ctx.db, ctx.workspace, { ...run, changeId: run.changeId }, values)
}

const pageOf = ({ url, title, meta }: VisitedPage): Page => ({
  url,
  title: title?.slice(0, 300) ?? null,
  description: (meta.get('description') ?? meta.get('og:description'))?.slice(0, 1000) ?? null,
})

/** The pages of the company's site, as far as something is to be found there. */
async function pagesFor(
  { outbound }: Context,
  definition: ObjectDefinition,
  record: StoredRecord,
  targets: readonly [string, Target][],
  signal: AbortSignal,
): Promise<VisitedPage[]> {
  const site = siteOf(definition, record)
  const wanted = targets.filter(([, target]) => target.site)
  if (site === undefined || wanted.length === 0) return []
  const isEnough = (pages: readonly VisitedPage[]) =>
    wanted.every(([, target]) => onPages(pages, definition, target) !== undefined)
  return oneByOne(new URL(site).host, () => visitSite({ outbound, signal }, site, isEnough))
}

const onPages = (pages: readonly VisitedPage[], { fields }: ObjectDefinition, { site, key }: Target) => {
  const field = fields.get(key)
  return site && field ? findOn(pages, site, field) : undefined
}

const lines = new Map<string, Promise<unknown>>()

/** No server is asked for several records at once. */
async function oneByOne<T>(host: string, visit: () => Promise<T>): Promise<T> {
  const turn = (lines.get(host) ?? Promise.resolve()).then(visit, visit)
  lines.set(host, turn)
  try {
    return await turn
  } finally {
    if (lines.get(host) === turn) lines.delete(host)
  }
}

/** Writes what is to be written, as far as nobody else was there first, and says what became of each value. */
async function write(ctx: Context, run: Run, values: readonly Value[]): Promise<Outcomes> {
  const outcomes = Object.fromEntries(values.map(({ field, outcome }) => [field, outcome as FieldOutcome]))
  const { definition, slug } = await subjectOf(ctx, run)
  const keyOf = (name: string) => targetsOf(slug, definition).get(name)?.key ?? name
  const isLeft = ({ field }: Value) => outcomes[field] === 'pending'
  while (values.some(isLeft) && !(await isWritten(ctx, run))) {
    const failed = await attempt(ctx, run, definition, values.filter(isLeft), keyOf)
    if (!failed) break
    for (const { field } of values.filter(isLeft)) {
      if (failed.keys.has(keyOf(field))) outcomes[field] = failed.outcome
    }
  }
  const change = await findChange(ctx.db, ctx.workspace, run.recordId, run.changeId ?? '')
  for (const { field } of values.filter(isLeft)) {
    const key = keyOf(field)
    outcomes[field] = change && (key in change.after || key in change.links) ? 'filled' : 'unchanged'
  }
  return outcomes
}

const isWritten = async (ctx: Context, { recordId, changeId }: Run) =>
  (await findChange(ctx.db, ctx.workspace, recordId, changeId ?? '')) !== undefined

/** Writes some values; returns those that cannot be, and why, when there are any: then none is written. */
async function attempt(
  ctx: Context,
  run: Run,
  definition: ObjectDefinition,
  values: readonly Value[],
  keyOf: (name: string) => string,
): Promise<{ keys: Set<string>; outcome: FieldOutcome } | undefined> {
  const isLink = ({ field }: Value) => definition.relationships.has(keyOf(field))
  const [links, fields] = [values.filter(isLink), values.filter((value) => !isLink(value))]
  const by = <T>(some: readonly Value[], read: (value: Value) => T) =>
    Object.fromEntries(some.map((one) => [keyOf(one.field), read(one)]))
  const input = {
    fields: by(fields, ({ value }) => value),
    relationships: by(links, ({ value }) => ({ add: value })),
    as: run.changeId ?? newUuid(),
  }
  const expected = {
    fields: by(fields, ({ before }) => before),
    relationships: by(links, ({ before }) => before as string[] | null),
  }
  try {
    const id = encodeId(definition.prefix, run.recordId)
    await updateRecord(ctx, definition.name, id, input, undefined, expected)
    return undefined
  } catch (error) {
    if (error instanceof Unexpected) {
      const { fields: changed, relationships } = error.current
      return { keys: new Set([...Object.keys(changed), ...Object.keys(relationships)]), outcome: 'kept' }
    }
    if (!(error instanceof ApiError)) throw error
    if (error.status === 404) throw new Unreadable('record_gone')
    const place = values.find(({ field }) => error.place.param?.endsWith(`.${keyOf(field)}`))
    const refused = place ? [place] : values
    return { keys: new Set(refused.map(({ field }) => keyOf(field))), outcome: 'refused' }
  }
}

function endingOf(outcomes: Outcomes): Ending {
  const all = Object.values(outcomes)
  const has = (...some: FieldOutcome[]) => all.some((one) => some.includes(one))
  if (has('filled', 'suggested')) return { status: 'completed', outcome: 'enriched', outcomes }
  return { status: 'completed', outcome: has('unchanged', 'kept') ? 'nothing_new' : 'nothing_found', outcomes }
}
