import type { Database } from '../storage/database.ts'
import { dueWork, type OutboxRow, postponeWork } from '../storage/outbox.ts'
import { summariseAccounts } from './account-summaries.ts'
import { noteInteractions } from './interactions.ts'
import { cleanUpMerges } from './merges.ts'
import { removeField, removeObjectType, removeRelationship } from './remove-definitions.ts'
import { summarise, summariseAll, summariseRelated } from './summaries.ts'
import type { WorkKind } from './work.ts'

/** Does pieces of one kind of a workspace's work. Must give the same result when it is done twice. */
export type Doer = (db: Database, workspace: number, work: readonly OutboxRow[]) => Promise<void>

const doers: Record<WorkKind, Doer> = {
  summary: summarise,
  'related-summaries': summariseRelated,
  'all-summaries': summariseAll,
  'account-summary': summariseAccounts,
  interaction: noteInteractions,
  'field-removal': removeField,
  'relationship-removal': removeRelationship,
  'object-removal': removeObjectType,
  'merge-cleanup': cleanUpMerges,
}

/** Where failures are told; each once. */
export type Log = { error(details: object, message: string): void }

const batchSize = 100

/** Does a workspace's work until none is due. A piece that fails is put off for ever longer; the others go on. */
export async function drain(db: Database, workspace: number, stopping: AbortSignal, log: Log): Promise<void> {
  while (!stopping.aborted) {
    const work = await dueWork(db, workspace, batchSize)
    if (work.length === 0) return
    for (const [kind, pieces] of Map.groupBy(work, (piece) => piece.kind)) {
      await attempt(db, workspace, doers[kind as WorkKind], pieces, log)
    }
  }
}

/** All pieces at once; when that fails one by one, so that one bad record does not hold up the rest. */
async function attempt(
  db: Database,
  workspace: number,
  doer: Doer | undefined,
  pieces: readonly OutboxRow[],
  log: Log,
): Promise<void> {
  try {
    if (!doer) throw new Error(`no job does the work '${pieces[0]?.kind}'`)
    await doer(db, workspace, pieces)
  } catch (error) {
    const [piece, ...others] = pieces
    if (!piece) return
    if (others.length > 0) {
      for (const one of pieces) await attempt(db, workspace, doer, [one], log)
      return
    }
    log.error({ err: error, workspace, work: piece }, 'background work failed and is put off')
    await postponeWork(db, workspace, piece)
  }
}
