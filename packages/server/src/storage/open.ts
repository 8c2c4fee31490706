import { openEmbeddedDatabase } from '../embedded/postgres.ts'
import { DatabaseUnavailable } from '../embedded/unavailable.ts'
import type { StatementListener } from '../watching/statements.ts'
import { type Database, openDatabase, rows } from './database.ts'
import { migrate } from './migrate.ts'
import { roomElsewhere, watchRoom } from './room.ts'

export type Storage = {
  db: Database
  /** False: whatever is to be written has to wait. */
  hasRoom(): boolean
  close(): Promise<void>
}

export type StorageOptions = {
  /** An external PostgreSQL; undefined: the embedded one of `dataDir`. */
  databaseUrl: string | undefined
  dataDir: string
  /** How many connections it may have at once; by default as many as a server. */
  connectionsMax?: number
  /** One server at a time may use an embedded database; tools attach to it. */
  role: 'server' | 'tool'
  /** For how long a statement may keep the server waiting; undefined: for ever. Migrations may take their time. */
  silenceMaxMs?: number
  /** False leaves the schema as it is, for those who look at it. */
  migrate?: boolean
  log?: (line: string) => void
  /** Told of every statement. */
  told?: StatementListener
}

const connectTimeoutMs = 5_000
const versionMin = 15

/** Opens the database and brings its schema up to date. Throws DatabaseUnavailable, whose message is for the person. */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const { databaseUrl, dataDir, role, log } = options
  const embedded =
    databaseUrl === undefined ? await openEmbeddedDatabase({ dataDir, role, ...(log && { log }) }) : undefined
  const connection = embedded?.connection ?? {
    connectionString: databaseUrl,
    connectionTimeoutMillis: connectTimeoutMs,
  }
  const db = openDatabase(
    { ...connection, ...(options.connectionsMax !== undefined && { max: options.connectionsMax }) },
    options,
  )
  const room = embedded ? await watchRoom(dataDir, log ?? (() => {})) : roomElsewhere
  const close = async () => {
    room.close()
    await db.end()
    await embedded?.close()
  }
  try {
    if (databaseUrl !== undefined) await requireReachable(db, databaseUrl)
    if (options.migrate !== false) await patiently(connection, migrate)
    return { db, hasRoom: room.hasRoom, close }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
}

/** Does what may take minutes over connections of its own. */
async function patiently(connection: Parameters<typeof openDatabase>[0], work: (db: Database) => Promise<void>) {
  const db = openDatabase(connection)
  await work(db).finally(() => db.end())
}

async function requireReachable(db: Database, databaseUrl: string) {
  const { host } = new URL(databaseUrl)
  const version = await rows<{ version: number }>(
    db,
    "select current_setting('server_version_num')::int as version",
  ).catch((error: Error) => {
    throw new DatabaseUnavailable(
      `The database of DATABASE_URL (${host}) cannot be used: ${error.message || (error as { code?: string }).code}. Is it running, and are user, password and database right?`,
    )
  })
  const major = Math.floor((version[0]?.version ?? 0) / 10_000)
  if (major < versionMin) {
    throw new DatabaseUnavailable(
      `The database of DATABASE_URL (${host}) is PostgreSQL ${major}; it must be ${versionMin} or newer.`,
    )
  }
}
