/** The server, as a process that can be killed at any moment and started again at the same address. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const program = 'dist/openfield.mjs'

/** The key of every server here: full access. */
export const key = 'sk_of_crash_0123456789abcdef'

export type Server = {
  url: string
  /** Starts it unless it runs, and waits until it serves. */
  start(): Promise<void>
  /** Ends it without a warning. */
  kill(): Promise<void>
  /** Asks it to end, and waits. */
  stop(): Promise<void>
  /** What it has written since this was last asked. */
  said(): string
  /** Runs another command on its settings and returns what that printed. */
  command(...args: string[]): Promise<{ output: string; errors: string }>
}

/** A server that does not run yet. `complain` is told when it ends, or does not, as it should. */
export async function makeServer(
  settings: Record<string, string>,
  complain: (problem: string) => void,
): Promise<Server> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = {
    PATH: process.env['PATH'],
    HOST: '127.0.0.1',
    PORT: String(port),
    OPENFIELD_BOOTSTRAP_API_KEY: key,
    OPENFIELD_ADMIN_PASSWORD: 'crash-0123456789',
    OPENFIELD_RATE_LIMIT: '0',
    OPENFIELD_ENRICHMENT: 'off',
    // Where its webhooks go.
    OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8',
    ...settings,
  }
  let child: ChildProcess | undefined
  let said = ''
  const runs = (one: ChildProcess | undefined): one is ChildProcess => one?.exitCode === null && one.signalCode === null

  async function start() {
    if (!runs(child)) launch()
    for (const until = Date.now() + 60_000; ; await wait(20)) {
      const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
      if (answer?.ok) return
      // One that found its database away gives up; whoever looks after it starts it again.
      if (!runs(child)) launch()
      if (Date.now() > until) throw new Error(`The server does not start:\n${said.slice(-4000)}`)
    }
  }
  function launch() {
    const started = spawn(process.execPath, [program, 'serve'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    child = started
    for (const stream of [started.stdout, started.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text
      })
    }
    let served = false
    started.stdout.on('data', (text: string) => {
      served ||= text.includes('Openfield serves')
    })
    started.once('exit', (code, signal) => {
      if (child === started && served) complain(`The server ended by itself (${signal ?? code}):\n${said.slice(-4000)}`)
    })
  }
  /** From here on its end is expected. */
  function letGo() {
    const ending = child
    child = undefined
    return runs(ending) ? ending : undefined
  }
  return {
    url,
    start,
    async kill() {
      const ending = letGo()
      if (!ending) return
      ending.kill('SIGKILL')
      await once(ending, 'exit')
    },
    async stop() {
      const ending = letGo()
      if (!ending) return
      const ended = once(ending, 'exit')
      ending.kill('SIGTERM')
      const patience = setTimeout(() => {
        complain('The server did not end within 90 s of SIGTERM')
        ending.kill('SIGKILL')
      }, 90_000)
      const [code] = (await ended) as [number | null]
      clearTimeout(patience)
      if (code !== 0 && code !== null) complain(`The server ended with ${code} after SIGTERM:\n${said.slice(-4000)}`)
    },
    said() {
      const text = said
      said = ''
      return text
    },
    command: (...args) =>
      new Promise((resolve) => {
        execFile(process.execPath, [program, ...args], { cwd: root, env }, (_, output, errors) =>
          resolve({ output, errors }),
        )
      }),
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
