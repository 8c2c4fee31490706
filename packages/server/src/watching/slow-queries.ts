import { nameOfStatement, type StatementListener } from './statements.ts'
import type { Task } from './task.ts'

/** Where a line about a slow query goes. */
type Tell = (line: object, task: Task | undefined) => void

/** Tells of queries that take too long, with what asked for them, and by which filters. Values are left out. */
export const slowQueries =
  (thresholdMs: number, tell: Tell): StatementListener =>
  ({ asked, ms, rows, failed }, task) => {
    if (ms < thresholdMs) return
    tell(
      {
        // Also where the line is written for somebody else.
        ...task?.line,
        ...(task && { operation: task.name }),
        ...(task?.workspace !== undefined && { workspace: task.workspace }),
        ...task?.query,
        databaseMs: Math.round(ms),
        rows,
        statement: nameOfStatement(asked),
        ...(failed && { failed }),
      },
      task,
    )
  }
