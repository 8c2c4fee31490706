import { type Connection, rows, run, type Statement } from './database.ts'

/** A place in the log of a workspace's changes; those after it have a later transaction, or its own and a greater id. */
export type Position = { transaction: bigint; id: string }

export const isAfter = (left: Position, right: Position) =>
  left.transaction === right.transaction ? left.id > right.id : left.transaction > right.transaction

/** Links by the key of their relationship, as a change holds them. */
export type ChangedLinks = Record<string, { added: string[]; removed: string[] }>

/** One write of a record. `objectType` is null when the record has been removed for good since. */
export type ChangeRow = Position & {
  recordId: string
  objectType: number | null
  kind: string
  at: Date
  actor: string | null
  /** The keys of the fields and relationships that changed. */
  keys: string[]
  links: ChangedLinks
}

export type ChangePage = {
  /** The version of the definitions that the database has now. */
  definitions: number
  changes: ChangeRow[]
  /** Everything up to here is in this page, or was before it. */
  end: Position
  hasMore: boolean
}

type Columns = [string, string, string, number | null, string, Date, string | null, string[], ChangedLinks]

const horizon = 'pg_snapshot_xmin(pg_current_snapshot())'
const noId = '00000000-0000-0000-0000-000000000000'

const after: Statement = {
  name: 'changes_after',
  text: `with p as materialized (
      select transaction, id, record_id, kind, at, actor, links,
        array(select jsonb_object_keys(before) union select jsonb_object_keys(after) union select jsonb_object_keys(links)) keys
      from change where workspace_id = $1 and (transaction, id) > ($2::xid8, $3::uuid) and transaction < ${horizon}
      order by transaction, id limit $4)
    select (select version from definitions_version where workspace_id = $1), ${horizon}::text, x.*
    from (select 1) one left join (
      select p.transaction::text, p.id, p.record_id,
        (select object_type from record where workspace_id = $1 and id = p.record_id), p.kind, p.at, p.actor, p.keys, p.links
      from p) x on true
    order by x.transaction::xid8, x.id`,
}

/**
 * The changes after a place in the log, up to the snapshot's horizon: behind it no transaction is under way, so that none
 * can come later with a place before those that were read.
 */
export async function changesAfter(
  db: Connection,
  workspace: number,
  { transaction, id }: Position,
  limit: number,
): Promise<ChangePage> {
  const found = await run<[number, string, ...Columns]>(db, after, [workspace, String(transaction), id, limit])
  const [definitions = 0, until = '0'] = found[0] ?? []
  const changes = found.flatMap(([, , ...columns]) => (columns[0] === null ? [] : [changeRow(columns)]))
  const hasMore = changes.length === limit
  return { definitions, changes, end: (hasMore && changes.at(-1)) || { transaction: BigInt(until), id: noId }, hasMore }
}

const latest: Statement = {
  name: 'changes_latest',
  text: `with p as materialized (
      select transaction, id, record_id, kind, at, actor, links,
        array(select jsonb_object_keys(before) union select jsonb_object_keys(after) union select jsonb_object_keys(links)) keys
      from change where workspace_id = $1 order by transaction desc, id desc limit $2)
    select p.transaction::text, p.id, p.record_id,
      (select object_type from record where workspace_id = $1 and id = p.record_id and deleted_at is null),
      p.kind, p.at, p.actor, p.keys, p.links
    from p order by p.transaction desc, p.id desc`,
}

/** The latest changes of a workspace, newest first; of records in the trash without their type. */
export async function latestChanges(db: Connection, workspace: number, limit: number): Promise<ChangeRow[]> {
  return (await run<Columns>(db, latest, [workspace, limit])).map(changeRow)
}

const changeRow = ([transaction, id, recordId, objectType, kind, at, actor, keys, links]: Columns): ChangeRow => ({
  ...{ transaction: BigInt(transaction), id, recordId, objectType, kind, at, actor, keys, links },
})

const now: Statement = {
  name: 'log_end',
  text: 'select version, pg_current_snapshot()::text from definitions_version where workspace_id = $1',
}

export type LogEnd = {
  definitions: number
  /** What is settled ends here. */
  end: Position
  /** Whether a transaction after that is over too, while an earlier one is still under way. */
  isOver: (transaction: bigint) => boolean
}

/** The end of the log, and the version of the definitions, as they are now. */
export async function endOfLog(db: Connection, workspace: number): Promise<LogEnd> {
  const [[definitions, snapshot] = [0, '0:0:']] = await run<[number, string]>(db, now, [workspace])
  const [least = '0', next = '0', running = ''] = snapshot.split(':')
  const isOver = (transaction: bigint) =>
    transaction < BigInt(next) && !running.split(',').includes(String(transaction))
  return { definitions, end: { transaction: BigInt(least), id: noId }, isOver }
}

export type WrittenChange = {
  before: Record<string, unknown>
  after: Record<string, unknown>
  links: ChangedLinks
}

/** A change of a record by its id. */
export async function findChange(
  db: Connection,
  workspace: number,
  record: string,
  id: string,
): Promise<WrittenChange | undefined> {
  const [found] = await rows<WrittenChange>(
    db,
    'select before, after, links from change where workspace_id = $1 and record_id = $2 and id = $3',
    [workspace, record, id],
  )
  return found
}
