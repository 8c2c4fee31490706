import type { Context } from '../domain/context.ts'
import { type Ending, runEnrichment } from '../domain/enrichment/run.ts'
import { enrichNewRecord } from '../domain/enrichment/start.ts'
import type { Database } from '../storage/database.ts'
import { readDefinitions } from '../storage/definitions.ts'
import { typesOf } from '../storage/derived.ts'
import { endRun, findRun, type Run, startRun } from '../storage/enrichment.ts'
import { finishWork, type OutboxRow, postponeWork } from '../storage/outbox.ts'
import type { Surroundings } from './drain.ts'

/** A run takes no longer; a failure that may pass is met so often, and one that nobody expected too. */
const runMs = 45_000
const attemptsMax = 3

/** Begins the runs of records that were just created. */
export async function enrichNewRecords(
  db: Database,
  workspace: number,
  work: readonly OutboxRow[],
  { system }: Surroundings,
): Promise<void> {
  const { types } = await readDefinitions(db, workspace)
  const numbers = await typesOf(
    db,
    workspace,
    work.map(({ recordId }) => recordId),
  )
  for (const piece of work) {
    const type = [...types.values()].find(({ number }) => number === numbers.get(piece.recordId))
    if (type) await enrichNewRecord({ ...system, workspace, caller: undefined }, type.name, piece.recordId)
    await finishWork(db, workspace, piece)
  }
}

/** Does runs, each until it ends in one of its states, whatever is killed in between. */
export async function enrich(
  db: Database,
  workspace: number,
  work: readonly OutboxRow[],
  around: Surroundings,
): Promise<void> {
  for (const piece of work) {
    const run = await findRun(db, workspace, piece.recordId)
    if (run?.status !== 'queued' && run?.status !== 'running') {
      await finishWork(db, workspace, piece)
      continue
    }
    const ctx: Context = { ...around.system, workspace, caller: undefined }
    await startRun(db, workspace, run.id, ctx.now())
    const ending = await attempt(ctx, run, piece, around)
    if (ending === 'again') await postponeWork(db, workspace, piece)
    else if (ending) await endRun(db, workspace, piece, { ...ending, at: ctx.now() })
  }
}

/** Undefined when the process is stopping: the run goes on elsewhere, or when it starts again. */
async function attempt(
  ctx: Context,
  run: Run,
  piece: OutboxRow,
  { stopping, log }: Surroundings,
): Promise<Ending | 'again' | undefined> {
  const mayTryAgain = piece.attempts + 1 < attemptsMax
  const timeout = AbortSignal.timeout(runMs)
  try {
    return await runEnrichment(ctx, run, AbortSignal.any([timeout, stopping]), mayTryAgain)
  } catch (error) {
    if (stopping.aborted) return undefined
    if (timeout.aborted) return { status: 'timed_out', outcome: 'timeout', outcomes: {} }
    if (mayTryAgain) throw error
    log.error({ err: error, run: run.id }, 'a record could not be enriched')
    return { status: 'failed', outcome: 'internal', outcomes: {} }
  }
}
