import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * What is being done, and for whom: a request, or a piece of background work. Whatever runs because of it finds it here, so
 * that a line of the log, a slow query and a span of a trace can say what they belong to.
 */
export type Task = {
  /** What stands on each of its lines in the log. */
  line: { requestId: string } | { job: string; workspace: number }
  /** The id of the operation, or the kind of work. */
  name: string
  workspace?: number
  /** What it asks of records, once that was read; keys and operators only, no values. */
  query?: { objectType: string; filters: readonly string[] }
  /** What the database has done for it so far. */
  statements: number
  databaseMs: number
}

const tasks = new AsyncLocalStorage<Task>()

/** Runs something as part of a task. */
export const inTask = <T>(task: Task, run: () => T): T => tasks.run(task, run)

/** A piece of background work as a task. */
export const jobTask = (job: string, workspace: number): Task => ({
  line: { job, workspace },
  name: job,
  workspace,
  statements: 0,
  databaseMs: 0,
})

/** The task that the caller runs for; undefined for what the process does by itself. */
export const currentTask = () => tasks.getStore()

/** Notes by which filters records are looked for, once they are known to be such, without what is compared. */
export function noteQuery(objectType: string, written: readonly { key: string }[]) {
  const task = tasks.getStore()
  if (task) task.query = { objectType, filters: written.map(({ key }) => key) }
}
