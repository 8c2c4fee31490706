import { availableParallelism } from 'node:os'
import { median, percentile } from './median.ts'
import type { Figure } from './report.ts'
import type { Measured } from './rig.ts'

/** Rounds of the same kind, summed up by their medians. Times are in ms, per item. */
export type Summary = {
  perSecond: number
  p50: number
  p95: number
  p99: number
  /** Processor time: of the process that put the load on, of the server, of PostgreSQL. */
  loadCpu: number
  serverCpu: number
  databaseCpu: number
  /** In MB, the highest of all rounds. */
  residentPeak: number
  /** What programs that have nothing to do with the bench took of the machine's processors, in percent. */
  others: number
}

/** Runs works in turn, A B A B …, after one round of each that does not count. */
export async function alternate<Works extends (() => Promise<Measured>)[]>(
  rounds: number,
  ...works: Works
): Promise<{ [Index in keyof Works]: Summary }> {
  const measured = works.map((): Measured[] => [])
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, work] of works.entries()) {
      const one = await work()
      if (round > 0) measured[index]?.push(one)
    }
  }
  return measured.map(summarise) as { [Index in keyof Works]: Summary }
}

function summarise(rounds: readonly Measured[]): Summary {
  const of = (value: (round: Measured) => number) => median(rounds.map(value))
  const milliseconds = (seconds: (round: Measured) => number) =>
    of((round) => (seconds(round) * 1000) / round.latencies.length)
  const latency = (percent: number) => of((round) => percentile(round.latencies, percent))
  return {
    perSecond: of((round) => round.latencies.length / round.seconds),
    p50: latency(50),
    p95: latency(95),
    p99: latency(99),
    loadCpu: milliseconds((round) => round.cpuSeconds),
    serverCpu: milliseconds((round) => round.serverCpuSeconds),
    databaseCpu: milliseconds((round) => round.databaseCpuSeconds),
    residentPeak: Math.max(...rounds.map((round) => round.residentPeak)),
    others: of(othersPercent),
  }
}

function othersPercent({ busySeconds, cpuSeconds, serverCpuSeconds, databaseCpuSeconds, seconds }: Measured): number {
  const theirs = busySeconds - cpuSeconds - serverCpuSeconds - databaseCpuSeconds
  return Math.max(0, (100 * theirs) / (seconds * availableParallelism()))
}

/** Figures of an operation through the API, beside the limit. The targets are those of the issue that asked for them. */
export const apiFigures = (
  name: string,
  api: Summary,
  limit: Summary,
  targets: { ratio?: number; serverCpu?: number } = {},
): Figure[] => [
  { name, value: api.perSecond, unit: '/s' },
  { name: `${name}, of the limit`, value: api.perSecond / limit.perSecond, unit: '×', least: targets.ratio },
  { name: `${name}, p50`, value: api.p50, unit: 'ms' },
  { name: `${name}, p99`, value: api.p99, unit: 'ms' },
  { name: `${name}, server CPU each`, value: api.serverCpu, unit: 'ms', most: targets.serverCpu },
  { name: `${name}, PostgreSQL CPU each`, value: api.databaseCpu, unit: 'ms' },
]

/** Figures of the same statements through the driver alone. */
export const limitFigures = (limit: Summary): Figure[] => [
  { name: 'the limit: the statements through the driver', value: limit.perSecond, unit: '/s' },
  { name: 'the limit, driver CPU each', value: limit.loadCpu, unit: 'ms' },
  { name: 'the limit, PostgreSQL CPU each', value: limit.databaseCpu, unit: 'ms' },
]

/** What the server process had in use at most. */
export const memoryFigure = (...summaries: Summary[]): Figure => ({
  name: 'server process, most memory',
  value: Math.max(...summaries.map(({ residentPeak }) => residentPeak)),
  unit: 'MB',
  most: 180,
})

/** How quiet the machine was. */
export const othersFigure = (...summaries: Summary[]): Figure => ({
  name: 'other programs meanwhile, of all processors',
  value: median(summaries.map(({ others }) => others)),
  unit: '%',
})
