import { decodeId, encodeId, idPrefixes, newUuid, noResource, unprocessable } from '@openfield/schema'
import { transaction } from '../../storage/database.ts'
import { fetchRecord } from '../../storage/records.ts'
import type { StoredRecord } from '../../storage/rows.ts'
import { visibleRecords } from '../../storage/visibility.ts'
import {
  cancelRun as cancelStored,
  findRun,
  findRunOf,
  insertRuns,
  type LogRow,
  listRuns,
  logsOf,
  type RunQuery,
  type RunRow,
  type RunStatus,
  resumeFailed,
  resumeRun,
  type StoredEvent,
} from '../../storage/workflow-runs.ts'
import { type Actor, type ActorOf, readActors } from '../actors.ts'
import { type Context, withDefinitions } from '../context.ts'
import { visibilityFilter } from '../records/access.ts'
import { shapeOf } from '../records/definitions.ts'
import { callingActor, keepRecord } from './event.ts'
import { readRunId, runId, workflowId } from './ids.ts'
import { newRun } from './start.ts'
import { everyType, type Trigger } from './types.ts'
import { requireWorkflow, type Workflow } from './workflows.ts'

/** How far a run is, for whoever has its id. */
export async function runStatus(ctx: Context, id: string): Promise<{ status: RunStatus }> {
  const { status } = await requireRun(ctx, id)
  return { status }
}

/** A run by its public id. Throws a 404 for an id that leads to none. */
export async function requireRun(ctx: Context, id: string): Promise<RunRow> {
  const found = await findRun(ctx.db, ctx.workspace, readRunId(id))
  if (found) return found
  throw noResource('workflow runs')
}

/** Runs a workflow now, for a record if it is one that runs are about. */
export async function runNow(ctx: Context, id: string, recordId: string | undefined) {
  const workflow = await requireWorkflow(ctx, id)
  const about = await recordFor(ctx, workflow.trigger, recordId)
  const event: StoredEvent = {
    ...{ id: newUuid(), name: 'manual', at: ctx.now(), actor: ctx.caller?.actor ?? null },
    objectType: about?.objectType ?? null,
    recordId: about?.record.id ?? null,
    data: {
      actor: await callingActor(ctx),
      definitions: about?.definitions ?? 0,
      record: about ? keepRecord(about.record) : null,
    },
  }
  return presentOne(ctx, await begin(ctx, workflow, event))
}

/** Begins a run for an event, or finds the one that there is. */
export async function begin(ctx: Context, workflow: Workflow, event: StoredEvent): Promise<RunRow> {
  await transaction(ctx.db, (tx) => insertRuns(tx, ctx.workspace, [event], [newRun(workflow, event)], ctx.now()))
  ctx.workWritten()
  const run = await findRunOf(ctx.db, ctx.workspace, workflow.id, event.id)
  if (run) return run
  throw new Error(`the run of ${workflow.id} for ${event.id} is not there`)
}

type About = { objectType: string; record: StoredRecord; definitions: number }

/** The record that a run is to be about: one of a type that the trigger is about. */
async function recordFor(ctx: Context, trigger: Trigger, id: string | undefined): Promise<About | undefined> {
  const types = typesFor(trigger)
  if (types.length === 0) {
    if (id === undefined) return undefined
    throw unprocessable('The runs of this workflow are about no record.', 'recordId')
  }
  if (id === undefined) throw unprocessable('Say for which record: `recordId`.', 'recordId')
  const found = await withDefinitions(ctx, async (definitions) => {
    for (const definition of definitions.types.values()) {
      const uuid = decodeId(definition.prefix, id)
      const isMeant = types.includes(everyType) || types.includes(definition.name)
      if (!uuid || !isMeant || !definition.verbs.includes('retrieve')) continue
      const read = await fetchRecord(ctx.db, ctx.workspace, shapeOf(definitions, definition), uuid)
      const filter = visibilityFilter(ctx, definition)
      const isVisible = !filter || (await visibleRecords(ctx.db, ctx.workspace, [uuid], filter)).length > 0
      if (read && isVisible) return { objectType: definition.name, ...read }
    }
    return undefined
  })
  if (found) return found
  throw unprocessable('This is no record that the runs of this workflow can be about.', 'recordId')
}

function typesFor(trigger: Trigger): readonly string[] {
  if (trigger.type === 'record') return trigger.objectTypes
  return trigger.type === 'manual' && trigger.objectType !== undefined ? [trigger.objectType] : []
}

/** Ends a run before its next step; of one that is over, nothing changes. */
export async function cancelRun(ctx: Context, id: string) {
  const { id: uuid } = await requireRun(ctx, id)
  await cancelStored(ctx.db, ctx.workspace, uuid, 'Cancelled.', ctx.now())
  return presentOne(ctx, await requireRun(ctx, id))
}

/**
 * Has a run that failed or was cancelled go on where it stopped, and one that waits for another attempt make it now. One that
 * is completed runs again, for what started it then, by the workflow as it is now.
 */
export async function replayRun(ctx: Context, id: string) {
  return presentOne(ctx, await replay(ctx, await requireRun(ctx, id)))
}

export async function replay(ctx: Context, run: RunRow): Promise<RunRow> {
  const workflow = await requireWorkflow(ctx, workflowId(run.workflowId))
  if (run.status === 'refused') {
    throw unprocessable(`This run is not repeated: ${run.problem}`)
  }
  if (run.status !== 'completed') {
    await resumeRun(ctx.db, ctx.workspace, run.id)
    ctx.workWritten()
    return requireRun(ctx, runId(run.id))
  }
  const again = newRun(workflow, { id: run.eventId }, { replayOf: run.replayOf ?? run.id })
  await transaction(ctx.db, (tx) => insertRuns(tx, ctx.workspace, [], [again], ctx.now()))
  ctx.workWritten()
  return requireRun(ctx, runId(again.id))
}

/** The same for all runs of a workflow that failed since a moment. */
export async function replayFailed(ctx: Context, id: string, since: string) {
  const { id: uuid } = await requireWorkflow(ctx, id)
  const count = await resumeFailed(ctx.db, ctx.workspace, uuid, new Date(since))
  ctx.workWritten()
  return { count }
}

export type PageQuery = { limit: number; after: string | undefined; status: RunStatus | undefined }

/** A page of the runs of a workflow, newest first, and where the next one begins. */
export async function pageOfRuns(ctx: Context, workflow: string, { limit, after, status }: PageQuery) {
  const query: RunQuery = { limit: limit + 1, before: after === undefined ? undefined : readRunId(after), status }
  const found = await listRuns(ctx.db, ctx.workspace, workflow, query)
  const runs = found.slice(0, limit)
  const last = found.length > limit ? runs.at(-1) : undefined
  return { runs, nextCursor: last ? runId(last.id) : null }
}

export async function listWorkflowRuns(ctx: Context, id: string, query: PageQuery) {
  const { id: uuid } = await requireWorkflow(ctx, id)
  const { runs, nextCursor } = await pageOfRuns(ctx, uuid, query)
  return { object: 'list', data: await presentRuns(ctx, runs), nextCursor }
}

/** A run with all that happened in it. */
export async function retrieveRun(ctx: Context, id: string) {
  const run = await requireRun(ctx, id)
  const log = await logsOf(ctx.db, ctx.workspace, [run.id])
  return { ...(await presentOne(ctx, run)), log: [firstEntry(run), ...log.map(presentLog)] }
}

const noDetails = { request: null, record: null }

const firstEntry = ({ createdAt, event, version }: RunRow) => ({
  at: createdAt.toISOString(),
  step: null,
  kind: 'started',
  message: `Started by ${event}, with version ${version} of the workflow.`,
  ...noDetails,
})

const presentLog = ({ at, step, kind, message, details }: LogRow) => ({
  ...{ at: at.toISOString(), step, kind, message },
  ...noDetails,
  ...details,
})

const presentOne = async (ctx: Context, run: RunRow) => {
  const [shown] = await presentRuns(ctx, [run])
  return shown
}

async function presentRuns(ctx: Context, runs: readonly RunRow[]) {
  const causeOf = await causesOf(ctx, runs)
  return runs.map((run) => ({
    ...presentProgress(run, causeOf),
    ...{ workflowId: workflowId(run.workflowId), version: run.version, depth: run.depth },
  }))
}

/** What runs and deliveries say of themselves alike. */
export const presentProgress = (run: RunRow, causeOf: (run: RunRow) => Cause) => ({
  id: runId(run.id),
  status: run.status,
  cause: causeOf(run),
  replayOf: run.replayOf === null ? null : runId(run.replayOf),
  problem: run.problem,
  nextAt: run.status === 'waiting' ? (run.dueAt?.toISOString() ?? null) : null,
  createdAt: run.createdAt.toISOString(),
  endedAt: run.endedAt?.toISOString() ?? null,
})

type Cause = { event: string; at: string; record: { id: string; objectType: string } | null; actor: Actor | null }

/** What started some runs. */
export async function causesOf(ctx: Context, runs: readonly RunRow[]): Promise<(run: RunRow) => Cause> {
  const { types } = await ctx.definitions.get(ctx)
  const actors = runs.map(({ actor }) => actor)
  const actorOf: ActorOf = await readActors(ctx.db, ctx.workspace, types, actors)
  return ({ event, at, actor, objectType, recordId }) => {
    const prefix = (objectType !== null && types.get(objectType)?.prefix) || idPrefixes.customObject
    const record = objectType !== null && recordId !== null ? { id: encodeId(prefix, recordId), objectType } : null
    return { event, at: at.toISOString(), record, actor: actorOf(actor) }
  }
}
