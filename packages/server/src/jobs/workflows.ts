import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../domain/context.ts'
import { actingAs } from '../domain/workflows/acting.ts'
import { executeRun } from '../domain/workflows/execute.ts'
import { startForTick } from '../domain/workflows/ticks.ts'
import { startForChanges } from '../domain/workflows/triggers.ts'
import type { Step, Trigger } from '../domain/workflows/types.ts'
import type { Database } from '../storage/database.ts'
import { finishWork, type OutboxRow } from '../storage/outbox.ts'
import { type DueRun, dueRuns, type RunningWorkflow, settleWork } from '../storage/workflow-runs.ts'
import type { Surroundings } from './drain.ts'

/** Starts workflows for the changes of a workspace. */
export async function startWorkflows(
  db: Database,
  workspace: number,
  work: readonly OutboxRow[],
  { system }: Surroundings,
): Promise<void> {
  await startForChanges(system, workspace)
  for (const piece of work) await finishWork(db, workspace, piece)
  system.workWritten()
}

/** Starts workflows whose schedule fires. */
export async function startScheduled(
  _db: Database,
  workspace: number,
  work: readonly OutboxRow[],
  { system }: Surroundings,
): Promise<void> {
  for (const piece of work) await startForTick(system, workspace, piece)
  system.workWritten()
}

/** How many runs of one workflow are done at once: a slow receiver holds up its own, and not too many of these. */
const runsAtOnce = 8
const lookedAt = 100
/** How soon runs that come while others are in hand begin beside them. */
const lookEveryMs = 100

/** Does the runs of workflows that are due. Those about one record come one after the other, in the order of its changes. */
export async function runWorkflows(
  db: Database,
  workspace: number,
  work: readonly OutboxRow[],
  around: Surroundings,
): Promise<void> {
  for (const piece of work) await runWorkflow(db, workspace, piece, around)
}

type Run = DueRun<Trigger, Step>

async function runWorkflow(db: Database, workspace: number, piece: OutboxRow, around: Surroundings): Promise<void> {
  const { system, stopping, log } = around
  const inHand = new Map<string, { record: string | null; done: Promise<void> }>()
  /** How often runs had been written when they were left: one that was read before that is not begun again. */
  const written = new Map<string, number>()
  /** Runs that could not even be kept as failed. */
  const broken = new Map<string, unknown>()

  const begin = (workflow: RunningWorkflow, ctx: Context, run: Run) => {
    const unexpected = (error: unknown) =>
      log.error({ err: error, workspace, run: run.id }, 'a step of a workflow failed and is tried again')
    const done = executeRun(ctx, workflow, run, { stopping, unexpected })
      .then((moves) => {
        written.set(run.id, moves)
      })
      .catch((error) => {
        if (!stopping.aborted) broken.set(run.id, error)
      })
      .finally(() => inHand.delete(run.id))
    inHand.set(run.id, { record: run.event.recordId, done })
  }
  /** Whether there may be more to begin than was begun. */
  const beginDue = async (): Promise<boolean> => {
    const { workflow, runs: due } = await dueRuns<Trigger, Step>(db, workspace, piece.recordId, lookedAt)
    const isNew = ({ id, moves }: Run) => !inHand.has(id) && !broken.has(id) && moves >= (written.get(id) ?? 0)
    const waiting = due.filter(isNew)
    for (const id of written.keys()) if (!due.some((run) => run.id === id)) written.delete(id)
    if (!workflow || waiting.length === 0) return false
    const records = new Set(Array.from(inHand.values(), ({ record }) => record))
    let begun = 0
    for (const run of waiting) {
      const { recordId } = run.event
      if (inHand.size >= runsAtOnce) break
      if (recordId !== null && records.has(recordId)) continue
      records.add(recordId)
      begin(workflow, actingAs(system, workspace, workflow, run.id), run)
      begun += 1
    }
    return begun < waiting.length || due.length === lookedAt
  }

  for (let hasMore = true; hasMore || inHand.size > 0; ) {
    const hasRoom = inHand.size < runsAtOnce
    hasMore = stopping.aborted ? false : hasRoom ? await beginDue() : true
    const some = Array.from(inHand.values(), ({ done }) => done)
    if (some.length > 0) await Promise.race(hasRoom ? [...some, sleep(lookEveryMs)] : some)
  }
  if (stopping.aborted) return
  const [error] = broken.values()
  if (error !== undefined) throw error
  await settleWork(db, workspace, piece)
}
