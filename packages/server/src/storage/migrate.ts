import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { DatabaseUnavailable } from '../embedded/unavailable.ts'
import { type Connection, type Database, rows, withLock } from './database.ts'

/** Held by who changes the schema. */
export const migrationLock = 1330005575

export type Applied = { version: number; name: string; checksum: string }
type Migration = Applied & { text: string }

/**
 * Brings the schema up to this server's version, one file after the other, each in a transaction of its own. Several
 * servers may start at once: one migrates, the others wait. Refuses a database that a newer server has migrated.
 */
export async function migrate(db: Database): Promise<void> {
  const migrations = await readMigrations()
  await withLock(db, migrationLock, async () => {
    await db.query(migrationTable)
    for (const migration of await pending(db, migrations)) await apply(db, migration)
  })
}

/** Where a database stands: the migrations it lacks, and those whose text was another when they were applied. */
export async function schemaState(db: Connection): Promise<{ pending: string[]; changed: string[] }> {
  const migrations = await readMigrations()
  const lacking = await pending(db, migrations)
  const applied = await appliedTo(db)
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
  const applied = await appliedTo(client)
  const unknown = applied.find((row) => !migrations.some((migration) => migration.version === row.version))
  if (unknown) {
    throw new DatabaseUnavailable(
      `The database comes from a newer Openfield: it has the migration ${unknown.name}, which this version does not know. Start the newer version, or restore a backup.`,
    )
  }
  return migrations.filter((migration) => !applied.some((row) => row.version === migration.version))
}

/** What was applied to a database, in order; an empty one is left alone. */
export async function appliedTo(db: Connection): Promise<Applied[]> {
  const [found] = await rows<{ there: boolean }>(db, "select to_regclass('migration') is not null as there")
  if (!found?.there) return []
  return rows<Applied>(db, 'select version, name, checksum from migration order by version')
}

export const migrationTable =
  'create table if not exists migration (version int primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())'

/**
 * Applies some migrations, in a transaction of the caller's, who notes them. Throws DatabaseUnavailable for one that this
 * version does not know.
 */
export async function applyTo(client: Connection, wanted: readonly { name: string }[]): Promise<void> {
  const known = new Map((await readMigrations()).map((migration) => [migration.name, migration]))
  for (const { name } of wanted) {
    const migration = known.get(name)
    if (!migration) {
      throw new DatabaseUnavailable(
        `The backup comes from a newer Openfield: it has the migration ${name}, which this version does not know. Restore it with that version or a newer one; nothing was changed.`,
      )
    }
    await client.query(migration.text)
  }
}

/** One message with several statements runs as one transaction. */
async function apply(client: Connection, migration: Migration) {
  const { version, name, checksum } = migration
  await client.query(
    `begin;\n${migration.text}\n;insert into migration (version, name, checksum) values (${version}, '${name}', '${checksum}'); commit`,
  )
}
