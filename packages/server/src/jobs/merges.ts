import { type Database, transaction } from '../storage/database.ts'
import { continueMerge, findMerge } from '../storage/merges.ts'
import { finishWork, type OutboxRow } from '../storage/outbox.ts'

/** Moves the links of big merges, a page at a time, each in a transaction of its own. */
export async function cleanUpMerges(db: Database, workspace: number, work: readonly OutboxRow[]): Promise<void> {
  for (const piece of work) {
    const merge = await findMerge(db, workspace, piece.recordId)
    if (!merge) {
      await finishWork(db, workspace, piece)
      continue
    }
    while (!(await transaction(db, (tx) => continueMerge(tx, workspace, piece, merge)))) {
      // The next page; a process that is killed between two goes on where it was.
    }
  }
}
