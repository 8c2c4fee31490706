import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Context, DefinitionsCache } from '../packages/server/src/domain/context.ts'
import { EventFeed } from '../packages/server/src/domain/events/feed.ts'
import { createOutbound } from '../packages/server/src/domain/outbound/outbound.ts'
import { createRecord } from '../packages/server/src/domain/records/create.ts'
import { openEmbeddedDatabase } from '../packages/server/src/embedded/postgres.ts'
import { Authenticator } from '../packages/server/src/http/authenticate.ts'
import { localBlobs } from '../packages/server/src/storage/blobs/local.ts'
import { type Database, openDatabase } from '../packages/server/src/storage/database.ts'
import { secretOf } from '../packages/server/src/storage/secrets.ts'
import { startChild } from './child.ts'
import type { Statements } from './limit.ts'
import type { Load, Request } from './load.ts'
import { company } from './opportunities.ts'
import { cpuSeconds, databaseCpuSeconds, residentMegabytes } from './processes.ts'
import { encryptionKey, key, type Server, startServer } from './server.ts'
import type { Statement } from './statements.ts'
import type { Run } from './timed.ts'
import type { Transfer, Transfers } from './transfer.ts'

/** A run, and meanwhile: processor time of server and database, in seconds, and the server's memory at its peak, in MB. */
export type Measured = Run & { serverCpuSeconds: number; databaseCpuSeconds: number; residentPeak: number }

/** A new data folder with a server on it, and processes that put load on both. */
export type Rig = {
  dataDir: string
  /** The first workspace, as the server sees it when the bench's key calls. */
  ctx: Context
  /** Where the server is. */
  url(): string
  /** Ids to link to. */
  accounts: readonly string[]
  owner: string
  /** Sends requests from a second process. What it takes until `settled` counts too, but not in the run's own time. */
  send(connections: number, requests: readonly Request[], settled?: () => Promise<void>): Promise<Measured>
  /** Runs statements from a second process through the driver. */
  execute(connections: number, statements: readonly Statement[]): Promise<Measured>
  /** Uploads and downloads in a second process. */
  transfer(connections: number, transfers: readonly Transfer[]): Promise<Measured>
  /** Measures work that puts load on the server by itself. */
  watch(work: () => Promise<Run>): Promise<Measured>
  /** What the API answers to one request. */
  call<Body>(method: 'GET' | 'POST' | 'PATCH', path: string, body?: object): Promise<Body>
  /** Stops the server and starts it with background work on or off, and as many processes as `--processes` says. */
  restart(worker: 'on' | 'off', processes?: number): Promise<void>
  /** Waits until no background work is left. */
  workDone(): Promise<void>
}

/** Lets `use` have a rig, and leaves nothing of it behind. */
export async function withRig<T>(use: (rig: Rig) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'openfield-bench-'))
  const closing: (() => Promise<unknown>)[] = [() => rm(dataDir, { recursive: true, force: true })]
  try {
    return await use(await setUp(dataDir, closing))
  } finally {
    for (const close of closing.reverse()) await close()
  }
}

async function setUp(dataDir: string, closing: (() => Promise<unknown>)[]): Promise<Rig> {
  let server = await startServer({ dataDir })
  closing.push(() => server.stop())
  const embedded = await openEmbeddedDatabase({ dataDir, role: 'tool' })
  closing.push(embedded.close)
  const db = openDatabase(embedded.connection)
  closing.push(() => db.end())
  const ctx = await contextOf(db, dataDir, `http://127.0.0.1:${server.port}`)
  const load = startChild<Load, Run>(new URL('./load.ts', import.meta.url))
  closing.push(load.close)
  const transfer = startChild<Transfers, Run>(new URL('./transfer.ts', import.meta.url))
  closing.push(transfer.close)
  const limit = startChild<Statements, Run>(new URL('./limit.ts', import.meta.url), [dataDir])
  closing.push(limit.close)
  return {
    dataDir,
    ctx,
    url: () => `http://127.0.0.1:${server.port}`,
    owner: ctx.caller?.memberId ?? '',
    accounts: await createAccounts(ctx),
    send: (connections, requests, settled) =>
      measured(server, dataDir, async () => {
        const run = await load.run({ port: server.port, key, connections, requests })
        await settled?.()
        return run
      }),
    execute: (connections, statements) => measured(server, dataDir, () => limit.run({ connections, statements })),
    transfer: (connections, transfers) => measured(server, dataDir, () => transfer.run({ connections, transfers })),
    watch: (work) => measured(server, dataDir, work),
    async call<Body>(method: 'GET' | 'POST' | 'PATCH', path: string, body?: object) {
      const headers = { authorization: `Bearer ${key}`, 'lightfield-version': '2026-03-01' }
      const json = body && { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }
      const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method, headers, ...json })
      if (!response.ok)
        throw new Error(`${method} ${path} was answered with ${response.status}: ${await response.text()}`)
      return (await response.json()) as Body
    },
    async restart(worker, processes) {
      await server.stop()
      server = await startServer({ dataDir, worker, processes })
    },
    async workDone() {
      while ((await db.query('select from outbox limit 1')).rowCount) await wait(50)
    },
  }
}

async function contextOf(db: Database, dataDir: string, publicUrl: string): Promise<Context> {
  const { workspace, caller } = await new Authenticator(db).authenticate({ authorization: `Bearer ${key}` })
  const definitions = new DefinitionsCache()
  const files = { blobs: localBlobs(join(dataDir, 'files')), urlSecret: secretOf(db, 'file-urls') }
  const events = new EventFeed(db)
  return {
    db,
    workspace,
    caller,
    definitions,
    events,
    publicUrl,
    ...files,
    encryptionKey: async () => encryptionKey,
    mailer: undefined,
    metrics: undefined,
    traces: undefined,
    keepErasures: async () => {},
    singleSignOn: undefined,
    outbound: createOutbound({ allowedNetworks: [] }),
    enriches: false,
    now: () => new Date(),
    hasRoom: () => true,
    workWritten: () => {},
  }
}

const accountCount = 1000

async function createAccounts(ctx: Context): Promise<string[]> {
  const numbers = Array.from({ length: accountCount }, (_, n) => n)
  const created = await Promise.all(numbers.map((n) => createRecord(ctx, 'account', company(n))))
  return created.map((record) => JSON.parse(record).id)
}

async function measured(server: Server, dataDir: string, work: () => Promise<Run>): Promise<Measured> {
  let residentPeak = 0
  const look = () => {
    residentPeak = Math.max(residentPeak, residentMegabytes(server.pid))
  }
  const timer = setInterval(look, 50)
  try {
    const [serverBefore, databaseBefore] = [cpuSeconds(server.pid), databaseCpuSeconds(dataDir)]
    const run = await work()
    const serverCpuSeconds = cpuSeconds(server.pid) - serverBefore
    const database = databaseCpuSeconds(dataDir) - databaseBefore
    look()
    return { ...run, serverCpuSeconds, databaseCpuSeconds: database, residentPeak }
  } finally {
    clearInterval(timer)
  }
}
