import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { DatabaseUnavailable } from '../embedded/unavailable.ts'
import { type Connection, type Database, rows, withLock } from './database.ts'

const lock = 1330005575

type Migration = { version: number; name: string; text: string; checksum: string }

/**
 * Brings the schema up to this server's version, one file after the other, each in a transaction of its own. Several
 * servers may start at once: one migrates, the others wait. Refuses a database that a newer server has migrated.
 */
export async function migrate(db: Database): Promise<void> {
  const migrations = await readMigrations()
  await withLock(db, lock, async () => {
    for (const migration of await pending(db, migrations)) await apply(db, migration)
  })
}

/** Where a database stands: the migrations it lacks, and those whose text was another when they were applied. */
export async function schemaState(db: Connection): Promise<{ pending: string[]; changed: string[] }> {
  const migrations = await readMigrations()
  const lacking = await pending(db, migrations)
  const applied = await rows<{ name: string; checksum: string }>(db, 'select name, checksum from migration')
  const changed = applied.filter(({ name, checksum }) =>
    migrations.some((migration) => migration.name === name && migration.checksum !== checksum),
  )
  return { pending: lacking.map(({ name }) => name), changed: changed.map(({ name }) => name) }
}

const folder = new URL('./migrations/', import.meta.url)

async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, folder), 'utf8')
      return {
        version: Number.parseInt(name, 10),
        name,
        text,
        checksum: createHash('sha256').update(text).digest('hex'),
      }
    }),
  )
}

async function pending(client: Connection, migrations: Migration[]): Promise<Migration[]> {
  await client.query(
    'create table if not exists migration (version int primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())',
  )
  const applied = await rows<{ version: number; name: string }>(client, 'select version, name from migration')
  const unknown = applied.find((row) => !migrations.some((migration) => migration.version === row.version))
  if (unknown) {
    throw new DatabaseUnavailable(
      `The database comes from a newer Openfield: it has the migration ${unknown.name}, which this version does not know. Start the newer version, or restore a backup.`,
    )
  }
  return migrations.filter((migration) => !applied.some((row) => row.version === migration.version))
}

/** One message with several statements runs as one transaction. */
async function apply(client: Connection, migration: Migration) {
  const { version, name, checksum } = migration
  await client.query(
    `begin;\n${migration.text}\n;insert into migration (version, name, checksum) values (${version}, '${name}', '${checksum}'); commit`,
  )
}
