import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Aggregator, MetricObjectWithValues, MetricValue } from 'prom-client'
import type { Task } from './task.ts'

/** What the process tells of what it does; nothing of it names a workspace, a record or a path. */
export type Metrics = {
  /** `seconds` is undefined for answers that do not end by themselves. */
  request(operation: string, status: number, seconds: number | undefined): void
  rateLimited(category: string): void
  work(kind: string, outcome: 'done' | 'failed', pieces: number, seconds: number): void
  slowQuery(task: Task | undefined): void
  /** All of it, as Prometheus reads it. */
  text(): Promise<string>
  /** The same for another process, which adds up those of several. */
  figures(): Promise<MetricFigures[]>
  contentType: string
}

/** One metric with its values. */
export type MetricFigures = MetricObjectWithValues<MetricValue<string>>

/** What is read when Prometheus asks. */
export type Sources = {
  connections(): { inUse: number; idle: number; waiting: number }
  eventStreams(): number
  /** Undefined where others do the background work, and tell of it. */
  backlog: (() => Promise<Backlog>) | undefined
}

/** What waits to be done in the background, of all workspaces, and how mailboxes stand. */
export type Backlog = {
  work: { kind: string; waiting: number; oldestSeconds: number }[]
  mailboxes: { state: string; count: number }[]
}

/** From a read by id to a search through a million records. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
const workBuckets = [0.01, 0.1, 1, 10, 60, 600]
/** For so long what the database was asked stays true, however often metrics are read. */
const backlogMs = 5000

/** Starts to count; nothing is counted before, and nothing of the library is loaded. */
export async function createMetrics(version: string, sources: Sources): Promise<Metrics> {
  // The names of a CommonJS library are known to Node, but not to a bundle.
  const { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } = (await import('prom-client')).default
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })

  const requests = new Counter({
    name: 'openfield_http_requests_total',
    help: 'Requests by operation and by the status that was answered.',
    labelNames: ['operation', 'status'],
    registers,
  })
  const latency = new Histogram({
    name: 'openfield_http_request_duration_seconds',
    help: 'How long requests took, from their headers to the end of the answer; event streams are left out.',
    labelNames: ['operation'],
    buckets,
    registers,
  })
  const limited = new Counter({
    name: 'openfield_http_rate_limited_total',
    help: 'Requests that were refused because there were too many, by category.',
    labelNames: ['category'],
    registers,
  })
  const pieces = new Counter({
    name: 'openfield_work_total',
    help: 'Pieces of background work that were done, or failed and were put off.',
    labelNames: ['kind', 'outcome'],
    registers,
  })
  const workTime = new Histogram({
    name: 'openfield_work_duration_seconds',
    help: 'How long background work took; several pieces of one kind may be done together.',
    labelNames: ['kind'],
    buckets: workBuckets,
    registers,
  })
  const slow = new Counter({
    name: 'openfield_slow_queries_total',
    help: 'Queries that took longer than OPENFIELD_SLOW_QUERY_MS, by the operation or the kind of work they were for.',
    labelNames: ['for'],
    registers,
  })
  /** What is the same for all processes of a server is not added up. */
  const gauge = (name: string, help: string, labelNames: string[], aggregator: Aggregator = 'sum') =>
    new Gauge({ name: `openfield_${name}`, help, labelNames, registers, aggregator })

  gauge('build_info', 'Always 1; the version is a label.', ['version', 'node'], 'first').set(
    { version, node: process.versions.node },
    1,
  )
  const connections = gauge('database_connections', 'Connections to the database, by what they do.', ['state'])
  const waiting = gauge('database_waiting', 'What waits for a connection to the database.', [])
  const streams = gauge('event_streams', 'Streams of live events that are open.', [])
  const reachable = gauge('database_up', 'Whether the database answers: 1 or 0.', [], 'min')
  const work = gauge(
    'work_waiting',
    'Pieces of background work that are due, by kind, of all servers.',
    ['kind'],
    'max',
  )
  const oldest = gauge('work_oldest_seconds', 'For how long the oldest of them has been due.', ['kind'], 'max')
  const mailboxes = gauge('mailboxes', 'Mailboxes by how they stand with their servers.', ['state'], 'max')

  const readState = () => {
    const { inUse, idle, waiting: waits } = sources.connections()
    connections.set({ state: 'in_use' }, inUse)
    connections.set({ state: 'idle' }, idle)
    waiting.set(waits)
    streams.set(sources.eventStreams())
  }
  let readAt = Number.NEGATIVE_INFINITY
  const readBacklog = async () => {
    if (!sources.backlog || performance.now() - readAt < backlogMs) return
    const found = await sources.backlog().catch(() => undefined)
    for (const each of [work, oldest, mailboxes]) each.reset()
    reachable.set(found ? 1 : 0)
    if (!found) return
    readAt = performance.now()
    for (const { kind, waiting, oldestSeconds } of found.work) {
      work.set({ kind }, waiting)
      oldest.set({ kind }, oldestSeconds)
    }
    for (const { state, count } of found.mailboxes) mailboxes.set({ state }, count)
  }

  const read = async () => {
    readState()
    await readBacklog()
  }

  return {
    request(operation, status, seconds) {
      requests.inc({ operation, status })
      if (seconds !== undefined) latency.observe({ operation }, seconds)
    },
    rateLimited: (category) => limited.inc({ category }),
    work(kind, outcome, count, seconds) {
      pieces.inc({ kind, outcome }, count)
      workTime.observe({ kind }, seconds)
    },
    slowQuery: (task) => slow.inc({ for: task?.name ?? 'itself' }),
    async text() {
      await read()
      return registry.metrics()
    },
    async figures() {
      await read()
      return registry.getMetricsAsJSON()
    },
    contentType: registry.contentType,
  }
}

/** Serves `/metrics`, and nothing else, on a port of its own. Returns its address and what ends it. */
export async function serveMetrics(
  { text, contentType }: Pick<Metrics, 'text' | 'contentType'>,
  { host, port }: { host: string; port: number },
) {
  const server = createServer(async (request, response) => {
    const isAsked = request.method === 'GET' && request.url?.split('?')[0] === '/metrics'
    const answer = isAsked ? await text().catch(() => undefined) : 'There is GET /metrics here, and nothing else.\n'
    response.writeHead(isAsked ? (answer === undefined ? 500 : 200) : 404, {
      'content-type': isAsked && answer !== undefined ? contentType : 'text/plain; charset=utf-8',
    })
    response.end(answer)
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  server.unref()
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}/metrics`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
