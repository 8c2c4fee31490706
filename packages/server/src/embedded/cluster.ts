import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { type Account, accountFor, isRoot } from './account.ts'
import { createCluster, holdsCluster } from './creation.ts'
import { installedPrograms } from './programs.ts'
import { DatabaseUnavailable } from './unavailable.ts'

/** A PostgreSQL cluster in a data folder: its files, and the account that owns them and runs the server. */
export interface Cluster {
  readonly dataDir: string
  /** PostgreSQL's own folder, also that of its socket. */
  readonly folder: string
  readonly log: string
  readonly account: Account
}

/** The cluster of a data folder, created when there is none yet. */
export async function openCluster(dataDir: string, log: (line: string) => void): Promise<Cluster> {
  makeWritable(dataDir)
  const folder = join(dataDir, 'postgres')
  const cluster = { dataDir, folder, log: join(dataDir, 'postgres.log'), account: accountFor(folder) }
  if (!holdsCluster(folder)) {
    refuseOtherContent(folder)
    log(`Creating the database in ${folder}`)
    await createCluster(cluster)
  }
  takeOver(cluster)
  checkVersion(folder)
  return cluster
}

function makeWritable(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    for (const name of ['.', 'postgres', 'postgres.log']) checkAccess(join(dataDir, name))
  } catch (error) {
    throw new DatabaseUnavailable(
      `The data folder ${dataDir} cannot be written: ${(error as Error).message}. Give it to the user who starts Openfield ` +
        '(chown -R), or choose another with OPENFIELD_DATA_DIR.',
    )
  }
}

function checkAccess(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  const enter = found?.isDirectory() ? constants.X_OK : 0
  if (found) accessSync(path, constants.R_OK | constants.W_OK | enter)
}

function refuseOtherContent(folder: string): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0 || holdsCluster(folder)) return
  throw new DatabaseUnavailable(
    `${folder} holds something that is not a PostgreSQL database. Move it away, or choose another data folder with ` +
      'OPENFIELD_DATA_DIR.',
  )
}

/** A copy made by root with `cp -r` belongs to root and is open to all, and PostgreSQL would refuse both. */
function takeOver({ folder, account }: Cluster): void {
  const { uid, mode } = statSync(folder)
  if (isRoot() && uid !== account.uid) {
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
      lchownSync(join(folder, path), account.uid, account.gid)
    chownSync(folder, account.uid, account.gid)
  }
  if (mode & 0o077) chmodSync(folder, 0o700)
}

function checkVersion(folder: string): void {
  const found = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim()
  const ours = installedPrograms().version.split('.')[0]
  if (found === ours) return
  throw new DatabaseUnavailable(
    `The database in ${folder} was written by PostgreSQL ${found}, and this version of Openfield brings PostgreSQL ` +
      `${ours}. Start the version of Openfield that wrote it and make an export, then import that into a new data folder.`,
  )
}
