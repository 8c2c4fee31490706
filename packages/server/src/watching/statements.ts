import { AsyncLocalStorage } from 'node:async_hooks'
import { currentTask, type Task } from './task.ts'

/** One statement that the database has done, or refused. */
export type DoneStatement = {
  asked: Asked
  /** In milliseconds of `performance.now`. */
  startedAt: number
  ms: number
  rows: number
  failed: boolean
}

/** Is told of every statement, with the task that it was for. */
export type StatementListener = (done: DoneStatement, task: Task | undefined) => void

/** A statement as the driver is given it. */
type Asked = { name?: string; text?: string } | string | undefined

type Result = { rowCount: number | null } | undefined
type Callback = (error: unknown, result: Result) => void
type Client = { query(...given: unknown[]): unknown }
type Pool = { connect(callback?: (...given: unknown[]) => void): unknown }

const textMax = 300

/** What a statement is called: its name, or how it begins. Values are no part of it. */
export function nameOfStatement(asked: Asked): string {
  if (typeof asked === 'object' && asked.name !== undefined) return asked.name
  const text = (typeof asked === 'string' ? asked : asked?.text) ?? ''
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, textMax)
}

/** Has a connection tell of its statements. What answers neither by a promise nor by a callback, such as COPY, is left out. */
export function tellStatements(client: Client, told: StatementListener) {
  const query = client.query.bind(client)
  client.query = (...given) => {
    const task = currentTask()
    const startedAt = performance.now()
    const done = (failed: boolean, result: Result) => {
      const ms = performance.now() - startedAt
      if (task) {
        task.statements += 1
        task.databaseMs += ms
      }
      told({ asked: given[0] as Asked, startedAt, ms, rows: result?.rowCount ?? 0, failed }, task)
    }
    const last = given.at(-1)
    if (typeof last === 'function') {
      return query(...given.slice(0, -1), (error: unknown, result: Result) => {
        done(Boolean(error), result)
        ;(last as Callback)(error, result)
      })
    }
    const answer = query(...given)
    if (answer instanceof Promise) {
      answer.then(
        (result: Result) => done(false, result),
        () => done(true, undefined),
      )
    }
    return answer
  }
}

/** Who waits for a connection goes on as the task that asked for it, not as the one that gave it back. */
export function keepTasks(pool: Pool) {
  const connect = pool.connect.bind(pool)
  pool.connect = (callback) => connect(callback && AsyncLocalStorage.bind(callback))
}
