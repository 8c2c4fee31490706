import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** The processor time a process has taken so far, in seconds. */
export function cpuSeconds(pid: number): number {
  const { user, system } = times(pid)
  return (user + system) / ticksPerSecond
}

/** The processor time that the PostgreSQL of a data folder has taken so far, with all its sessions, in seconds. */
export function databaseCpuSeconds(dataDir: string): number {
  const postmaster = Number.parseInt(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10)
  const { user, system, endedUser, endedSystem } = times(postmaster)
  const ticks = childrenOf(postmaster).reduce((sum, child) => sum + child.user + child.system, 0)
  return (user + system + endedUser + endedSystem + ticks) / ticksPerSecond
}

/** The processor time that all processors of the machine have spent on anything so far, in seconds. */
export function busySeconds(): number {
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0, stolen = 0] = readFileSync(
    '/proc/stat',
    'utf8',
  )
    .slice('cpu '.length)
    .trimStart()
    .split(/\s+/)
    .map(Number)
  return (user + nice + system + interrupts + softInterrupts + stolen) / ticksPerSecond
}

/** The memory of a process that is in use, in MB of a million bytes. */
export function residentMegabytes(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return (Number(kibibytes) * 1024) / 1e6
}

/** What /proc says, in ticks; `ended` is that of children that are no more. */
function times(pid: number) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const columns = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = columns.slice(11, 15).map(Number)
  return { parent: Number(columns[1]), user, system, endedUser, endedSystem }
}

/** What /proc says of the children of a process. */
function childrenOf(parent: number) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => timesIfThere(Number(pid)) ?? [])
    .filter((one) => one.parent === parent)
}

function timesIfThere(pid: number) {
  try {
    return times(pid)
  } catch {
    // It ended while we looked.
    return undefined
  }
}
