import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** The processor time a server has taken so far, in seconds: its process, and those that it has started to serve with it. */
export function cpuSeconds(pid: number): number {
  const ticks = serving(pid).reduce((sum, { user, system }) => sum + user + system, 0)
  return ticks / ticksPerSecond
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

/** The memory of a server that is in use, in MB of a million bytes. */
export const residentMegabytes = (pid: number): number =>
  serving(pid).reduce((sum, one) => sum + residentKibibytes(one.pid), 0) * (1024 / 1e6)

function residentKibibytes(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB/m.exec(textIfThere(`/proc/${pid}/status`)) ?? []
  return Number(kibibytes ?? 0)
}

/** A server's process and those that serve with it, which its PostgreSQL does not. */
function serving(pid: number) {
  const children = textIfThere(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)
  const members = children.filter((child) => textIfThere(`/proc/${child}/cmdline`).includes('\0serve\0'))
  return [pid, ...members].flatMap((one) => timesIfThere(one) ?? [])
}

function textIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // It ended while we looked.
    return ''
  }
}

/** What /proc says, in ticks; `ended` is that of children that are no more. */
function times(pid: number) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const columns = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = columns.slice(11, 15).map(Number)
  return { pid, parent: Number(columns[1]), user, system, endedUser, endedSystem }
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
