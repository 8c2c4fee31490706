import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The key of every server here: full access. */
export const key = 'sk_of_bench_0123456789abcdef'
/** What every server here encrypts with. */
export const encryptionKey = Buffer.alloc(32)
/** The password of the first admin of every server here. */
export const adminPassword = 'bench-0123456789'

/** A running server. `readySeconds` is from the start of its process to the first answer of `/health`. */
export type Server = {
  port: number
  pid: number
  readySeconds: number
  stop(): Promise<void>
}

/** The bundle that `npm start` runs; the sources where nothing is built. */
const bundle = existsSync(`${root}dist/openfield.mjs`) ? 'dist/openfield.mjs' : 'packages/server/src/main.ts'
export const serveCommand = [process.execPath, bundle, 'serve']

export type ServerOptions = {
  dataDir: string
  worker?: 'on' | 'off'
  /** As many as `--processes` says; undefined: one, without it. */
  processes?: number | undefined
  command?: readonly string[]
}

/** Starts a server on a data folder, with an embedded database and no rate limit, and waits until it is ready. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { dataDir, worker = 'off', processes, command = serveCommand } = options
  const port = await freePort()
  const [program = '', ...args] = processes === undefined ? command : [...command, '--processes', `${processes}`]
  const begin = performance.now()
  const child = spawn(program, args, {
    cwd: root,
    env: { ...cleanEnvironment(), ...settings(port, dataDir, worker) },
    stdio: ['ignore', 'ignore', 'pipe'],
    // A group of its own, so that all of it can be stopped.
    detached: true,
  })
  const said = collect(child)
  const stop = stopper(child)
  running.add(stop)
  while (!(await isHealthy(port))) {
    if (child.exitCode !== null || performance.now() - begin > 60_000) {
      await stop()
      throw new Error(`the server does not start:\n${said()}`)
    }
    await wait(5)
  }
  return { port, pid: child.pid ?? 0, readySeconds: (performance.now() - begin) / 1000, stop }
}

const settings = (port: number, dataDir: string, worker: string) => ({
  PORT: String(port),
  OPENFIELD_DATA_DIR: dataDir,
  OPENFIELD_BOOTSTRAP_API_KEY: key,
  OPENFIELD_ADMIN_PASSWORD: adminPassword,
  OPENFIELD_RATE_LIMIT: '0',
  // The sites that made-up companies have are none.
  OPENFIELD_ENRICHMENT: 'off',
  OPENFIELD_WORKER: worker,
  // What is sealed here with the key of the bench is opened there, and mail servers and receivers of webhooks are on this machine.
  OPENFIELD_ENCRYPTION_KEY: encryptionKey.toString('base64'),
  OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8',
})

function cleanEnvironment() {
  const isSetting = (name: string) => name.startsWith('OPENFIELD_') || ['DATABASE_URL', 'HOST', 'PORT'].includes(name)
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isSetting(name)))
}

/** The last of what it writes to standard error. */
function collect(child: ChildProcess): () => string {
  let text = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-4000)
  })
  return () => text.trim()
}

async function isHealthy(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined)
  await answer?.arrayBuffer()
  return answer?.status === 200
}

const running = new Set<() => Promise<void>>()

/** Stops all servers, so that whatever goes on with them fails. */
export const stopServers = () => Promise.all([...running].map((stop) => stop()))

/** Asks once, and waits for all processes of the server, since npm ends before the server that it started. */
function stopper(child: ChildProcess): () => Promise<void> {
  let asked: Promise<void> | undefined
  const stop = () => {
    running.delete(stop)
    asked ??= end(child)
    return asked
  }
  return stop
}

const patienceMs = 20_000

async function end(child: ChildProcess): Promise<void> {
  const group = -(child.pid ?? 0)
  const begin = performance.now()
  child.kill('SIGTERM')
  while (isAlive(group)) {
    if (performance.now() - begin > patienceMs) process.kill(group, 'SIGKILL')
    await wait(10)
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
