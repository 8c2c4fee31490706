import { resolve } from 'node:path'
import { openCluster } from './cluster.ts'
import { enter, type Role } from './presence.ts'
import { nameSocketFolder } from './socket.ts'
import { DatabaseUnavailable } from './unavailable.ts'

export { DatabaseUnavailable }

/** The PostgreSQL of a data folder, in use by this process. */
export interface EmbeddedDatabase {
  /** For `pg`: valid in this process, until `close`. Whoever connects is known by the account they run under. */
  readonly connection: { host: string; port: number; user: string; database: string; ssl: false }
  /** Leaves. The last one out stops PostgreSQL; resolves when it has stopped, or others remain. */
  close(): Promise<void>
}

/**
 * Opens the database of a data folder: creates it the first time, starts PostgreSQL when it does not run, and attaches
 * when it does. A server is refused while another server uses the folder; tools may come any time. Should PostgreSQL
 * die, it is started again. Fails with `DatabaseUnavailable`.
 */
export async function openEmbeddedDatabase(options: {
  dataDir: string
  role: Role
  log?: (line: string) => void
}): Promise<EmbeddedDatabase> {
  const { role, log = () => {} } = options
  refuseWindows()
  const cluster = await openCluster(resolve(options.dataDir), log)
  const { host, release } = nameSocketFolder(cluster.folder, 5432)
  const connection = { host, port: 5432, user: 'openfield', database: 'openfield', ssl: false } as const
  try {
    const leave = await enter(cluster, role, connection, log)
    return { connection, close: once(() => leave().finally(release)) }
  } catch (error) {
    release()
    throw error
  }
}

function once(close: () => Promise<void>): () => Promise<void> {
  let closed: Promise<void> | undefined
  return () => {
    closed ??= close()
    return closed
  }
}

function refuseWindows(): void {
  if (process.platform !== 'win32') return
  throw new DatabaseUnavailable(
    'On Windows, Openfield does not start a PostgreSQL of its own yet: set DATABASE_URL to one, or use WSL.',
  )
}
