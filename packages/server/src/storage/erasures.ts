import type { Json } from '@openfield/schema'
import { type Connection, rows } from './database.ts'
import { type Entries, entryColumns } from './records.ts'

/** What was erased; `keys` is null for all fields. */
export type StoredErasure = {
  id: string
  recordId: string
  objectType: string
  keys: string[] | null
  emails: boolean
  removed: boolean
  at: Date
  actor: string | null
}

const columns = `id, record_id as "recordId", object_type as "objectType", keys, emails, removed, at, actor`

/** Everything that was erased in a workspace, the newest first. */
export const listErasures = (db: Connection, workspace: number) =>
  rows<StoredErasure>(db, `select ${columns} from erasure where workspace_id = $1 order by id desc`, [workspace])

/** The register of all workspaces, the oldest first. */
export const allErasures = (db: Connection) =>
  rows<StoredErasure & { workspace: number }>(
    db,
    `select workspace_id::int as workspace, ${columns} from erasure order by id, workspace_id`,
  )

/** Enters an erasure; says whether it was not there before. */
export async function addErasure(tx: Connection, workspace: number, one: StoredErasure): Promise<boolean> {
  const added = await rows(
    tx,
    `insert into erasure (workspace_id, id, record_id, object_type, keys, emails, removed, at, actor)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning id`,
    [workspace, one.id, one.recordId, one.objectType, one.keys, one.emails, one.removed, one.at, one.actor],
  )
  return added.length > 0
}

/** A record that goes by itself or was merged into one; `fields` as they are stored. */
export type Kin = { id: string; version: number; live: boolean; fields: Record<string, { value: Json }> }

/** A record and those that were merged into it, held so that nobody writes them meanwhile. */
export const holdKin = (tx: Connection, workspace: number, id: string, objectType: number) =>
  rows<Kin>(
    tx,
    `with recursive kin (id) as (
       select r.id from record r where r.workspace_id = $1 and r.id = $2 and r.object_type = $3 and r.merged_into is null
       union
       select m.id from kin k join record m on m.workspace_id = $1 and m.merged_into = k.id)
     select r.id, r.version, r.deleted_at is null as live, r.fields from record r
     where r.workspace_id = $1 and r.id in (select k.id from kin k) order by r.id = $2 desc for update`,
    [workspace, id, objectType],
  )

/** All values that some records have had in their fields, by the log. */
export const pastValues = (tx: Connection, workspace: number, ids: readonly string[]) =>
  rows<{ key: string; value: Json }>(
    tx,
    `select distinct e.key, e.value from change c cross join lateral (
       select * from jsonb_each(c.before) union select * from jsonb_each(c.after)) e
     where c.workspace_id = $1 and c.record_id = any($2)`,
    [workspace, ids],
  )

export type Cleared = {
  ids: readonly string[]
  keys: readonly string[]
  /** Whatever the log has of them, but for those that stay. */
  all: boolean
  staying: readonly string[]
  /** What is there in their place, as it is stored. */
  left: string
  /** Of the live one; and of what is left there. */
  entries: Entries
  leftEntries: Entries
  /** That the log says has been. */
  change: { id: string; record: string; at: Date; actor: string | null; after: string }
}

const among = (column: string) =>
  `coalesce((select jsonb_object_agg(e.key, e.value) from jsonb_each(${column}) e where e.key = any($3::text[])), '{}')`

/** Takes values out of records, their index entries and their log, where a line says that they are gone. */
export async function clearValues(tx: Connection, workspace: number, one: Cleared): Promise<void> {
  const { ids, keys, all, staying, left, entries, leftEntries, change } = one
  await tx.query(
    `update record set fields = (fields - $3::text[]) || $6::jsonb, version = version + 1, updated_at = $4,
       external_id = case when $5 then null else external_id end where workspace_id = $1 and id = any($2)`,
    [workspace, ids, keys, change.at, all, left],
  )
  for (const [write, some] of [
    ['remove_entries', entries],
    ['add_entries', leftEntries],
  ] as const) {
    await tx.query(`select ${write}($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, [
      workspace,
      change.record,
      ...entryColumns(some),
    ])
  }
  await tx.query(
    all
      ? `update change set before = ${among('before')}, after = ${among('after')} where workspace_id = $1 and record_id = any($2)`
      : 'update change set before = before - $3::text[], after = after - $3::text[] where workspace_id = $1 and record_id = any($2)',
    [workspace, ids, all ? staying : keys],
  )
  await tx.query(
    `insert into change (workspace_id, record_id, id, at, actor, kind, before, after, links)
     values ($1, $2, $3, $4, $5, 'updated', '{}', $6, '{}')`,
    [workspace, change.record, change.id, change.at, change.actor, change.after],
  )
}

/** Forgets words that no record is found by any more. */
export const forgetWords = (tx: Connection, workspace: number, words: readonly string[]) =>
  tx.query(
    `delete from search_word w where w.workspace_id = $1 and w.word = any($2) and not exists (
       select from index_text t where t.workspace_id = $1 and t.field = 0 and t.value >= w.word || ' ' and t.value < w.word || '!')`,
    [workspace, words],
  )

/** Texts in which the values of some records may stand, beside the records: answers that were kept under idempotency keys. */
export const keptResponses = (tx: Connection, workspace: number, publicIds: readonly string[]) =>
  rows<{ operation: string; key: string; response: string }>(
    tx,
    `select operation, key, response from idempotency i where i.workspace_id = $1
     and exists (select from unnest($2::text[]) id where strpos(i.response, id) > 0) for update`,
    [workspace, publicIds],
  )

export const replaceResponse = (
  tx: Connection,
  workspace: number,
  { operation, key, response }: { operation: string; key: string; response: string },
) =>
  tx.query('update idempotency set response = $4 where workspace_id = $1 and operation = $2 and key = $3', [
    workspace,
    operation,
    key,
    response,
  ])

/** What enrichment found for fields of some records, and where. */
export async function clearEnrichment(
  tx: Connection,
  workspace: number,
  { ids, keys, all }: Pick<Cleared, 'ids' | 'keys' | 'all'>,
) {
  const slugs = keys.map((key) => key.replace(/^\$/, ''))
  await tx.query(
    'delete from enrichment_value where workspace_id = $1 and record_id = any($2) and ($3 or field = any($4) or field = any($5))',
    [workspace, ids, all, keys, slugs],
  )
  if (all) {
    await tx.query('update enrichment_run set page = null where workspace_id = $1 and record_id = any($2)', [
      workspace,
      ids,
    ])
  }
}

/**
 * What workflows kept that is about some records, or has one of some texts in it: events, what runs have come to, their logs.
 * Runs that have not come to their end are cancelled, since they have nothing to go on with.
 */
export async function clearWorkflows(
  tx: Connection,
  workspace: number,
  ids: readonly string[],
  texts: readonly string[],
) {
  const has = (column: string) => `exists (select from unnest($3::text[]) t where strpos(${column}::text, t) > 0)`
  const found = await rows<{ id: string }>(
    tx,
    `with event as (
       update workflow_event set data = '{}' where workspace_id = $1 and (record_id = any($2) or ${has('data')}) returning id)
     select r.id from workflow_run r where r.workspace_id = $1 and (r.event_id in (select e.id from event e)
       or ${has('r.outputs')} or exists (select from workflow_log l where l.workspace_id = $1 and l.run_id = r.id
         and (${has('l.details')} or ${has('l.message')})))`,
    [workspace, ids, texts],
  )
  const runs = found.map(({ id }) => id)
  if (runs.length === 0) return
  await tx.query(
    `update workflow_run set outputs = '{}', problem = null, moves = moves + 1,
       status = case when due_at is null then status else 'cancelled' end,
       ended_at = case when due_at is null then ended_at else now() end, due_at = null
     where workspace_id = $1 and id = any($2)`,
    [workspace, runs],
  )
  await tx.query(
    `update workflow_log set details = '{}', message = 'Erased' where workspace_id = $1 and run_id = any($2)`,
    [workspace, runs],
  )
}

/** A file with bytes. */
export type KeptFile = { file: string; upload: string; filename: string }

/** Those of some files that have bytes. */
export const keptFiles = (tx: Connection, workspace: number, ids: readonly string[]) =>
  rows<KeptFile>(
    tx,
    `select id as file, upload_id as upload, filename from file
     where workspace_id = $1 and id = any($2) and upload_id is not null`,
    [workspace, ids],
  )

/**
 * What imports that are over kept of some records, or have one of some texts in: errors of rows, samples of columns, and the
 * tables themselves, whose bytes are to be removed.
 */
export async function clearImports(
  tx: Connection,
  workspace: number,
  ids: readonly string[],
  texts: readonly string[],
) {
  const found = await rows<KeptFile>(
    tx,
    `with own as (
       update import_row set error = null where workspace_id = $1 and record_id = any($2) returning import_id),
     over as (
       update import i set source = jsonb_set(i.source, '{columns}', coalesce((
         select jsonb_agg(c || '{"samples": []}') from jsonb_array_elements(i.source->'columns') c), '[]'))
       where i.workspace_id = $1 and i.state not in ('running', 'undoing') and (i.id in (select o.import_id from own o)
         or exists (select from unnest($3::text[]) t where strpos(i.source::text, t) > 0)) returning i.file_id)
     select f.id as file, f.upload_id as upload, f.filename from file f
     where f.workspace_id = $1 and f.upload_id is not null and f.id in (select o.file_id from over o)`,
    [workspace, ids, texts],
  )
  await cancelFiles(
    tx,
    workspace,
    found.map(({ file }) => file),
  )
  return found
}

const cancelFiles = (tx: Connection, workspace: number, ids: readonly string[]) =>
  tx.query(
    `update file set status = 'CANCELLED', upload_id = null, upload_bytes = null, upload_md5 = null, completed_at = null
     where workspace_id = $1 and id = any($2)`,
    [workspace, ids],
  )

/** The records of a type, also in the trash, that some records are linked to, by whatever relationship. */
export const linkedOfType = async (tx: Connection, workspace: number, ids: readonly string[], objectType: number) => {
  const found = await rows<{ id: string }>(
    tx,
    `select distinct r.id from (
       select e.to_id as id from edge e where e.workspace_id = $1 and e.from_id = any($2)
       union select e.from_id from edge e where e.workspace_id = $1 and e.to_id = any($2)
       union select t.to_id from trashed_edge t where t.workspace_id = $1 and t.from_id = any($2)
       union select t.from_id from trashed_edge t where t.workspace_id = $1 and t.to_id = any($2)) x
     join record r on r.workspace_id = $1 and r.id = x.id where r.object_type = $3`,
    [workspace, ids, objectType],
  )
  return found.map(({ id }) => id)
}

/** Removes index entries of a record that follow from generated values, and those given. */
export const removeEntries = (tx: Connection, workspace: number, id: string, entries: Entries) =>
  tx.query('select remove_derived_entries($1, $2), remove_entries($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', [
    workspace,
    id,
    ...entryColumns(entries),
  ])

/** Whatever is kept of a record, by the column that names it. */
const tablesOfRecords: readonly (readonly [table: string, column: string])[] = [
  ['generated_fields', 'id'],
  ['edge', 'from_id'],
  ['edge', 'to_id'],
  ['trashed_edge', 'trashed_id'],
  ['trashed_edge', 'from_id'],
  ['trashed_edge', 'to_id'],
  ['enrichment_value', 'record_id'],
  ['enrichment_run', 'record_id'],
  ['merge', 'primary_id'],
  ['merge', 'duplicate_id'],
  ['outbox', 'record_id'],
  ['email_body', 'id'],
  ['file_upload', 'file_id'],
  ['file', 'id'],
  ['change', 'record_id'],
  ['record', 'id'],
]

/** Removes records for good, whose index entries are gone by now, with all that is kept of them. */
export async function removeRecords(tx: Connection, workspace: number, ids: readonly string[]): Promise<void> {
  for (const [table, column] of tablesOfRecords) {
    await tx.query(`delete from ${table} where workspace_id = $1 and ${column} = any($2)`, [workspace, ids])
  }
}

/** Forgets what ledgers of mailboxes know of e-mails but that they were seen, so that they do not come in again. */
export const forgetMessages = (tx: Connection, workspace: number, emails: readonly string[], reason: string) =>
  tx.query(
    `update mailbox_message set sender = null, subject = null, email_id = null, outcome = 'skipped', reason = $3, note = null
     where workspace_id = $1 and email_id = any($2)`,
    [workspace, emails, reason],
  )

/** The number of a record's type; undefined when there is none. */
export async function typeOfRecord(db: Connection, workspace: number, id: string): Promise<number | undefined> {
  const text = 'select object_type as "objectType" from record where workspace_id = $1 and id = $2'
  const [found] = await rows<{ objectType: number }>(db, text, [workspace, id])
  return found?.objectType
}

/**
 * The log does not tell what was erased, or put right: what was counted and kept by it is looked up anew with another version
 * of the definitions.
 */
export const countAnew = (tx: Connection, workspace: number) =>
  tx.query('update definitions_version set version = version + 1 where workspace_id = $1', [workspace])
