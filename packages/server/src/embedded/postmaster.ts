import { spawn } from 'node:child_process'
import { closeSync, fstatSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, type ClientConfig } from 'pg'
import type { Cluster } from './cluster.ts'
import { command } from './command.ts'
import { settingsFile, writeSettings } from './settings.ts'
import { DatabaseUnavailable } from './unavailable.ts'

/** How long a start may be held up by what is left of a server that is stopping or was killed, in milliseconds. */
const patience = 15_000

/** A connection to the PostgreSQL of a cluster, which is started when it does not run. */
export async function connect(cluster: Cluster, config: ClientConfig, log: (line: string) => void): Promise<Client> {
  const begun = Date.now()
  let launched: Launch | undefined
  let said = false
  for (;;) {
    const answer = await tryConnect(cluster, config)
    if (answer instanceof Client) return answer
    if (answer === 'absent') launched = launched?.ended ? again(launched) : (launched ?? launch(cluster))
    if (answer === 'busy' && !said && Date.now() - begun > 2_000) {
      log('PostgreSQL is bringing its files in order after an unclean stop')
      said = true
    }
    await sleep(Math.min(2 + (Date.now() - begun) / 20, 100))
  }

  function again(failed: Launch): Launch | undefined {
    const said = failed.said()
    if (!isPassing(said) || Date.now() - begun > patience) throw startFailed(cluster, said)
    if (isLocked(said)) removeStaleLocks(cluster)
    return undefined
  }
}

/** Stops the PostgreSQL of a cluster, ending its sessions. Resolves when it has stopped. */
export async function stop(cluster: Cluster, log: (line: string) => void): Promise<void> {
  const pid = runningPid(cluster)
  if (pid === undefined) return
  process.kill(pid, 'SIGINT')
  if (await hasStopped(cluster, pid, 30_000)) return
  log('PostgreSQL does not stop: stopping it at once, the next start will bring its files in order')
  process.kill(pid, 'SIGQUIT')
  await hasStopped(cluster, pid, 30_000)
}

async function tryConnect(cluster: Cluster, config: ClientConfig): Promise<Client | 'absent' | 'busy'> {
  const client = new Client({ ...config, connectionTimeoutMillis: 30_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return client
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string }
    if (['ENOENT', 'ECONNREFUSED'].includes(code)) return 'absent'
    if (isGoingAway(error)) return 'busy'
    throw new DatabaseUnavailable(`The database in ${cluster.folder} cannot be opened: ${message}. See ${cluster.log}.`)
  }
}

/** Whether an error of a session says that the server is starting, stopping or gone. */
export function isGoingAway(error: unknown): boolean {
  const { code = '', message } = error as { code?: string; message: string }
  return (
    /^(57P0[123]|ECONNRESET|EPIPE|EAGAIN)$/.test(code) ||
    /^(Connection terminated|Client has encountered a connection error|Client was closed)/.test(message)
  )
}

/** A server process we started. */
interface Launch {
  ended: boolean
  /** What it has written to its log. */
  said(): string
}

/** In a session of its own, so that Ctrl-C in the terminal reaches us alone and we stop it when we are done. */
function launch(cluster: Cluster): Launch {
  writeSettings(cluster.folder, cluster.account)
  const { path, here, options } = command('postgres', cluster, cluster.folder)
  const log = openLog(cluster.log)
  const begin = fstatSync(log).size
  const launched = { ended: false, said: () => readFileSync(cluster.log).subarray(begin).toString() }
  const args = ['-D', here, '-c', `config_file=${here}/${settingsFile}`]
  const child = spawn(path, args, { ...options, detached: true, stdio: ['ignore', log, log] })
  child.once('exit', () => {
    launched.ended = true
  })
  child.once('error', (error) => {
    launched.ended = true
    launched.said = () => error.message
  })
  child.unref()
  closeSync(log)
  return launched
}

/** At most about 10 MB, and as much again of what was before. */
function openLog(path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size > 10_000_000) renameSync(path, `${path}.1`)
  return openSync(path, 'a', 0o600)
}

/** Another process is starting or stopping it, or sessions of a killed server have not noticed yet. */
const isPassing = (said: string): boolean => isLocked(said) || said.includes('pre-existing shared memory block')

const isLocked = (said: string): boolean => /lock file ".*" (already exists|is empty)/.test(said)

function startFailed({ folder, log }: Cluster, ended: string): DatabaseUnavailable {
  const said = ended.trim().split('\n').slice(-6).join('\n')
  return new DatabaseUnavailable(`PostgreSQL does not start on ${folder}. It says, in ${log}:\n${said}`)
}

/**
 * What PostgreSQL itself does not see through: after a restart of the machine or container the recorded number may be
 * that of another of our processes, after a power cut the file may be empty. A young one is that of a server starting.
 */
function removeStaleLocks(cluster: Cluster): void {
  const lock = join(cluster.folder, 'postmaster.pid')
  const written = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
  if (Date.now() - written < 1_000 || runningPid(cluster) !== undefined) return
  for (const path of [lock, join(cluster.folder, '.s.PGSQL.5432.lock')]) rmSync(path, { force: true })
}

async function hasStopped(cluster: Cluster, pid: number, within: number): Promise<boolean> {
  const end = Date.now() + within
  while (isServer(pid, cluster)) {
    if (Date.now() > end) return false
    await sleep(3)
  }
  return true
}

/** The server's process, when it runs and is one we can see (a container cannot see those of another). */
function runningPid(cluster: Cluster): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(join(cluster.folder, 'postmaster.pid'), 'utf8'), 10)
    return isServer(pid, cluster) ? pid : undefined
  } catch {
    return undefined
  }
}

/** A process that stands in the cluster's folder is one of PostgreSQL's; without /proc, we go by the number alone. */
function isServer(pid: number, { folder }: Cluster): boolean {
  try {
    process.kill(pid, 0)
    if (!statSync('/proc/self/cwd', { throwIfNoEntry: false })) return true
    const [theirs, ours] = [statSync(`/proc/${pid}/cwd`), statSync(folder)]
    return theirs.ino === ours.ino && theirs.dev === ours.dev
  } catch {
    return false
  }
}
