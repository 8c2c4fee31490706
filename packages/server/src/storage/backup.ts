import { type Client, copyIn, copyOut, type Piece } from './copy.ts'
import { type Connection, type Database, inSnapshot, rows, withLock } from './database.ts'
import { countOn } from './doctor/catalog.ts'
import { type Applied, appliedTo, applyTo, migrationLock, migrationTable, schemaState } from './migrate.ts'

/** A table and the columns of it that a backup holds. */
export type Table = { name: string; columns: string[] }
/** A table of this database; `isPlace`: its rows are places in the log of changes. */
type FoundTable = Table & { isPlace: boolean }

/** Tables whose rows are secrets in plain text: a backup leaves them out unless it is to hold keys. They fill up by themselves. */
const plainSecrets = new Set(['secret'])

/** All of a database, or of one workspace, as it is at one moment. */
export type Snapshot = {
  postgres: string
  migrations: Applied[]
  tables: Table[]
  rows(table: Table): AsyncGenerator<Piece, void, undefined>
  files(): AsyncGenerator<StoredBytes, void, undefined>
}

/** Bytes that a file has, or that are waiting to become one. */
export type StoredBytes = { id: string; upload: string; complete: boolean }

/** Reads everything that a backup holds, of one moment. Tables are those that there are: the catalog knows. */
export const readAll = <T>(db: Database, withKeys: boolean, read: (snapshot: Snapshot) => Promise<T>): Promise<T> =>
  inSnapshot(db, async (client) => {
    const about = await aboutSchema(db, client)
    const tables = (await tablesOf(client)).filter(({ name }) => withKeys || !plainSecrets.has(name))
    const places = new Set(tables.filter(({ isPlace }) => isPlace).map(({ name }) => name))
    return read({
      ...about,
      tables,
      rows: (table) => copyOut(client, `copy ${places.has(table.name) ? placesOf(table) : namesIn(table)} to stdout`),
      files: () => filesOf(client),
    })
  })

/** What a snapshot's rows are of. From here on they have the same text, whatever the database is set to. */
export async function aboutSchema(db: Database, client: Client): Promise<Pick<Snapshot, 'postgres' | 'migrations'>> {
  // Says what a newer version's database is.
  await schemaState(db)
  await client.query("set local timezone = 'UTC'; set local datestyle = 'ISO'")
  const [about] = await rows<{ postgres: string }>(client, "select current_setting('server_version') as postgres")
  return { postgres: about?.postgres ?? '', migrations: await appliedTo(client) }
}

export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
export const namesIn = ({ name, columns }: Table) => `${quoted(name)} (${columns.map(quoted).join(', ')})`

/**
 * A place in the log is after a transaction and a change. Where it is restored all changes are of one transaction, in the
 * order of their ids: there it is after the last change that it is after here.
 */
const placesOf = ({ name, columns }: Table) =>
  `(select ${columns.map((column) => (column === 'id' ? `coalesce(l.id, p.id)` : `p.${quoted(column)}`)).join(', ')}
    from ${quoted(name)} p left join lateral (select n.id from change n where n.workspace_id = p.workspace_id
      and (n.transaction, n.id) <= (p.transaction, p.id) order by n.transaction desc, n.id desc limit 1) l on true)`

/** All tables of ours that outlive a crash, and their columns. A transaction's number means nothing in another database: there it gets a new one. */
export const tablesOf = (db: Connection) =>
  rows<FoundTable>(
    db,
    `select c.relname as name,
       array_agg(a.attname::text order by a.attnum) filter (where a.atttypid <> 'xid8'::regtype) as columns,
       bool_or(a.atttypid = 'xid8'::regtype and not a.atthasdef) as "isPlace"
     from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and c.relpersistence = 'p' and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     group by c.relname order by c.relname`,
  )

const pageSize = 500

/** The bytes of all files, or of those of one workspace. */
export async function* filesOf(client: Client, workspace?: number): AsyncGenerator<StoredBytes, void, undefined> {
  const [found] = await rows<{ there: boolean }>(client, "select to_regclass('file') is not null as there")
  const only = workspace === undefined ? '' : `and workspace_id = ${workspace}`
  for (let after = ['0', '00000000-0000-0000-0000-000000000000']; found?.there; ) {
    const page = await rows<StoredBytes & { workspace: string }>(
      client,
      `select workspace_id::text as workspace, id, upload_id as upload, status = 'COMPLETED' as complete from file
       where (workspace_id, id) > ($1::bigint, $2::uuid) and upload_id is not null ${only} order by workspace_id, id limit ${pageSize}`,
      after,
    )
    yield* page
    const last = page.at(-1)
    if (page.length < pageSize || !last) return
    after = [last.workspace, last.id]
  }
}

/** Why a database takes no backup in; the message is for the person. */
export class NotRestored extends Error {}

/** A database that is being filled. */
export type Filling = {
  /** Makes the schema that a backup was made of. */
  prepare(migrations: readonly Applied[]): Promise<void>
  /** Adds rows to a table; returns how many. */
  fill(table: Table, bytes: AsyncIterable<Buffer>): Promise<number>
}

/**
 * Fills an empty database, in one transaction: whatever goes wrong, and whoever is killed, it is full or as empty as before.
 * Servers that start meanwhile wait. Indexes are made at the end, when there is something to sort.
 */
export async function fillDatabase<T>(db: Database, fill: (filling: Filling) => Promise<T>): Promise<T> {
  const result = await withLock(db, migrationLock, async () => {
    const client = await db.connect()
    try {
      await client.query('begin')
      await requireEmpty(client)
      await client.query("set local maintenance_work_mem = '256MB'")
      let finish: string[] = []
      const filled = await fill({
        async prepare(migrations) {
          await client.query(migrationTable)
          await applyTo(client, migrations)
          finish = [...(await takeDownIndexes(client)), ...(await numberTransactions(client))]
        },
        fill: (table, bytes) => copyIn(client, `copy ${namesIn(table)} from stdin with (freeze)`, bytes),
      })
      for (const statement of finish) await client.query(statement)
      await countOn(client)
      await client.query('commit')
      client.release()
      return filled
    } catch (error) {
      await client.query('rollback').then(
        () => client.release(),
        (broken) => client.release(broken),
      )
      throw error
    }
  })
  await db.query('analyze')
  return result
}

async function requireEmpty(db: Connection) {
  const tables = await tablesOf(db)
  if (tables.length === 0) return
  throw new NotRestored(
    `A backup is restored into an empty database, and this one has tables (${tables
      .slice(0, 3)
      .map(({ name }) => name)
      .join(', ')}, …). Choose another OPENFIELD_DATA_DIR or DATABASE_URL; nothing was changed.`,
  )
}

/** Removes all indexes and the constraints that rest on them; returns the statements that make them again. */
async function takeDownIndexes(client: Client): Promise<string[]> {
  const found = await rows<{ down: string; up: string }>(
    client,
    `select format('alter table %s drop constraint %I', c.conrelid::regclass, c.conname) as down,
       format('alter table %s add constraint %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) as up,
       case c.contype when 'f' then 1 else 2 end as rank
     from pg_constraint c where c.connamespace = current_schema()::regnamespace and c.contype in ('p', 'u', 'f', 'x')
     union all
     select format('drop index %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid), 3
     from pg_index i join pg_class t on t.oid = i.indrelid
     where t.relnamespace = current_schema()::regnamespace
       and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid)
     order by rank`,
  )
  for (const { down } of found) await client.query(down)
  return found.map(({ up }) => up).reverse()
}

/** Has columns that name a transaction name this one; returns the statements that undo it. */
async function numberTransactions(client: Client): Promise<string[]> {
  const found = await rows<{ column: string }>(
    client,
    `select format('alter table %s alter column %I', c.oid::regclass, a.attname) as column
     from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and a.attnum > 0
       and a.atttypid = 'xid8'::regtype and not a.atthasdef`,
  )
  for (const { column } of found) await client.query(`${column} set default pg_current_xact_id()`)
  return found.map(({ column }) => `${column} drop default`)
}
