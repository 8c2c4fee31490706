import { type Connection, type Database, rows, run, type Statement, transaction } from './database.ts'

/** One piece of work of a workspace. `version` tells whether it was asked for again while it was being done. */
export type OutboxRow = { kind: string; recordId: string; version: number; attempts: number; progress: string | null }

/** Which work is meant: `only` of some kinds, or of all others. */
export type Kinds = { kinds: readonly string[]; only: boolean }

/** Workspaces that have work due; those whose work waits longest when there are very many. */
export async function workspacesWithWork(db: Connection, { kinds, only }: Kinds): Promise<number[]> {
  const found = await rows<{ id: number }>(
    db,
    `select distinct workspace_id::int as id from (
       select workspace_id from outbox where due_at <= now() and (kind = any($1)) = $2 order by due_at limit 1000) o`,
    [kinds, only],
  )
  return found.map(({ id }) => id)
}

const due: Statement = {
  name: 'due_work',
  text: `select kind, record_id, version, attempts, progress from outbox
    where workspace_id = $1 and due_at <= now() and (kind = any($3)) = $4 order by due_at limit $2`,
}

/** The work of a workspace that is due, longest waiting first. */
export async function dueWork(
  db: Connection,
  workspace: number,
  { kinds, only }: Kinds,
  limit: number,
): Promise<OutboxRow[]> {
  const values = [workspace, limit, kinds, only]
  const found = await run<[string, string, number, number, string | null]>(db, due, values)
  return found.map(([kind, recordId, version, attempts, progress]) => ({ kind, recordId, version, attempts, progress }))
}

const own = 'workspace_id = $1 and kind = $2 and record_id = $3 and version = $4'
const keyOf = (workspace: number, work: OutboxRow) => [workspace, work.kind, work.recordId, work.version]

/** Strikes work off, unless it was asked for again meanwhile. */
export const finishWork = (db: Connection, workspace: number, work: OutboxRow) =>
  db.query(`delete from outbox where ${own}`, keyOf(workspace, work))

/** Notes how far paged work has come, unless it was asked for again, which starts it anew. */
const noteProgress = (db: Connection, workspace: number, work: OutboxRow, progress: string) =>
  db.query(`update outbox set progress = $5 where ${own}`, [...keyOf(workspace, work), progress])

const delayMaxSeconds = 3600

/** Puts off work that failed: 2, 4, 8 … seconds, at most an hour. */
export const postponeWork = (db: Connection, workspace: number, work: OutboxRow) =>
  db.query(
    `update outbox set attempts = attempts + 1, due_at = now() + make_interval(secs => least(${delayMaxSeconds}, 2 ^ least(attempts + 1, 20)))
     where ${own}`,
    keyOf(workspace, work),
  )

/** Runs one page of paged work and notes how far it came, together; finishes the work when the page was the last. */
export const onePage = (
  db: Database,
  workspace: number,
  work: OutboxRow,
  page: (tx: Connection) => Promise<string | undefined>,
): Promise<boolean> =>
  transaction(db, async (tx) => {
    const progress = await page(tx)
    if (progress === undefined) await finishWork(tx, workspace, work)
    else await noteProgress(tx, workspace, work, progress)
    return progress === undefined
  })
