import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeReady } from '../../../scripts/ready.mjs'
import type { Account } from '../src/embedded/account.ts'
import { atEnd } from './at-end.ts'

// As people start it: a bundle starts in a third of the time that the sources take.
await makeReady({ built: true })

/** The program, built. */
export const programPath = fileURLToPath(new URL('../../../dist/openfield.mjs', import.meta.url))

/** The program as a person starts it, with these settings and no others of ours. */
export function runProgram(args: string[], settings: Record<string, string> = {}, account?: Account) {
  const child = spawn(process.execPath, [programPath, ...args], {
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'], ...settings },
    ...(account && { uid: account.uid, gid: account.gid }),
  })
  const said = { output: '', errors: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.errors += text
  })
  const ended = once(child, 'close').then(
    ([code, signal]) =>
      ({ code, signal, ...said }) as { code: number | null; signal: string | null; output: string; errors: string },
  )
  atEnd(async () => {
    child.kill('SIGKILL')
    await ended
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

/** A folder for the data of programs, which is removed at the end with all that runs in it. */
export function newDataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'openfield-program-'))
  chmodSync(folder, 0o755)
  const dataDir = join(folder, 'data')
  atEnd(async () => {
    const pid = postmasterOf(dataDir)
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  return dataDir
}

/** The process of the PostgreSQL in a data folder; undefined when none runs. */
export function postmasterOf(dataDir: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10)
  } catch {
    return undefined
  }
}
