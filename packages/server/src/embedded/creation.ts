import { execFile } from 'node:child_process'
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Cluster } from './cluster.ts'
import { command } from './command.ts'
import { DatabaseUnavailable } from './unavailable.ts'

/** Whether a folder is that of a complete cluster. */
export const holdsCluster = (folder: string): boolean => existsSync(join(folder, 'PG_VERSION'))

/** Creates a cluster, complete under another name and then renamed: of several that start at once, one wins. */
export async function createCluster(cluster: Cluster): Promise<void> {
  removeAbandonedDrafts(cluster)
  const draft = mkdtempSync(`${cluster.folder}.new-`)
  try {
    chownSync(draft, cluster.account.uid, cluster.account.gid)
    await initialise(cluster, draft)
    renameSync(draft, cluster.folder)
    syncFolder(cluster.dataDir)
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (holdsCluster(cluster.folder)) return
    throw creationFailed(cluster, error)
  }
}

async function initialise(cluster: Cluster, draft: string): Promise<void> {
  const initdb = command('initdb', cluster, draft)
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const rules = ['--username=openfield', '--auth=peer', '--data-checksums', '--no-instructions']
  await run(initdb.path, ['-D', initdb.here, ...locale, ...rules], initdb.options)

  // Renaming takes a tenth of the time of CREATE DATABASE, and nobody needs the one called postgres.
  const postgres = command('postgres', cluster, draft)
  const alone = ['--single', '-D', postgres.here, '-c', 'exit_on_error=on', 'template1']
  const naming = run(postgres.path, alone, postgres.options)
  naming.child.stdin?.end('alter database postgres rename to openfield\n')
  await naming
}

const run = promisify(execFile)

function creationFailed({ folder }: Cluster, error: unknown): DatabaseUnavailable {
  const { message, stderr, code } = error as { message: string; stderr?: string; code?: string | number }
  const hint = 'Its programs need a Linux with glibc 2.25 or newer; elsewhere, set DATABASE_URL to one of your own.'
  return new DatabaseUnavailable(
    `PostgreSQL could not create the database in ${folder}: ${(stderr || message).trim()}${code === 'ENOENT' ? `. ${hint}` : ''}`,
  )
}

/** Another process may be at work on a young one. */
function removeAbandonedDrafts({ dataDir }: Cluster): void {
  for (const name of readdirSync(dataDir).filter((each) => each.startsWith('postgres.new-'))) {
    const path = join(dataDir, name)
    const born = statSync(path, { throwIfNoEntry: false })?.ctimeMs ?? Date.now()
    if (Date.now() - born > 600_000) rmSync(path, { recursive: true, force: true })
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  fsyncSync(folder)
  closeSync(folder)
}
