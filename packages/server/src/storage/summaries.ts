import type { Json } from '@openfield/schema'
import { type Connection, type Database, run, type Statement } from './database.ts'
import type { OutboxRow } from './outbox.ts'

type Fields = Record<string, { value: Json; valueType: string }>

const fields: Statement = {
  name: 'summary_fields',
  text: `select id, fields from record
    where workspace_id = $1 and object_type = $2 and id = any($3) and deleted_at is null`,
}

/** The stored fields of live records, by id. */
export async function readFields(
  db: Connection,
  workspace: number,
  objectType: number,
  ids: readonly string[],
): Promise<Map<string, Fields>> {
  return new Map(await run<[string, Fields]>(db, fields, [workspace, objectType, ids]))
}

const generatedFields: Statement = {
  name: 'generated_fields',
  text: 'select id, fields from generated_fields where workspace_id = $1 and id = any($2)',
}

/** What the system has written beside records, by id. */
export async function readGenerated(
  db: Connection,
  workspace: number,
  ids: readonly string[],
): Promise<Map<string, Fields>> {
  return new Map(await run<[string, Fields]>(db, generatedFields, [workspace, ids]))
}

export type LinkedName = { id: string; relationship: number; name: string | null }

const names: Statement = {
  name: 'summary_names',
  text: `select e.from_id, e.relationship, coalesce(
      case jsonb_typeof(o.fields->'$name'->'value')
        when 'object' then nullif(trim(concat_ws(' ', o.fields->'$name'->'value'->>'firstName', o.fields->'$name'->'value'->>'lastName')), '')
        else o.fields->'$name'->>'value' end,
      case jsonb_typeof(o.fields->'$email'->'value')
        when 'array' then o.fields->'$email'->'value'->>0
        else o.fields->'$email'->>'value' end)
    from edge e join record o on o.workspace_id = $1 and o.id = e.to_id
    where e.workspace_id = $1 and e.from_id = any($2) and e.relationship = any($3)`,
}

/** What the records that some records are linked to are called: their name, or else their address. */
export async function linkedNames(
  db: Connection,
  workspace: number,
  ids: readonly string[],
  relationships: readonly number[],
): Promise<LinkedName[]> {
  const found = await run<[string, number, string | null]>(db, names, [workspace, ids, relationships])
  return found.map(([id, relationship, name]) => ({ id, relationship, name }))
}

const generated: Statement = { name: 'write_generated', text: 'select write_generated($1, $2, $3, $4, $5)' }

/** Puts generated text beside a record and strikes the work off, in one call. */
export const writeGenerated = (db: Database, workspace: number, work: OutboxRow, values: Fields) =>
  run(db, generated, [workspace, work.recordId, JSON.stringify(values), work.kind, work.version])

const pageSize = 500

/** Records whose summaries to write: all of a type, or those linked to a record, with the kind of work by relationship. */
type Selection =
  | { objectType: number; kind: string }
  | { linkedTo: string; relationships: readonly { id: number; kind: string }[] }

/** Asks for the summaries of the next page of records after `progress`; returns how far it came, undefined at the end. */
export async function addSummaryWork(
  tx: Connection,
  workspace: number,
  selection: Selection,
  progress: string | null,
): Promise<string | undefined> {
  const after = progress ?? '00000000-0000-0000-0000-000000000000'
  const found =
    'linkedTo' in selection
      ? await run<[string, string]>(tx, linkedPage, [
          workspace,
          selection.linkedTo,
          selection.relationships.map(({ id }) => id),
          selection.relationships.map(({ kind }) => kind),
          after,
          pageSize,
        ])
      : await run<[string, string]>(tx, typePage, [workspace, selection.objectType, selection.kind, after, pageSize])
  const [ids, kinds] = [found.map(([id]) => id), found.map(([, kind]) => kind)]
  await tx.query('select add_work($1, $2, $3, now())', [workspace, kinds, ids])
  return ids.length < pageSize ? undefined : ids.at(-1)
}

/** Also of a record in the trash: those that were linked to it. */
const linkedPage: Statement = {
  name: 'summary_linked_page',
  text: `select distinct from_id, ($4::text[])[array_position($3::int[], relationship)] from (
      select from_id, relationship from edge where workspace_id = $1 and to_id = $2 and relationship = any($3)
      union all
      select from_id, relationship from trashed_edge
      where workspace_id = $1 and trashed_id = $2 and to_id = $2 and relationship = any($3)) e
    where from_id > $5 order by from_id limit $6`,
}

const typePage: Statement = {
  name: 'summary_type_page',
  text: `select id, $3::text from record
    where workspace_id = $1 and object_type = $2 and deleted_at is null and id > $4 order by id limit $5`,
}
