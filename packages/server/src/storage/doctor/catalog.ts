import { type Connection, rows } from '../database.ts'

type Column = { table: string; column: string }

/** The tables that have a column, as the catalog knows them: whatever is added is among them. */
const tablesWith = (db: Connection, column: string) =>
  rows<Column>(
    db,
    `select c.relname as table, a.attname as column from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and a.attname = $1 and not a.attisdropped order by 1`,
    [column],
  )

/** The tables with rows of a workspace that does not exist, and its number. */
export async function rowsOfNobody(db: Connection): Promise<{ table: string; workspace: string }[]> {
  const found: { table: string; workspace: string }[] = []
  for (const { table } of await tablesWith(db, 'workspace_id')) {
    // One step per workspace, from each to the next.
    const strays = await rows<{ workspace: string }>(
      db,
      `with recursive w(id) as (
         (select workspace_id from "${table}" order by workspace_id limit 1)
         union all
         select (select t.workspace_id from "${table}" t where t.workspace_id > w.id order by t.workspace_id limit 1)
         from w where w.id is not null)
       select w.id::text as workspace from w where w.id is not null
         and not exists (select 1 from workspace o where o.id = w.id)`,
    )
    found.push(...strays.map(({ workspace }) => ({ table, workspace })))
  }
  return found
}

/** What names a member who has never been there: the table and the id. */
export async function namesOfNobody(db: Connection, workspace: number, memberType: number) {
  const found: { table: string; id: string }[] = []
  for (const { table } of await tablesWith(db, 'member_id')) {
    const strays = await rows<{ id: string }>(
      db,
      `select distinct t.member_id as id from "${table}" t where t.workspace_id = $1 and t.member_id is not null
         and not exists (select 1 from record r where r.workspace_id = $1 and r.id = t.member_id and r.object_type = $2)
       limit 20`,
      [workspace, memberType],
    )
    found.push(...strays.map(({ id }) => ({ table, id })))
  }
  return found
}

/** What a workspace has sealed, and what it is of. */
export const sealedTexts = (db: Connection, workspace: number) =>
  rows<{ of: string; id: string; sealed: string }>(
    db,
    `select 'mailbox' as of, m.id, m.credentials as sealed from mailbox m where m.workspace_id = $1
     union all
     select 'workflow', w.id, s->>'sealed' from workflow w cross join lateral jsonb_array_elements(w.secrets) s
     where w.workspace_id = $1 and w.deleted_at is null`,
    [workspace],
  )

/** Columns that are numbered by the database, and the greatest number in use. */
export async function numberings(db: Connection) {
  const columns = await rows<Column & { sequence: string }>(
    db,
    `select c.relname as table, a.attname as column, pg_get_serial_sequence(c.oid::regclass::text, a.attname) as sequence
     from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0
       and not a.attisdropped and pg_get_serial_sequence(c.oid::regclass::text, a.attname) is not null`,
  )
  return Promise.all(
    columns.map(async ({ table, column, sequence }) => {
      const [row] = await rows<{ max: string; next: string }>(
        db,
        `select coalesce(max("${column}"), 0)::text as max,
           (select (last_value + is_called::int)::text from ${sequence}) as next from "${table}"`,
      )
      return { table, column, sequence, max: BigInt(row?.max ?? 0), next: BigInt(row?.next ?? 1) }
    }),
  )
}

/** Has the database count on from the greatest number in use. */
export async function countOn(db: Connection): Promise<void> {
  for (const { sequence, max, next } of await numberings(db)) {
    if (next <= max) await db.query('select setval($1::regclass, $2)', [sequence, String(max)])
  }
}

/** What is true of the database itself. */
export async function aboutDatabase(db: Connection) {
  const before = Date.now()
  const [row] = await rows<{
    version: string
    now: number
    unsafe: string[]
    invalid: string[]
    size: string
  }>(
    db,
    `select current_setting('server_version') as version,
       (extract(epoch from clock_timestamp()) * 1000)::float8 as now,
       array(select s.name from pg_settings s where s.name = any('{fsync,full_page_writes}') and s.setting = 'off') as unsafe,
       array(select i.indexrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indrelid
         where c.relnamespace = current_schema()::regnamespace and not i.indisvalid) as invalid,
       pg_database_size(current_database())::text as size`,
  )
  const after = Date.now()
  if (!row) throw new Error('the database says nothing about itself')
  const missing = await rows<{ name: string }>(
    db,
    `select n as name from unnest($1::text[]) n where not exists (select 1 from pg_extension e where e.extname = n)`,
    [extensions],
  )
  return {
    ...row,
    size: Number(row.size),
    missing: missing.map(({ name }) => name),
    /** How far the clock of the database is from ours, in ms, as far as that can be told. */
    skew: Math.max(0, before - row.now, row.now - after),
  }
}

const extensions = ['pg_trgm']
