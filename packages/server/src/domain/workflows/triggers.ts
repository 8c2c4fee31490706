import { ApiError, type ObjectDefinition } from '@openfield/schema'
import { type ChangeRow, changesAfter } from '../../storage/changes.ts'
import { type Connection, transaction } from '../../storage/database.ts'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import { fetchRecords } from '../../storage/records.ts'
import type { StoredRecord } from '../../storage/rows.ts'
import { fetchTrashed } from '../../storage/trash.ts'
import { depthsOf, insertRuns, type NewRun, type StoredEvent } from '../../storage/workflow-runs.ts'
import { type ChangeDetails, detailsOfChanges, lockCursor, moveCursor } from '../../storage/workflow-triggers.ts'
import { type ActingAdmin, type StoredWorkflow, watchingWorkflows } from '../../storage/workflows.ts'
import { readActors } from '../actors.ts'
import type { Context, System } from '../context.ts'
import { visibilityFilter } from '../records/access.ts'
import { shapeOf } from '../records/definitions.ts'
import { actingAs } from './acting.ts'
import { definitionsSince, type EventData, keepRecord } from './event.ts'
import { parseRecordFilter, recordsPassing } from './filters.ts'
import { derivedUuid, runOfActor } from './ids.ts'
import { depthMax, newRun } from './start.ts'
import { everyType, type Step, type Trigger } from './types.ts'

type RecordTrigger = Extract<Trigger, { type: 'record' }>
type Watching = StoredWorkflow<RecordTrigger, Step> & { admin: ActingAdmin | null }

const pageSize = 200

/** Starts what waits for the changes of a workspace that have not been looked at, in their order, each once. */
export async function startForChanges(system: System, workspace: number): Promise<void> {
  while (await startForPage(system, workspace)) {}
}

/** The place in the log moves on together with what is started. Returns whether there is more. */
const startForPage = (system: System, workspace: number): Promise<boolean> =>
  transaction(system.db, async (tx) => {
    const cursor = await lockCursor(tx, workspace)
    if (!cursor) return false
    const page = await changesAfter(tx, workspace, cursor, pageSize)
    if (page.changes.length === 0) return false
    await start(system, workspace, tx, page.definitions, page.changes)
    await moveCursor(tx, workspace, page.end)
    return page.hasMore
  })

/** A change that may start a workflow, so far. */
type Candidate = { change: ChangeRow; definition: ObjectDefinition; workflow: Watching; problem?: string }

async function start(
  system: System,
  workspace: number,
  tx: Connection,
  version: number,
  changes: readonly ChangeRow[],
): Promise<void> {
  const ctx: Context = { ...system, workspace, caller: undefined }
  const definitions = await definitionsSince(ctx, version)
  const byNumber = new Map(Array.from(definitions.types.values(), (one) => [one.number, one]))
  const workflows = await watchingWorkflows<Watching>(system.db, workspace)
  const asked = changes.flatMap((change) => {
    const definition = byNumber.get(change.objectType ?? 0)
    if (!definition?.verbs.includes('retrieve')) return []
    const waiting = workflows.filter((workflow) => waitsFor(workflow, change, definition))
    return waiting.map((workflow): Candidate => ({ change, definition, workflow }))
  })
  const candidates = await passing(ctx, definitions, asked)
  if (candidates.length === 0) return
  const events = await eventsOf(ctx, definitions, candidates)
  const runs = await runsOf(ctx, candidates, events)
  await insertRuns(tx, workspace, [...events.values()], runs, ctx.now())
}

function waitsFor({ id, since, trigger }: Watching, change: ChangeRow, { name }: ObjectDefinition): boolean {
  const { objectTypes, events, fields } = trigger
  return (
    change.transaction > BigInt(since) &&
    events.some((event) => event === change.kind) &&
    objectTypes.some((one) => one === name || one === everyType) &&
    (change.kind !== 'updated' || !fields || change.keys.some((key) => fields.includes(key))) &&
    // What it writes itself to a record that it is about is no reason to begin again.
    runOfActor(change.actor)?.workflow !== id
  )
}

/** Without those whose record does not pass the filter, or may not be seen by whom the workflow acts for. */
async function passing(
  ctx: Context,
  definitions: VersionedDefinitions,
  candidates: readonly Candidate[],
): Promise<Candidate[]> {
  const groups = Map.groupBy(candidates, ({ workflow, definition }) => `${workflow.id} ${definition.number}`)
  const kept: Candidate[] = []
  for (const group of groups.values()) kept.push(...(await passingOf(ctx, definitions, group)))
  const places = new Map(candidates.map(({ change }, index) => [change, index]))
  return kept.sort((left, right) => (places.get(left.change) ?? 0) - (places.get(right.change) ?? 0))
}

/** The same of candidates of one workflow and one type. A filter that has lost its meaning is a problem to be seen. */
async function passingOf(
  ctx: Context,
  definitions: VersionedDefinitions,
  group: readonly Candidate[],
): Promise<Candidate[]> {
  const [{ workflow, definition } = {} as Candidate] = group
  const { filter } = workflow.trigger
  const acting = definition.visibility ? actingAs(ctx, ctx.workspace, workflow, workflow.id) : undefined
  const visible = acting && visibilityFilter(acting, definition)
  if (filter === undefined && !visible) return [...group]
  try {
    const filters = filter === undefined ? [] : parseRecordFilter(definitions, definition, filter)
    const ids = [...new Set(group.map(({ change }) => change.recordId))]
    const passes = await recordsPassing(ctx.db, ctx.workspace, [...filters, ...(visible ? [visible] : [])], ids)
    return group.filter(({ change }) => passes.has(change.recordId))
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return group.map((one) => ({ ...one, problem: `The filter is not right any more: ${error.message}` }))
  }
}

/** What happened, by the ids of changes: once, however many workflows it starts. */
async function eventsOf(
  ctx: Context,
  definitions: VersionedDefinitions,
  candidates: readonly Candidate[],
): Promise<Map<ChangeRow, StoredEvent>> {
  const changes = [...new Map(candidates.map(({ change, definition }) => [change, definition]))]
  const details = await detailsOfChanges(
    ctx.db,
    ctx.workspace,
    changes.map(([change]) => change),
  )
  const detailOf = new Map(details.map((one) => [keyOf(one), one]))
  const records = await recordsOf(ctx, definitions, changes)
  const actors = changes.map(([{ actor }]) => actor)
  const actorOf = await readActors(ctx.db, ctx.workspace, definitions.types, actors)
  return new Map(
    changes.map(([change, definition]) => [
      change,
      eventOf(change, definition, {
        ...changedIn(detailOf.get(keyOf(change))),
        actor: actorOf(change.actor),
        definitions: definitions.version,
        record: keptRecord(records.get(change.recordId)),
      }),
    ]),
  )
}

const keyOf = ({ recordId, id }: { recordId: string; id: string }) => `${recordId} ${id}`

const changedIn = ({ before, after, links }: Omit<ChangeDetails, 'id' | 'recordId'> = nothingChanged) => ({
  changed: { before, after, links },
})
const nothingChanged = { before: {}, after: {}, links: {} }

const keptRecord = (record: StoredRecord | undefined) => (record ? keepRecord(record) : null)

const eventOf = (change: ChangeRow, { name }: ObjectDefinition, data: EventData): StoredEvent => ({
  id: derivedUuid(change.at, 'change', change.recordId, change.id),
  name: `${name}.${change.kind}`,
  at: change.at,
  actor: change.actor,
  objectType: name,
  recordId: change.recordId,
  data,
})

/** The records of some changes as they are now, those in the trash as they were. */
async function recordsOf(
  ctx: Context,
  definitions: VersionedDefinitions,
  changes: readonly (readonly [ChangeRow, ObjectDefinition])[],
): Promise<Map<string, StoredRecord>> {
  const found = new Map<string, StoredRecord>()
  for (const [definition, group] of Map.groupBy(changes, ([, one]) => one)) {
    const ids = [...new Set(group.map(([{ recordId }]) => recordId))]
    const shape = shapeOf(definitions, definition)
    const missing = () => ids.filter((id) => !found.has(id))
    const findLive = async () => {
      for (const record of await fetchRecords(ctx.db, ctx.workspace, shape, missing())) found.set(record.id, record)
    }
    await findLive()
    for (const id of missing()) {
      const trashed = await fetchTrashed(ctx.db, ctx.workspace, shape, id)
      if (trashed) found.set(id, trashed)
    }
    // Restored in between.
    await findLive()
  }
  return found
}

/** The runs to begin, and those that do not: a chain of runs that start each other ends somewhere. */
async function runsOf(
  ctx: Context,
  candidates: readonly Candidate[],
  events: ReadonlyMap<ChangeRow, StoredEvent>,
): Promise<NewRun[]> {
  const causes = new Set(candidates.flatMap(({ change }) => runOfActor(change.actor)?.run ?? []))
  const depths = await depthsOf(ctx.db, ctx.workspace, [...causes])
  return candidates.flatMap(({ change, workflow, problem }) => {
    const event = events.get(change)
    const cause = runOfActor(change.actor)
    const depth = cause ? (depths.get(cause.run) ?? 0) + 1 : 0
    const refused =
      depth >= depthMax
        ? `The change comes from a chain of ${depthMax} runs, each started by the one before: it may have no end.`
        : problem
    return event ? [newRun(workflow, event, { depth, ...(refused !== undefined && { problem: refused }) })] : []
  })
}
