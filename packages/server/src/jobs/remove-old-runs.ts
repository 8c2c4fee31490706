import type { Database } from '../storage/database.ts'
import { purgeRuns } from '../storage/workflow-runs.ts'

const pageSize = 1000

/** Forgets runs of workflows that ended more than 30 days ago, with what they did. */
export async function removeOldRuns(db: Database): Promise<void> {
  while ((await purgeRuns(db, pageSize)) === pageSize) {}
}
