/** A server for the checks: a fresh data folder, a free port, an embedded database. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** `output` is what it has printed so far, and how it ended if it has. */
export type Server = { url: string; key: string; output(): string; stop(): Promise<void> }

/** Starts a server (`rateLimit` in requests a second, 0 for none) and waits until it is healthy, 60 s at most. */
export async function startServer({ rateLimit }: { rateLimit: number }): Promise<Server> {
  const data = await mkdtemp(join(tmpdir(), 'openfield-clients-'))
  const key = `sk_of_test_${randomBytes(16).toString('hex')}`
  const port = await freePort()
  const { DATABASE_URL: _, ...inherited } = process.env
  const child = spawn(process.execPath, ['packages/server/src/main.ts', 'serve'], {
    cwd: root,
    env: {
      ...inherited,
      PORT: String(port),
      HOST: '127.0.0.1',
      OPENFIELD_DATA_DIR: data,
      OPENFIELD_BOOTSTRAP_API_KEY: key,
      OPENFIELD_RATE_LIMIT: String(rateLimit),
      // Where the mail server of the checks is.
      OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = collect(child)
  const url = `http://127.0.0.1:${port}`
  const stop = async () => {
    await end(child)
    await rm(data, { recursive: true, force: true })
  }
  if (await healthy(url, child)) {
    await stopLookingUp(url, key)
    return { url, key, output, stop }
  }
  await stop()
  throw new Error(`The server did not start:\n${output()}`)
}

/** What checks create has made-up sites and addresses: it is enriched only where a check asks for that. */
async function stopLookingUp(url: string, key: string): Promise<void> {
  const mode = { mode: 'manual' }
  const answer = await fetch(`${url}/admin/v1/enrichment/settings`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ accounts: mode, contacts: mode }),
  })
  if (!answer.ok) throw new Error(`The settings of enrichment were refused: ${await answer.text()}`)
}

function running(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null
}

/** What the child has printed so far, and how it ended if it has. */
function collect(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.once('exit', (code, signal) => (text += `\n(ended with ${signal ?? code})`))
  return () => text.trim()
}

async function healthy(url: string, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + 60_000
  while (Date.now() < deadline && running(child)) {
    const answer = await fetch(`${url}/health`).catch(() => undefined)
    if (answer?.ok) return true
    await wait(50)
  }
  return false
}

/** SIGTERM, and SIGKILL for one that has not ended after 20 s. */
async function end(child: ChildProcess): Promise<void> {
  if (!running(child)) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
  await ended
  clearTimeout(timer)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (address !== null && typeof address === 'object' ? resolve(address.port) : reject(address)))
    })
  })
}
