import type { System } from '../domain/context.ts'
import type { Database } from '../storage/database.ts'
import { dueWork, type OutboxRow, postponeWork, workspacesWithWork } from '../storage/outbox.ts'
import { summariseAccounts } from './account-summaries.ts'
import { runImports, undoImports } from './imports.ts'
import { noteInteractions } from './interactions.ts'
import { cleanUpMerges } from './merges.ts'
import { removeField, removeObjectType, removeRelationship } from './remove-definitions.ts'
import { addSearchWords } from './search-words.ts'
import { summarise, summariseAll, summariseRelated } from './summaries.ts'
import type { WorkKind } from './work.ts'

/** Does pieces of one kind of a workspace's work. Must give the same result when it is done twice. */
export type Doer = (db: Database, workspace: number, work: readonly OutboxRow[], around: Surroundings) => Promise<void>

/** What work may know of the process that does it. */
export type Surroundings = {
  system: System
  stopping: AbortSignal
  log: Log
}

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
  import: runImports,
  'import-undo': undoImports,
  'search-words': addSearchWords,
}

/** Where failures are told; each once. */
export type Log = { error(details: object, message: string): void }

/** Work that takes minutes is done beside the rest, which does not wait for it. */
const longKinds: readonly WorkKind[] = ['import', 'import-undo']

const batchSize = 100
/** After so long other workspaces have their turn, should they have work. */
const turnMs = 20_000

/**
 * Does a workspace's long work, or all other, until none is due or its turn is over. A piece that fails is put off for ever
 * longer; the others go on.
 */
export async function drain(workspace: number, long: boolean, around: Surroundings): Promise<void> {
  const { db } = around.system
  const until = Date.now() + turnMs
  while (!around.stopping.aborted && Date.now() < until) {
    const work = await dueWork(db, workspace, { kinds: longKinds, only: long }, batchSize)
    if (work.length === 0) return
    for (const [kind, pieces] of Map.groupBy(work, (piece) => piece.kind)) {
      await attempt(workspace, doers[kind as WorkKind], pieces, around)
    }
  }
}

/** Workspaces that have long work due, or other work. */
export const workspacesWith = (db: Database, long: boolean) => workspacesWithWork(db, { kinds: longKinds, only: long })

/** All pieces at once; when that fails one by one, so that one bad record does not hold up the rest. */
async function attempt(
  workspace: number,
  doer: Doer | undefined,
  pieces: readonly OutboxRow[],
  around: Surroundings,
): Promise<void> {
  try {
    if (!doer) throw new Error(`no job does the work '${pieces[0]?.kind}'`)
    await doer(around.system.db, workspace, pieces, around)
  } catch (error) {
    const [piece, ...others] = pieces
    if (!piece) return
    if (others.length > 0) {
      for (const one of pieces) await attempt(workspace, doer, [one], around)
      return
    }
    around.log.error({ err: error, workspace, work: piece }, 'background work failed and is put off')
    await postponeWork(around.system.db, workspace, piece)
  }
}
