import cluster from 'node:cluster'
import { type Config, unknownSettings } from '../config.ts'
import { DatabaseUnavailable } from '../embedded/unavailable.ts'
import { isOrder, NotServing, type Order, startFleet } from '../fleet.ts'
import { metricsPlace, openPlace, type Server, startServer } from '../server.ts'
import { metricsOfAll } from '../watching/fleet-metrics.ts'
import { serveMetrics } from '../watching/metrics.ts'

type Options = { processes?: number }
type Serving = Pick<Server, 'url' | 'publicUrl' | 'metricsUrl' | 'first'>

const log = (line: string) => console.error(line)
/** There, SIGHUP says that the terminal is gone. */
const isAtTerminal = process.stdin.isTTY === true

/** Serves until it is told to stop; then finishes what is in flight and exits with 0. */
export async function serve(config: Config, { processes }: Options): Promise<void> {
  if (cluster.isWorker) return serveAsMember(config)
  const stopping = Promise.withResolvers<void>()
  const stop = () => stopping.resolve()
  // Not `once`: under npm, Ctrl-C arrives twice, and the second must not end the process in the middle of stopping.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop)
  let hangUp = stop
  process.on('SIGHUP', () => hangUp())
  for (const name of unknownSettings(process.env)) {
    console.error(`${name} is not a setting and is ignored; see: npx openfield config`)
  }
  if (processes === undefined) {
    const server = await startServer(config, { log }).catch((error) => {
      throw listenProblem(error, config) ?? error
    })
    console.log(welcome(server))
    await stopping.promise
    await server.leave()
    return server.close()
  }

  const place = await openPlace(config, log)
  try {
    const fleet = await startFleet<Serving>(processes, log)
    if (!isAtTerminal) hangUp = () => void fleet.restart()
    const isWatched = config.OPENFIELD_METRICS_PORT !== undefined
    const metrics = isWatched ? await serveMetrics(await metricsOfAll(), metricsPlace(config)) : undefined
    console.log(welcome({ ...fleet.serving, metricsUrl: metrics?.url, processes }))
    await stopping.promise
    await fleet.stop()
    await metrics?.close()
  } catch (error) {
    if (!(error instanceof NotServing)) throw error
    process.exitCode = 1
  } finally {
    await place.close()
  }
}

/** Serves as one of several processes, until the one that started it says so, or is gone. */
async function serveAsMember(config: Config): Promise<void> {
  const told = Promise.withResolvers<Order>()
  process.on('message', (said: unknown) => {
    if (isOrder(said)) told.resolve(said)
  })
  process.on('SIGTERM', () => told.resolve('stop'))
  // At a terminal, all processes get them; what they mean for this one, it is told.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
  // Else the end of the other process would end this one at once.
  if (cluster.worker) cluster.worker.exitedAfterDisconnect = true
  process.once('disconnect', () => told.resolve('stop'))
  try {
    const server = await startServer(config, { log, isMember: true })
    const { url, publicUrl, metricsUrl, first } = server
    process.send?.({ url, publicUrl, metricsUrl, first } satisfies Serving)
    await ((await told.promise) === 'leave' ? server.handOver() : server.leave())
    await server.close()
  } catch (error) {
    throw listenProblem(error as { code?: string }, config) ?? error
  } finally {
    if (process.connected) process.disconnect()
  }
}

function listenProblem(error: { code?: string; port?: number }, config: Config): Error | undefined {
  const { HOST, PORT, OPENFIELD_METRICS_PORT: metricsPort, OPENFIELD_METRICS_HOST: metricsHost } = config
  if (metricsPort !== undefined && metricsPort !== PORT && error.port === metricsPort) {
    return new DatabaseUnavailable(
      `Metrics cannot be served on port ${metricsPort} of ${metricsHost} (${error.code}). Set OPENFIELD_METRICS_PORT to a free one.`,
    )
  }
  const problems: Record<string, string> = {
    EADDRINUSE: `Port ${PORT} on ${HOST} is in use, perhaps by another Openfield. Stop that one, or set PORT to another port.`,
    EACCES: `Port ${PORT} on ${HOST} needs more rights. Set PORT to one above 1023.`,
    EADDRNOTAVAIL: `This machine has no address ${HOST}. Set HOST to one it has, e.g. 127.0.0.1 or 0.0.0.0.`,
    ENOTFOUND: `The host name ${HOST} is not known. Set HOST to an address of this machine, e.g. 127.0.0.1.`,
  }
  const message = problems[error.code ?? '']
  return message === undefined ? undefined : new DatabaseUnavailable(message)
}

function welcome({ url, publicUrl, metricsUrl, first, processes }: Serving & Options): string {
  const lines = ['', `Openfield serves ${url}`, `Web app: ${publicUrl}/crm`, `API reference: ${publicUrl}/docs`]
  if (metricsUrl !== undefined) lines.push(`Metrics: ${metricsUrl}`)
  if (processes !== undefined && !isAtTerminal) lines.push(`To restart its processes in turn: kill -HUP ${process.pid}`)
  if (!first) {
    const lost = [
      'API key: npx openfield keys create --name NAME',
      'password: npx openfield password reset --email ADDRESS',
    ]
    return [...lines, ...lost.map((what) => `To replace a lost ${what}`), ''].join('\n')
  }
  return [
    ...lines,
    '',
    `Sign in to the web app as ${first.email}`,
    first.password === undefined
      ? 'with the OPENFIELD_ADMIN_PASSWORD.'
      : `Password (shown this once): ${first.password}`,
    '',
    `API key (shown this once): ${first.key}`,
    '',
    'Create an opportunity in the sample account:',
    '',
    `curl -X POST ${url}/v1/opportunities \\`,
    `  -H 'Authorization: Bearer ${first.key}' \\`,
    `  -H 'Lightfield-Version: 2026-03-01' \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '{"fields":{"$name":"First deal","$stage":"Lead"},"relationships":{"$account":"${first.accountId}"}}'`,
    '',
  ].join('\n')
}
