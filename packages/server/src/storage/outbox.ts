import { type Connection, type Database, run, type Statement, transaction } from './database.ts'
import type { Work } from './records.ts'

/** One piece of work of a workspace. `version` tells whether it was asked for again while it was being done. */
export type OutboxRow = { kind: string; recordId: string; version: number; attempts: number; progress: string | null }

/** A kind of work of which a workspace has some that is due. */
export type DueKind = { workspace: number; kind: string }

const kinds: Statement = {
  name: 'due_kinds',
  text: `with recursive k as (
      (select workspace_id, kind, due_at from outbox order by workspace_id, kind, due_at limit 1)
      union all
      select n.* from k, lateral (
        select workspace_id, kind, due_at from outbox o where (o.workspace_id, o.kind) > (k.workspace_id, k.kind)
        order by workspace_id, kind, due_at limit 1) n)
    select workspace_id::int, kind from k where due_at <= now() order by due_at`,
}

/** All workspaces and kinds that have work due, longest waiting first. One look-up for each, however much there is. */
export async function dueKinds(db: Connection): Promise<DueKind[]> {
  const found = await run<[number, string]>(db, kinds, [])
  return found.map(([workspace, kind]) => ({ workspace, kind }))
}

const due: Statement = {
  name: 'due_work',
  text: `select o.kind, o.record_id, o.version, o.attempts, o.progress from unnest($2::text[]) k (kind), lateral (
      select * from outbox where workspace_id = $1 and kind = k.kind and due_at <= now() order by due_at limit $3) o
    order by o.due_at limit $3`,
}

/** The work of a workspace that is due, of some kinds, longest waiting first. */
export async function dueWork(
  db: Connection,
  workspace: number,
  ofKinds: readonly string[],
  limit: number,
): Promise<OutboxRow[]> {
  const found = await run<[string, string, number, number, string | null]>(db, due, [workspace, ofKinds, limit])
  return found.map(([kind, recordId, version, attempts, progress]) => ({ kind, recordId, version, attempts, progress }))
}

/** Asks for much work, in the order that others keep, too, who ask for much. */
export const askFor = (tx: Connection, workspace: number, work: readonly Work[]) =>
  tx.query(
    `insert into outbox as o (workspace_id, kind, record_id)
     select $1, w.kind, w.record from (select distinct * from unnest($2::text[], $3::uuid[]) x(kind, record)) w
     order by w.kind, w.record
     on conflict (workspace_id, kind, record_id) do update set version = o.version + 1, attempts = 0, progress = null`,
    [workspace, work.map(({ kind }) => kind), work.map(({ recordId }) => recordId)],
  )

/** Work of a kind that was to be done later is due now. */
export const hasten = (db: Connection, workspace: number, kind: string, ids: readonly string[]) =>
  db.query(
    'update outbox set due_at = now() where workspace_id = $1 and kind = $2 and record_id = any($3) and due_at > now()',
    [workspace, kind, ids],
  )

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
