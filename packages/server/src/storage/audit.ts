import { newUuid } from '@openfield/schema'
import { type Connection, rows, run, type Statement } from './database.ts'
import { Parameters } from './filters.ts'

/** Something that was done, or tried. */
export type AuditEntry = {
  action: string
  actor: string | null
  object: string | null
  outcome: 'begun' | 'done' | 'refused'
  details: object
  requestId: string | null
  address: string | null
}

const added: Statement = {
  name: 'add_audit',
  text: `insert into audit (workspace_id, id, at, actor, action, object, outcome, details, request_id, address)
    values ($1, $2, now(), $3, $4, $5, $6, $7, $8, $9)`,
}

const lengthMax = 200

/** What somebody gave may be no text that the database takes, or a long one. */
const storable = (text: string) => text.slice(0, lengthMax).toWellFormed().replaceAll('\0', '')

/** Adds an entry, and says under which id. */
export async function addAudit(db: Connection, workspace: number, entry: AuditEntry): Promise<string> {
  const id = newUuid()
  const { actor, action, object, outcome, details, requestId, address } = entry
  const said = JSON.stringify(details, (_, value) => (typeof value === 'string' ? storable(value) : value))
  const values = [actor, action, object && storable(object), outcome, said, requestId, address]
  await run(db, added, [workspace, id, ...values])
  return id
}

/** Says how something ended that was begun. */
export const endAudit = (
  db: Connection,
  workspace: number,
  id: string,
  { outcome, object }: { outcome: 'done' | 'refused'; object: string | null },
) =>
  db.query('update audit set outcome = $3, object = coalesce(object, $4) where workspace_id = $1 and id = $2', [
    workspace,
    id,
    outcome,
    object,
  ])

/** A place in the log; what is before it has an earlier transaction, or its own and a lesser id. */
export type AuditPlace = { transaction: bigint; id: string }

export type AuditFilter = {
  actor?: string | undefined
  /** An action, or how some begin: up to a dot. */
  action?: string | undefined
  object?: string | undefined
  /** The record whose id `object` is, if it is one's. */
  record?: string | undefined
  from?: Date | undefined
  to?: Date | undefined
}

/** One line of the log: an entry of its own, or a write of a record, which has a `record`. */
export type AuditRow = {
  transaction: string
  id: string
  at: Date
  actor: string | null
  action: string
  object: string | null
  outcome: string
  details: object
  requestId: string | null
  address: string | null
  record: string | null
  /** Null when the record has been removed for good since. */
  objectType: number | null
  keys: string[]
}

/** What writes of records are called in the log, before their kind. */
const ofRecords = 'record'

/** What was done before a place, newest first, so much of it. */
export function auditBefore(
  db: Connection,
  workspace: number,
  before: AuditPlace,
  filter: AuditFilter,
  limit: number,
): Promise<AuditRow[]> {
  const sql = new Parameters(workspace)
  const most = sql.add(limit, 'int')
  const place = `(transaction, id) < (${sql.add(String(before.transaction), 'xid8')}, ${sql.add(before.id, 'uuid')})`
  const both = [
    place,
    ...(filter.actor === undefined ? [] : [`actor = ${sql.add(filter.actor, 'text')}`]),
    ...(filter.from === undefined ? [] : [`at >= ${sql.add(filter.from, 'timestamptz')}`]),
    ...(filter.to === undefined ? [] : [`at < ${sql.add(filter.to, 'timestamptz')}`]),
  ]
  const { action } = filter
  const kind = action?.startsWith(`${ofRecords}.`) ? action.slice(ofRecords.length + 1) : undefined
  const asksOfRecords = action === undefined || action === ofRecords || kind !== undefined
  const own = [
    ...both,
    ...(kind === undefined ? [] : ['false']),
    ...(action === undefined
      ? []
      : [`(action = ${sql.add(action, 'text')} or starts_with(action, ${sql.add(`${action}.`, 'text')}))`]),
    ...(filter.object === undefined ? [] : [`object = ${sql.add(filter.object, 'text')}`]),
  ]
  const writes = [
    ...both,
    ...(asksOfRecords && (filter.object === undefined || filter.record !== undefined) ? [] : ['false']),
    ...(kind === undefined ? [] : [`kind = ${sql.add(kind, 'text')}`]),
  ]
  // Those of one record are few, whatever the log is like.
  const log =
    filter.record === undefined
      ? 'change where workspace_id = $1'
      : `(select * from change where workspace_id = $1 and record_id = ${sql.add(filter.record, 'uuid')} offset 0) one where true`
  // The index of each log has all that is asked for, so that what does not match is passed over in it and never read.
  const text = `with a as materialized (
      select transaction, id from audit where workspace_id = $1 and ${own.join(' and ')}
      order by transaction desc, id desc limit ${most}),
    c as materialized (
      select transaction, id from ${log} and ${writes.join(' and ')} order by transaction desc, id desc limit ${most}),
    both_logs as (
      select x.transaction, x.id, x.at, x.actor, action, object, outcome, details, request_id, address,
        null::uuid as record, null::jsonb as before, null::jsonb as after, null::jsonb as links
      from a cross join lateral (select * from audit where workspace_id = $1 and id = a.id limit 1) x
      union all
      select x.transaction, x.id, at, actor, '${ofRecords}.' || kind, null, 'done', '{}', null, null, record_id, before, after, links
      from c cross join lateral (
        select * from change where workspace_id = $1 and transaction = c.transaction and id = c.id limit 1) x)
    select transaction::text, id, at, actor, action, object, outcome, details, request_id as "requestId", address, record,
      (select object_type from record r where r.workspace_id = $1 and r.id = b.record) as "objectType",
      array(select jsonb_object_keys(before) union select jsonb_object_keys(after) union select jsonb_object_keys(links)) as keys
    from both_logs b order by b.transaction desc, b.id desc limit ${most}`
  return rows<AuditRow>(db, text, sql.values)
}
