import type { AddressInfo } from 'node:net'
import serverPackage from '../package.json' with { type: 'json' }
import { buildApp } from './app.ts'
import type { Config } from './config.ts'
import { DefinitionsCache } from './domain/context.ts'
import { keepRegister } from './domain/erasures/register.ts'
import { EventFeed } from './domain/events/feed.ts'
import { openMailer } from './domain/mail/mailer.ts'
import { createOutbound, type Outbound } from './domain/outbound/outbound.ts'
import { openSingleSignOn } from './domain/sign-in/single-sign-on.ts'
import { bootstrap, type FirstStart } from './domain/workspaces/bootstrap.ts'
import { type MailSync, startMailSync } from './jobs/mail-sync.ts'
import { startWorker, type Worker } from './jobs/worker.ts'
import { readBacklog } from './storage/backlog.ts'
import { openBlobs } from './storage/blobs/open.ts'
import { connectionsOf } from './storage/database.ts'
import { encryptionKeyOf } from './storage/encryption-key.ts'
import { openStorage, type Storage, type StorageOptions } from './storage/open.ts'
import { secretOf } from './storage/secrets.ts'
import { holdSolePlace } from './storage/sole-server.ts'
import { answerForAll } from './watching/fleet-metrics.ts'
import { createMetrics, type Metrics, serveMetrics } from './watching/metrics.ts'
import { slowQueries } from './watching/slow-queries.ts'
import type { StatementListener } from './watching/statements.ts'
import { openTraces, type Traces } from './watching/traces.ts'

export type Server = {
  /** Where it listens, e.g. `http://127.0.0.1:3000`. */
  url: string
  publicUrl: string
  /** Where Prometheus reads, if anywhere. */
  metricsUrl: string | undefined
  /** What the first start of an empty database made; undefined on later starts. */
  first: FirstStart | undefined
  /** Where balancers send requests: has them send no more, for as long as they need to notice. */
  leave(): Promise<void>
  /** One of several processes: leaves connections to the others, those that there are as their requests are answered. */
  handOver(): Promise<void>
  /** Finishes what is in flight, then lets go of everything. */
  close(): Promise<void>
}

/** Starts everything in order: database, first workspace, HTTP, background work. Undoes it in reverse. */
export async function startServer(config: Config, options: StartOptions = {}): Promise<Server> {
  const watchers: { log?: { warn(line: object, message: string): void }; metrics?: Metrics; traces?: Traces } = {}
  const slow = slowQueries(config.OPENFIELD_SLOW_QUERY_MS || Number.POSITIVE_INFINITY, (line, task) => {
    watchers.log?.warn(line, 'A query took long')
    watchers.metrics?.slowQuery(task)
  })
  const told: StatementListener = (done, task) => {
    slow(done, task)
    watchers.traces?.statement(done, task)
  }
  const storage = await (options.isMember ? openAsMember : openPlace)(config, options.log, told)
  const started: (() => Promise<unknown>)[] = [storage.close]
  const close = async () => {
    for (const stop of started.splice(0).reverse()) await stop()
  }
  try {
    let worker: Worker | undefined
    let mailSync: MailSync | undefined
    const blobs = openBlobs(config)
    started.push(async () => blobs.close())
    const events = new EventFeed(storage.db)
    const metrics =
      config.OPENFIELD_METRICS_PORT === undefined
        ? undefined
        : await createMetrics(serverPackage.version, {
            connections: () => connectionsOf(storage.db),
            eventStreams: () => events.listeners,
            backlog: () => readBacklog(storage.db),
          })
    if (metrics) watchers.metrics = metrics
    const traces = await tracesOf(config)
    if (traces) watchers.traces = traces
    started.push(async () => traces?.close())
    const system = {
      db: storage.db,
      blobs,
      urlSecret: secretOf(storage.db, 'file-urls'),
      encryptionKey: encryptionKeyOf(config.OPENFIELD_ENCRYPTION_KEY, config.OPENFIELD_DATA_DIR),
      definitions: new DefinitionsCache(),
      events,
      publicUrl: config.OPENFIELD_PUBLIC_URL ?? `http://${hostInUrl(config.HOST)}:${config.PORT}`,
      mailer: openMailer(config, (error) => app.log.error(error, 'A mail could not be sent')),
      singleSignOn: openSingleSignOn(config),
      outbound: tracedOutbound(createOutbound({ allowedNetworks: config.OPENFIELD_ALLOWED_NETWORKS }), traces),
      enriches: config.OPENFIELD_ENRICHMENT === 'on',
      hasRoom: storage.hasRoom,
      now: () => new Date(),
      metrics,
      traces,
      keepErasures: keepRegister(storage.db, config.OPENFIELD_DATA_DIR),
      workWritten: () => worker?.wake(),
    }
    const first = await bootstrap(system, config)
    // What was erased through another server, or just before this one was killed.
    await system.keepErasures()
    const app = await buildApp(system, {
      rateLimit: config.OPENFIELD_RATE_LIMIT,
      isAlone: !options.isMember && isOnlyServer(config),
      corsOrigins: config.OPENFIELD_CORS_ORIGINS,
      log: config.OPENFIELD_LOG,
    })
    watchers.log = app.log
    const served = metrics && !options.isMember ? await serveMetrics(metrics, metricsPlace(config)) : undefined
    started.push(async () => served?.close())
    // HTTP stops first, since requests in flight still leave work.
    started.push(
      async () => worker?.close(),
      async () => mailSync?.close(),
      () => closeApp(app),
      async () => system.events.close(),
    )
    await app.listen({ port: config.PORT, host: config.HOST })
    const { port } = app.server.address() as AddressInfo
    const url = `http://${hostInUrl(config.HOST)}:${port}`
    // With port 0 the address is known only now.
    if (config.OPENFIELD_PUBLIC_URL === undefined) system.publicUrl = url
    if (config.OPENFIELD_WORKER === 'on') {
      worker = startWorker(system, app.log)
      mailSync = startMailSync(system, { pollMs: config.OPENFIELD_MAIL_POLL_SECONDS * 1000, log: app.log })
    }
    if (metrics && options.isMember) answerForAll(metrics)
    return {
      url,
      publicUrl: system.publicUrl,
      metricsUrl: served?.url,
      first,
      leave: () => app.connections.leave(config.OPENFIELD_DRAIN_SECONDS * 1000),
      async handOver() {
        // Listeners come back by themselves, to another process, and go on where they were.
        system.events.close()
        await app.connections.handOver(idleMs)
      },
      close,
    }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
}

async function tracesOf(config: Config): Promise<Traces | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME: service, OTEL_TRACES_SAMPLER_ARG: ratio } = config
  if (endpoint === undefined) return undefined
  return openTraces({ endpoint, service, ratio, version: serverPackage.version })
}

/** What is asked of other servers, within spans. */
const tracedOutbound = (outbound: Outbound, traces: Traces | undefined): Outbound =>
  traces
    ? {
        ...outbound,
        request: (request) =>
          traces.outbound(request.method ?? 'GET', hostOf(request.url), () => outbound.request(request)),
      }
    : outbound

const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).hostname : 'none')

/** Where metrics are served. */
export const metricsPlace = (config: Config) => ({
  host: config.OPENFIELD_METRICS_HOST,
  port: config.OPENFIELD_METRICS_PORT ?? 0,
})

/** How long connections over which nothing is asked are kept for others to take over. */
const idleMs = 5_000

/** Every statement of a server takes milliseconds, or is one of many small ones. */
const silenceMaxMs = 30_000

type Log = (line: string) => void
/** `isMember`: one of several processes; the one that started them has the place of a server. */
type StartOptions = { log?: Log; isMember?: boolean }

/**
 * Opens the database as the server of its data folder. Refused while another one is, and where another server keeps files
 * of its own beside the database.
 */
export async function openPlace(config: Config, log?: Log, told?: StatementListener): Promise<Storage> {
  const storage = await open(config, 'server', log, told)
  if (!keepsFilesAlone(config)) return storage
  const leave = await holdSolePlace(storage.db).catch(async (error) => {
    await storage.close().catch(() => {})
    throw error
  })
  return { ...storage, close: () => leave().finally(storage.close) }
}

const openAsMember = (config: Config, log?: Log, told?: StatementListener) => open(config, 'tool', log, told)

const open = (config: Config, role: StorageOptions['role'], log?: Log, told?: StatementListener) =>
  openStorage({
    databaseUrl: config.DATABASE_URL,
    dataDir: config.OPENFIELD_DATA_DIR,
    connectionsMax: config.OPENFIELD_DATABASE_CONNECTIONS,
    silenceMaxMs,
    role,
    ...(log && { log }),
    ...(told && { told }),
  })

/** A connection may fall idle after the moment at which idle ones are closed, and would then be kept for a minute. */
async function closeApp(app: Awaited<ReturnType<typeof buildApp>>) {
  const closing = setInterval(() => app.server.closeIdleConnections(), 100)
  await app.close().finally(() => clearInterval(closing))
}

/** An embedded database has one server; so has an external one whose files are in a folder of its server. */
const isOnlyServer = (config: Config) => config.DATABASE_URL === undefined || keepsFilesAlone(config)

/** Several servers may use an external database, if they all see the same files. */
const keepsFilesAlone = (config: Config) =>
  config.DATABASE_URL !== undefined &&
  config.OPENFIELD_S3_BUCKET === undefined &&
  config.OPENFIELD_FILES_SHARED === 'off'

const hostInUrl = (host: string) => (host.includes(':') ? `[${host}]` : host)
