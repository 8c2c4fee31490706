import { randomUUID } from 'node:crypto'
import { chownSync, renameSync, writeFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import type { Account } from './account.ts'

/** The file PostgreSQL reads its settings from; it includes the `postgresql.conf` that initdb wrote. */
export const settingsFile = 'openfield.conf'

/**
 * Writes the settings and the rules of who may connect into a cluster. Done at every start, so that a new version's
 * settings take effect; what an operator sets with ALTER SYSTEM wins over them.
 */
export function writeSettings(folder: string, account: Account): void {
  place(folder, settingsFile, account, settings())
  place(folder, 'pg_hba.conf', account, 'local all all peer map=openfield\n')
  place(folder, 'pg_ident.conf', account, allowedAccounts(account))
}

/** Who may connect besides the account PostgreSQL runs as: root, who reads every file of it anyway. */
function allowedAccounts({ name }: Account): string {
  const names = new Set(['root', name].filter((each) => each !== undefined))
  return [...names].map((each) => `openfield "${each.replaceAll('"', '""')}" openfield\n`).join('')
}

/** By rename, since the folder belongs to PostgreSQL's account: as root we never write through a link it may have put there. */
function place(folder: string, name: string, { uid, gid }: Account, text: string): void {
  const draft = join(folder, `${name}.${randomUUID()}`)
  writeFileSync(draft, text, { flag: 'wx', mode: 0o600 })
  chownSync(draft, uid, gid)
  renameSync(draft, join(folder, name))
}

function settings(): string {
  const memory = memoryInMegabytes()
  return `# Written by Openfield at every start. To change a setting, use ALTER SYSTEM and restart.
include 'postgresql.conf'
cluster_name = 'openfield'

# Reached through a socket in this folder only, which nobody but its owner may enter. The path is relative: it has
# no limit of length, and no folder above has to be open to PostgreSQL's account.
listen_addresses = ''
port = 5432
unix_socket_directories = '.'
unix_socket_permissions = 0700
max_connections = 250

# An acknowledged write survives a power cut.
fsync = on
full_page_writes = on
synchronous_commit = on

# A quarter of the memory, but little enough to share a small machine with Node; the system's cache does the rest.
shared_buffers = ${between(32, memory / 4, 512)}MB
huge_pages = try
effective_cache_size = ${between(128, memory / 2, 1_048_576)}MB
maintenance_work_mem = ${between(32, memory / 32, 256)}MB
work_mem = 8MB

# Checkpoints by time rather than by volume, so that a burst of writes is not also a burst of whole pages.
max_wal_size = 2GB
wal_compression = on

# Short statements on solid-state disks.
jit = off
random_page_cost = 1.1

# Often and a little: index-only scans need a fresh visibility map.
autovacuum_naptime = 30s
autovacuum_vacuum_scale_factor = 0.05
autovacuum_vacuum_insert_scale_factor = 0.05
autovacuum_analyze_scale_factor = 0.05

log_checkpoints = off
`
}

/** Of the machine, or of the container when that is less. */
function memoryInMegabytes(): number {
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY
  return Math.min(totalmem(), limit) / 2 ** 20
}

const between = (least: number, wanted: number, most: number): number =>
  Math.floor(Math.min(Math.max(wanted, least), most))
