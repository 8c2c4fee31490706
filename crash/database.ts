/** The databases that are broken: the one that comes with the server, and a PostgreSQL that is installed. */
import { execFile } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Database as Connections, openDatabase } from '../packages/server/src/storage/database.ts'
import { type Disk, folderOn } from './disk.ts'
import { type Network, startNetwork } from './network.ts'
import { freePort } from './server.ts'

export type DatabaseKind = 'embedded' | 'external'

export type Database = {
  kind: DatabaseKind
  /** What the server is to be told of it. */
  settings: Record<string, string>
  /** How to look into it past the server and the network. */
  connection: Parameters<typeof openDatabase>[0]
  /** The network in front of it, where there is one. */
  network?: Network
  /** The process of its postmaster; undefined: none runs. */
  postmaster(): number | undefined
  /** Starts it when it does not run, where that is nobody else's business. */
  revive(): Promise<void>
  close(): Promise<void>
}

/** The one that the server starts and looks after. */
export function embeddedDatabase(dataDir: string): Database {
  const folder = join(dataDir, 'postgres')
  return {
    kind: 'embedded',
    settings: {},
    connection: { host: folder, port: 5432, user: 'openfield', database: 'openfield', ssl: false },
    postmaster: () => postmasterOf(folder),
    revive: async () => {},
    close: async () => {},
  }
}

const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : []
const bin = versions
  .map((version) => `/usr/lib/postgresql/${version}/bin`)
  .find((folder) => existsSync(`${folder}/initdb`))

/** Whether this machine has a PostgreSQL that can be broken. */
export const hasInstalled = bin !== undefined

/** A new cluster of the PostgreSQL that is installed, behind a network of its own. Nobody but this program starts it. */
export async function externalDatabase(disk: Disk): Promise<Database> {
  const folder = folderOn(disk, 'cluster')
  const log = join(folder, 'log')
  chmodSync(folder, 0o700)
  // PostgreSQL refuses to run as root.
  const isRoot = process.getuid?.() === 0
  if (isRoot) await run('chown', 'postgres', folder)
  await as('initdb', '-D', folder, '-U', 'openfield', '-E', 'UTF8', '--locale=C.UTF-8', '-A', 'trust', '-N')
  const port = await freePort()
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=60`
  const start = () => as('pg_ctl', '-D', folder, '-w', '-t', '60', '-l', log, '-o', options, 'start')
  await start()
  const network = await startNetwork({ port })
  const address = (through: number) => `postgresql://openfield@127.0.0.1:${through}/postgres`
  return {
    kind: 'external',
    settings: { DATABASE_URL: address(network.port) },
    connection: { connectionString: address(port) },
    network,
    postmaster: () => postmasterOf(folder),
    async revive() {
      while (postmasterOf(folder) === undefined) {
        try {
          await start()
        } catch {
          // Sessions of the one that was killed have not noticed yet.
          await wait(100)
        }
      }
    },
    async close() {
      network.close()
      if (postmasterOf(folder) !== undefined) await as('pg_ctl', '-D', folder, '-m', 'immediate', '-w', 'stop')
    },
  }

  function as(program: string, ...args: string[]) {
    return isRoot
      ? run('runuser', '-u', 'postgres', '--', `${bin}/${program}`, ...args)
      : run(`${bin}/${program}`, ...args)
  }
}

/** Ends when the program has: a server that it starts keeps none of our pipes open. */
const run = (program: string, ...args: string[]) => promisify(execFile)(program, args, { cwd: '/' })

/** The process that serves a cluster: the number in its file, unless that is a dead one's. */
function postmasterOf(folder: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(join(folder, 'postmaster.pid'), 'utf8'), 10)
    process.kill(pid, 0)
    // Numbers are given again.
    return statSync(`/proc/${pid}/cwd`).ino === statSync(folder).ino ? pid : undefined
  } catch {
    return undefined
  }
}

/** Looks into a database, or does something to it, past the server. */
export async function look<T>({ connection }: Database, work: (db: Connections) => Promise<T>): Promise<T> {
  const db = openDatabase({ ...connection, max: 1, connectionTimeoutMillis: 10_000 })
  return work(db).finally(() => db.end())
}
