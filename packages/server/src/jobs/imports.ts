import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError } from '@openfield/schema'
import type { Context } from '../domain/context.ts'
import { type Row, readRows } from '../domain/imports/csv.ts'
import { bytesOf, inNameOf } from '../domain/imports/draft.ts'
import { writeRows } from '../domain/imports/run.ts'
import type { StoredImport } from '../domain/imports/settings.ts'
import { undoRows } from '../domain/imports/undo.ts'
import { type Database, outageOf } from '../storage/database.ts'
import { alone, endImport, findImport, lastDone, writtenRows } from '../storage/imports.ts'
import { finishWork, type OutboxRow } from '../storage/outbox.ts'
import type { Surroundings } from './drain.ts'

/** For how long a turn lasts, after which other work has its own. */
const turnMs = 3000
const batchRows = 250
/** After so many failures an import is given up; before that, a row that fails without a reason is. */
const attemptsMax = 12
const rowAttempts = 3

/** Writes the rows of imports, from where it stopped, in whatever process. */
export const runImports = (db: Database, workspace: number, work: readonly OutboxRow[], around: Surroundings) =>
  eachAlone(db, workspace, work, around, 'running', async (ctx, one, piece) => {
    const until = Date.now() + turnMs
    const unexpected = (error: unknown, row: number) => {
      if (piece.attempts < rowAttempts || outageOf(error)) throw error
      around.log.error({ err: error, workspace, import: one.id, row }, 'a row could not be imported')
      return `Row ${row}: something went wrong on the server; its log says what.`
    }
    const done = await lastDone(db, workspace, one.id)
    for await (const rows of batches(ctx, one, done)) {
      if (around.stopping.aborted || Date.now() > until) return
      if ((await writeRows(ctx, one, rows, unexpected)) !== 'running') return finishWork(db, workspace, piece)
    }
    return endImport(db, workspace, piece, 'done', ctx.now())
  })

/** Takes back what imports wrote, the newest first. */
export const undoImports = (db: Database, workspace: number, work: readonly OutboxRow[], around: Surroundings) =>
  eachAlone(db, workspace, work, around, 'undoing', async (ctx, one, piece) => {
    const until = Date.now() + turnMs
    while (!around.stopping.aborted && Date.now() < until) {
      const rows = await writtenRows(db, workspace, one.id, batchRows)
      if (rows.length === 0) return endImport(db, workspace, piece, 'undone', ctx.now())
      await undoRows(ctx, one.id, rows)
    }
  })

async function eachAlone(
  db: Database,
  workspace: number,
  work: readonly OutboxRow[],
  { system }: Surroundings,
  state: StoredImport['state'],
  run: (ctx: Context, one: StoredImport, piece: OutboxRow) => Promise<unknown>,
): Promise<void> {
  for (const piece of work) {
    const turn = async () => {
      const one = await findImport<StoredImport>(db, workspace, piece.recordId)
      if (one?.state !== state) return finishWork(db, workspace, piece)
      try {
        return await run(inNameOf(system, workspace, one), one, piece)
      } catch (error) {
        const problem = problemOf(error, piece)
        if (problem === undefined) throw error
        return endImport(db, workspace, piece, 'failed', system.now(), problem)
      }
    }
    // Another process may be at it.
    if (!(await alone(db, piece.recordId, turn))) await sleep(500)
  }
}

/** Why an import cannot go on, if it cannot; undefined when it is worth another attempt. */
function problemOf(error: unknown, { attempts }: OutboxRow): string | undefined {
  if (error instanceof ApiError && error.status < 500) return error.message
  if (outageOf(error)) return undefined
  return attempts >= attemptsMax ? 'Something keeps going wrong on the server; its log says what.' : undefined
}

/** The rows of an import after one, some at a time. */
async function* batches(ctx: Context, { fileId, source }: StoredImport, after: number): AsyncGenerator<Row[]> {
  let first: number | undefined
  let batch: Row[] = []
  for await (const rows of readRows(bytesOf(ctx, fileId), source.format)) {
    first ??= rows[0]?.number
    for (const row of rows) {
      if (row.number <= after || (source.header && row.number === first)) continue
      batch.push(row)
      if (batch.length < batchRows) continue
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
}
