import { type Connection, type Database, rows, run, type Statement, transaction } from './database.ts'
import type { OutboxRow } from './outbox.ts'

export type ImportState = 'draft' | 'running' | 'cancelled' | 'done' | 'failed' | 'undoing' | 'undone'
export type Outcome = 'created' | 'updated' | 'skipped' | 'refused'
export type Undone = 'reverted' | 'kept' | 'failed'

/** An import as stored; `source`, `settings` and `createdBy` are the domain's to know. */
export type ImportRecord<Source, Settings, Caller> = {
  id: string
  objectType: string
  fileId: string
  state: ImportState
  problem: string | null
  createdBy: Caller
  source: Source
  settings: Settings
  createdAt: Date
  startedAt: Date | null
  finishedAt: Date | null
  total: number
} & Record<Outcome | Undone, number>

const columns = `id, object_type as "objectType", file_id as "fileId", state, problem, created_by as "createdBy", source,
  settings, created_at as "createdAt", started_at as "startedAt", finished_at as "finishedAt", total,
  created, updated, skipped, refused, reverted, kept, failed`

type NewImport = Pick<
  ImportRecord<object, object, object | null>,
  'id' | 'objectType' | 'fileId' | 'createdBy' | 'source' | 'settings' | 'createdAt' | 'total'
>

export const insertImport = (db: Connection, workspace: number, one: NewImport) =>
  db.query(
    `insert into import (workspace_id, id, object_type, file_id, state, created_by, source, settings, created_at, total)
     values ($1, $2, $3, $4, 'draft', $5, $6, $7, $8, $9)`,
    [
      workspace,
      one.id,
      one.objectType,
      one.fileId,
      JSON.stringify(one.createdBy),
      JSON.stringify(one.source),
      JSON.stringify(one.settings),
      one.createdAt,
      one.total,
    ],
  )

/** An import by its id, or undefined. */
export async function findImport<One>(db: Connection, workspace: number, id: string): Promise<One | undefined> {
  const [found] = await rows<One & object>(db, `select ${columns} from import where workspace_id = $1 and id = $2`, [
    workspace,
    id,
  ])
  return found
}

/** A page of a workspace's imports, newest first, and how many there are. */
export async function listImports<One>(db: Connection, workspace: number, limit: number, offset: number) {
  const found = await rows<One & { id: string | null; all: number }>(
    db,
    `select (select count(*)::int from import where workspace_id = $1) as all, x.* from (select 1) one left join (
       select ${columns} from import where workspace_id = $1 order by id desc limit $2 offset $3) x on true
     order by x.id desc`,
    [workspace, limit, offset],
  )
  return { total: found[0]?.all ?? 0, imports: found.filter(({ id }) => id !== null) as One[] }
}

/** Changes what a draft is to do; false when it is none any more. */
export async function changeSettings(db: Connection, workspace: number, id: string, settings: object) {
  const { rowCount } = await db.query(
    `update import set settings = $3 where workspace_id = $1 and id = $2 and state = 'draft'`,
    [workspace, id, JSON.stringify(settings)],
  )
  return rowCount === 1
}

/** Takes an import from one of some states to another, and asks for the work that this means; false when it is in none. */
export const moveImport = (
  db: Database,
  workspace: number,
  id: string,
  { from, to, work, at }: { from: readonly ImportState[]; to: ImportState; work?: string; at: Date },
): Promise<boolean> =>
  transaction(db, async (tx) => {
    const { rowCount } = await tx.query(
      `update import set state = $3, started_at = coalesce(started_at, $5),
         finished_at = case when $3 = any(array['running', 'undoing']) then null else $5 end
       where workspace_id = $1 and id = $2 and state = any($4)`,
      [workspace, id, to, from, at],
    )
    if (rowCount === 1 && work) await tx.query('select add_work($1, $2, $3, now())', [workspace, [work], [id]])
    return rowCount === 1
  })

/** Ends an import's work for good, with what went wrong when it failed. */
export const endImport = (
  db: Database,
  workspace: number,
  work: OutboxRow,
  state: ImportState,
  at: Date,
  problem: string | null = null,
) =>
  transaction(db, async (tx) => {
    await tx.query(
      `update import set state = $3, finished_at = $4, problem = $5
       where workspace_id = $1 and id = $2 and state = any(array['running', 'undoing'])`,
      [workspace, work.recordId, state, at, problem],
    )
    await tx.query('delete from outbox where workspace_id = $1 and kind = $2 and record_id = $3 and version = $4', [
      workspace,
      work.kind,
      work.recordId,
      work.version,
    ])
  })

/**
 * Runs `work` while no other process runs the same import's; says whether it did. The work writes by other connections, so
 * that its progress is seen while it runs.
 */
export const alone = (db: Database, id: string, work: () => Promise<unknown>): Promise<boolean> =>
  transaction(db, async (tx) => {
    const [lock] = await rows<{ held: boolean }>(
      tx,
      'select pg_try_advisory_xact_lock(1330005581, hashtext($1)) as held',
      [id],
    )
    if (lock?.held) await work()
    return lock?.held ?? false
  })

/** A row that is to be written, or a part of one. */
export type Claim = { row: number; part: number; id: string; objectType: string }
/** A claim as it stands: `isOld` when it was made before, so that it may have been written already. */
export type Claimed = Claim & { isOld: boolean; outcome: Outcome | null }

const claim: Statement = {
  name: 'claim_import_rows',
  text: `with claims as (select * from unnest($3::int[], $4::int[], $5::uuid[], $6::text[]) c(row, part, id, object_type)),
    made as (insert into import_row (workspace_id, import_id, row, part, id, object_type)
      select $1, $2, row, part, id, object_type from claims on conflict do nothing returning row, part)
    select c.row, c.part, coalesce(r.id, c.id), c.object_type, r.id is not null, r.outcome
    from claims c left join import_row r
      on r.workspace_id = $1 and r.import_id = $2 and r.row = c.row and r.part = c.part
    where (select count(*) from made) >= 0`,
}

/** Fixes the ids of some rows before they are written. Those that are fixed already stay as they are. */
export async function claimRows(
  db: Connection,
  workspace: number,
  importId: string,
  claims: readonly Claim[],
): Promise<Claimed[]> {
  const found = await run<[number, number, string, string, boolean, Outcome | null]>(db, claim, [
    workspace,
    importId,
    claims.map((one) => one.row),
    claims.map((one) => one.part),
    claims.map((one) => one.id),
    claims.map((one) => one.objectType),
  ])
  return found.map(([row, part, id, objectType, isOld, outcome]) => ({ row, part, id, objectType, isOld, outcome }))
}

/** What was to be created for some rows, and is not known to have been. */
export const openParts = (db: Connection, workspace: number, importId: string, numbers: readonly number[]) =>
  rows<Claim>(
    db,
    `select row, part, id, object_type as "objectType" from import_row
     where workspace_id = $1 and import_id = $2 and row = any($3) and part > 0 and outcome is null`,
    [workspace, importId, numbers],
  )

export type RowResult = { row: number; part: number; outcome: Outcome; recordId: string | null; error: string | null }

const save: Statement = {
  name: 'save_import_rows',
  text: `with results as (
      select * from unnest($3::int[], $4::int[], $5::text[], $6::uuid[], $7::text[]) x(row, part, outcome, record_id, error)),
    saved as (
      update import_row r set outcome = x.outcome, record_id = x.record_id, error = x.error from results x
      where r.workspace_id = $1 and r.import_id = $2 and r.row = x.row and r.part = x.part and r.outcome is null
      returning r.part, r.outcome)
    update import i set
      created = i.created + (select count(*) from saved where part = 0 and outcome = 'created'),
      updated = i.updated + (select count(*) from saved where part = 0 and outcome = 'updated'),
      skipped = i.skipped + (select count(*) from saved where part = 0 and outcome = 'skipped'),
      refused = i.refused + (select count(*) from saved where part = 0 and outcome = 'refused')
    where i.workspace_id = $1 and i.id = $2 returning i.state`,
}

/** Notes what became of some rows, and counts them, once; returns the state of the import. */
export async function saveRows(
  db: Connection,
  workspace: number,
  importId: string,
  results: readonly RowResult[],
): Promise<ImportState | undefined> {
  const [found] = await run<[ImportState]>(db, save, [
    workspace,
    importId,
    results.map((one) => one.row),
    results.map((one) => one.part),
    results.map((one) => one.outcome),
    results.map((one) => one.recordId),
    results.map((one) => one.error),
  ])
  return found?.[0]
}

/** The last row up to which every row has been dealt with. */
export async function lastDone(db: Connection, workspace: number, importId: string): Promise<number> {
  const [found] = await rows<{ row: number }>(
    db,
    `select coalesce((select min(row) - 1 from import_row where workspace_id = $1 and import_id = $2 and outcome is null
       and part = 0), (select max(row) from import_row where workspace_id = $1 and import_id = $2), 0) as row`,
    [workspace, importId],
  )
  return found?.row ?? 0
}

/** Which of some changes, of a record each, have been made. */
export async function changesMade(
  db: Connection,
  workspace: number,
  changes: readonly { record: string; id: string }[],
): Promise<Set<string>> {
  if (changes.length === 0) return new Set()
  const found = await rows<{ id: string }>(
    db,
    `select c.id from unnest($2::uuid[], $3::uuid[]) x(record, id) join change c
       on c.workspace_id = $1 and c.record_id = x.record and c.id = x.id`,
    [workspace, changes.map(({ record }) => record), changes.map(({ id }) => id)],
  )
  return new Set(found.map(({ id }) => id))
}

/** The next refused rows after one, in their order, with why. */
export const refusedRows = (db: Connection, workspace: number, importId: string, after: number, limit: number) =>
  rows<{ row: number; error: string }>(
    db,
    `select row, error from import_row where workspace_id = $1 and import_id = $2 and part = 0 and row > $3
     and outcome = 'refused' order by row limit $4`,
    [workspace, importId, after, limit],
  )

/** What an import wrote and has not been undone: the newest first, a row's record before what was created for it. */
export type Written = Claim & { outcome: 'created' | 'updated'; recordId: string }

export const writtenRows = (db: Connection, workspace: number, importId: string, limit: number) =>
  rows<Written>(
    db,
    `select row, part, id, object_type as "objectType", outcome, record_id as "recordId" from import_row
     where workspace_id = $1 and import_id = $2 and outcome in ('created', 'updated') and undone is null
     order by row desc, part limit $3`,
    [workspace, importId, limit],
  )

/** Notes what became of some rows when they were undone, and counts the records, once. */
export const saveUndone = (
  db: Connection,
  workspace: number,
  importId: string,
  results: readonly { row: number; part: number; undone: Undone }[],
) =>
  db.query(
    `with saved as (
       update import_row r set undone = x.undone
       from unnest($3::int[], $4::int[], $5::text[]) x(row, part, undone)
       where r.workspace_id = $1 and r.import_id = $2 and r.row = x.row and r.part = x.part and r.undone is null
       returning r.undone)
     update import i set
       reverted = i.reverted + (select count(*) from saved where undone = 'reverted'),
       kept = i.kept + (select count(*) from saved where undone = 'kept'),
       failed = i.failed + (select count(*) from saved where undone = 'failed')
     where i.workspace_id = $1 and i.id = $2`,
    [
      workspace,
      importId,
      results.map((one) => one.row),
      results.map((one) => one.part),
      results.map((one) => one.undone),
    ],
  )

/**
 * Whether anybody but the import has touched a record since it created it: changed it, or linked something to it that the
 * import did not; what the import itself linked to it later is to be undone first.
 */
export async function isTouched(
  db: Connection,
  workspace: number,
  importId: string,
  record: string,
  linked: readonly string[],
): Promise<boolean> {
  const [found] = await rows<{ touched: boolean }>(
    db,
    `select exists (
       select from change c where c.workspace_id = $1 and c.record_id = $3 and not exists (
         select from import_row r where r.workspace_id = $1 and r.id = c.id and r.import_id = $2)
     ) or exists (
       select from (
         select to_id as other from edge where workspace_id = $1 and from_id = $3
         union all select from_id from edge where workspace_id = $1 and to_id = $3) e
       where e.other <> all($4)
     ) as touched`,
    [workspace, importId, record, linked],
  )
  return found?.touched ?? false
}
