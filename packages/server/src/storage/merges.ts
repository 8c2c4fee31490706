import { type Connection, rows, run, type Statement } from './database.ts'
import { finishWork, type OutboxRow } from './outbox.ts'
import { type Entries, entryColumns, refusable, type WriteContext, writeParameters } from './records.ts'

export type Merge = {
  id: string
  objectType: number
  primary: { id: string; version: number }
  duplicate: { id: string; version: number }
  cleared: readonly string[]
  set: string
  duplicateEntries: Entries
  oldEntries: Entries
  entries: Entries
  /** Move the duplicate's links within the write; for many of them the background does it. */
  atOnce: boolean
  before: string
  after: string
}

const merge: Statement = { name: 'merge_records', text: `select merge_records(${writeParameters(45)})` }

/** Merges two records that still have the versions they were read at: one call, one commit. Throws WriteRefused. */
export const mergeRecords = (db: Connection, write: WriteContext, one: Merge) =>
  refusable(
    run(db, merge, [
      write.workspace,
      write.definitions,
      one.objectType,
      one.primary.id,
      one.primary.version,
      one.duplicate.id,
      one.duplicate.version,
      write.at,
      one.cleared,
      one.set,
      ...entryColumns(one.duplicateEntries),
      ...entryColumns(one.oldEntries),
      ...entryColumns(one.entries),
      one.id,
      one.atOnce,
      write.changeId,
      write.actor,
      one.before,
      one.after,
      write.work.map((work) => work.kind),
      write.work.map((work) => work.recordId),
      write.idempotency?.operation ?? null,
      write.idempotency?.key ?? null,
      write.response,
    ]),
  )

/** How many links a duplicate has, counted up to `max` on each side, and how many of them have a place with the primary. */
export async function countLinks(db: Connection, workspace: number, primary: string, duplicate: string, max: number) {
  const [row] = await rows<{ all: number; movable: number }>(
    db,
    `select count(*)::int as all, (count(*) filter (where place))::int as movable
     from (${linksAt('from', 'to')} union all ${linksAt('to', 'from')}) e`,
    [workspace, primary, duplicate, max],
  )
  return row ?? { all: 0, movable: 0 }
}

const linksAt = (own: string, other: string) => `(
  select e.${other}_id not in ($2, $3) and not exists (select 1 from edge p where p.workspace_id = $1 and p.${own}_id = $2
    and p.relationship = e.relationship and (p.${other}_id = e.${other}_id or (p.${own}_one and p.${other}_id <> $3))) as place
  from edge e where e.workspace_id = $1 and e.${own}_id = $3 limit $4)`

export type MergeRow = {
  id: string
  objectType: number
  primaryId: string
  duplicateId: string
  status: 'cleanup_pending' | 'done'
  createdAt: Date
  updatedAt: Date
}

/** A merge by its id, or undefined. */
export async function findMerge(db: Connection, workspace: number, id: string): Promise<MergeRow | undefined> {
  const [row] = await rows<MergeRow>(
    db,
    `select id, object_type as "objectType", primary_id as "primaryId", duplicate_id as "duplicateId", status,
       created_at as "createdAt", updated_at as "updatedAt" from merge where workspace_id = $1 and id = $2`,
    [workspace, id],
  )
  return row
}

const pageSize = 1000

/** Moves the next links of a merge; when none are left, marks it done and asks for what the merge makes necessary. */
export async function continueMerge(
  tx: Connection,
  workspace: number,
  work: OutboxRow,
  one: MergeRow,
): Promise<boolean> {
  const [row] = await rows<{ left: number }>(tx, 'select move_links($1, $2, $3, $4) as left', [
    workspace,
    one.primaryId,
    one.duplicateId,
    pageSize,
  ])
  if ((row?.left ?? 0) > pageSize) return false
  await tx.query("update merge set status = 'done', updated_at = now() where workspace_id = $1 and id = $2", [
    workspace,
    one.id,
  ])
  await tx.query("select add_work($1, array['related-summaries', 'interaction'], array[$2, $2]::uuid[], now())", [
    workspace,
    one.primaryId,
  ])
  await finishWork(tx, workspace, work)
  return true
}
