import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import type { Account } from '../src/embedded/account.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const children = new Set<ChildProcess>()

/** The program as a person starts it, with these settings and no others of ours. */
export function runProgram(args: string[], settings: Record<string, string> = {}, account?: Account) {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'], ...settings },
    ...(account && { uid: account.uid, gid: account.gid }),
  })
  children.add(child)
  const said = { output: '', errors: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.errors += text
  })
  const ended = once(child, 'close').then(([code, signal]) => {
    children.delete(child)
    return { code, signal, ...said } as { code: number | null; signal: string | null; output: string; errors: string }
  })

  /** Its address, once it serves. */
  const serving = async (): Promise<string> => {
    const isOver = ended.then(({ errors }) => Promise.reject(new Error(`it ended: ${errors}`)))
    isOver.catch(() => {})
    for (;;) {
      const [, url] = /^Openfield serves (http:\S+)$/m.exec(said.output) ?? []
      if (url !== undefined) return url
      await Promise.race([once(child.stdout, 'data'), isOver])
    }
  }
  return { child, said, ended, serving }
}

const folders: string[] = []

/** A folder for the data of a program, which is removed at the end of the file with all that runs in it. */
export function newDataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'openfield-program-'))
  chmodSync(folder, 0o755)
  folders.push(folder)
  return join(folder, 'data')
}

/** The process of the PostgreSQL in a data folder; undefined when none runs. */
export function postmasterOf(dataDir: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10)
  } catch {
    return undefined
  }
}

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await Promise.all([...children].map((child) => once(child, 'close')))
  for (const folder of folders.splice(0)) {
    const pid = postmasterOf(join(folder, 'data'))
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
})
