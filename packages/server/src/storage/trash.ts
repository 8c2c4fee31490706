import { type Connection, rows, run, type Statement } from './database.ts'
import {
  completeRecord,
  type Entries,
  entryColumns,
  refusable,
  type Shape,
  type WriteContext,
  writeParameters,
} from './records.ts'
import { type RecordColumns, recordSource, type StoredRecord, trashedColumns, trashedEdges } from './rows.ts'

type TrashWrite = Omit<WriteContext, 'idempotency' | 'response'>
type TrashedRecord = { id: string; version: number; entries: Entries }

const statement = (name: string): Statement => ({ name, text: `select ${name}(${writeParameters(17)})` })
const trash = statement('trash_record')
const restore = statement('restore_record')

/** Puts a record in the trash if it still has the version it was read at. Throws WriteRefused. */
export const trashRecord = (db: Connection, write: TrashWrite, record: TrashedRecord) =>
  refusable(run(db, trash, values(write, record)))

/** Brings a record back from the trash, with its links, if it still has the version it was read at. Throws WriteRefused. */
export const restoreRecord = (db: Connection, write: TrashWrite, record: TrashedRecord) =>
  refusable(run(db, restore, values(write, record)))

const values = (write: TrashWrite, record: TrashedRecord) => [
  write.workspace,
  write.definitions,
  record.id,
  record.version,
  write.at,
  ...entryColumns(record.entries),
  write.changeId,
  write.actor,
  write.work.map((work) => work.kind),
  write.work.map((work) => work.recordId),
]

/** A record in the trash, with the links it had; undefined when there is none, or it was merged into another. */
export async function fetchTrashed(
  db: Connection,
  workspace: number,
  shape: Shape,
  id: string,
): Promise<StoredRecord | undefined> {
  const [row] = await run<RecordColumns>(db, get, [workspace, id, shape.number, shape.defaults, shape.removed])
  return row && completeTrashed(db, workspace, row)
}

const completeTrashed = (db: Connection, workspace: number, columns: RecordColumns) =>
  completeRecord(db, workspace, columns, trashedEdges('$2'))

const get: Statement = {
  name: 'get_trashed',
  text: `select ${trashedColumns('$4', '$5')} from ${recordSource}
    where r.workspace_id = $1 and r.id = $2 and r.object_type = $3 and r.deleted_at is not null and r.merged_into is null`,
}

/** Whether there is a record of a type, live or in the trash. */
export async function exists(db: Connection, workspace: number, objectType: number, id: string): Promise<boolean> {
  const found = await rows(
    db,
    'select from record where workspace_id = $1 and id = $2 and object_type = $3 and merged_into is null',
    [workspace, id, objectType],
  )
  return found.length > 0
}

/** The type of a record in the trash. */
export const findInTrash = (db: Connection, workspace: number, id: string) =>
  rows<{ objectType: number }>(
    db,
    `select object_type as "objectType" from record
     where workspace_id = $1 and id = $2 and deleted_at is not null and merged_into is null`,
    [workspace, id],
  )

/** A deleted or merged record: when, by whom, and for a merged one which record has stayed, after however many merges. */
export async function findGone(db: Connection, workspace: number, id: string): Promise<Gone | undefined> {
  const [row] = await rows<Gone>(
    db,
    `with recursive survivor (id, merged_into) as (
       select r.id, r.merged_into from record r where r.workspace_id = $1 and r.id = $2
       union all
       select r.id, r.merged_into from survivor s join record r on r.workspace_id = $1 and r.id = s.merged_into)
     select r.id, r.object_type as "objectType", r.deleted_at as "deletedAt",
       (select c.actor from change c where c.workspace_id = $1 and c.record_id = $2 and c.kind in ('trashed', 'merged-away')
        order by c.id desc limit 1) as "deletedBy",
       (select s.id from survivor s where s.merged_into is null and s.id <> $2) as "mergedInto"
     from record r where r.workspace_id = $1 and r.id = $2 and r.deleted_at is not null`,
    [workspace, id],
  )
  return row
}

export type Gone = TrashEntry & { mergedInto: string | null }

export type TrashEntry = { id: string; objectType: number; deletedAt: Date; deletedBy: string | null }

const inTrash = 'r.workspace_id = $1 and r.object_type = $2 and r.deleted_at is not null and r.merged_into is null'

const list: Statement = {
  name: 'list_trashed',
  text: `select (select count(*)::int from record r where ${inTrash}), x.* from (select 1) one left join (
      select r.* from (select r.id from record r where ${inTrash} order by r.id desc limit $5 offset $6) p
      cross join lateral (select ${trashedColumns('$3', '$4')} from ${recordSource}
        where r.workspace_id = $1 and r.id = p.id limit 1) r
    ) x on true order by x.id desc`,
}

/** A page of the records of a type that are in the trash, newest first, with the number of all of them. */
export async function listTrashedRecords(
  db: Connection,
  workspace: number,
  shape: Shape,
  limit: number,
  offset: number,
) {
  const found = await run<[number, ...RecordColumns]>(db, list, [
    workspace,
    shape.number,
    shape.defaults,
    shape.removed,
    limit,
    offset,
  ])
  const records = found.map(([, ...columns]) => columns).filter(([id]) => id !== null)
  return {
    total: found[0]?.[0] ?? 0,
    records: await Promise.all(records.map((columns) => completeTrashed(db, workspace, columns))),
  }
}

/** A page of what is in the trash, most recently deleted first, with the number of all of it. */
export async function listTrash(db: Connection, workspace: number, limit: number, offset: number) {
  const all = 'from record r where r.workspace_id = $1 and r.deleted_at is not null and r.merged_into is null'
  const found = await rows<TrashEntry & { total: number }>(
    db,
    `select (select count(*)::int ${all}) as total, x.* from (select 1) one left join (
       select r.id, r.object_type as "objectType", r.deleted_at as "deletedAt",
         (select c.actor from change c where c.workspace_id = $1 and c.record_id = r.id and c.kind = 'trashed'
          order by c.id desc limit 1) as "deletedBy"
       ${all} order by r.deleted_at desc, r.id desc limit $2 offset $3
     ) x on true order by x."deletedAt" desc, x.id desc`,
    [workspace, limit, offset],
  )
  return { total: found[0]?.total ?? 0, entries: found.filter(({ id }) => id !== null) }
}
