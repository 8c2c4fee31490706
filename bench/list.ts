import type { Effort } from './effort.ts'
import { fill } from './fill.ts'
import type { Request } from './load.ts'
import { anyName, random } from './opportunities.ts'
import type { Figure, Section } from './report.ts'
import type { Rig } from './rig.ts'
import { alternate, memoryFigure, othersFigure, type Summary } from './rounds.ts'

/** Fills the database, then lists opportunities by name and by other filters. */
export async function measureLists(rig: Rig, effort: Effort): Promise<Section[]> {
  await fill(rig, effort.opportunities)
  return [await byName(rig, effort), await byOtherFilters(rig, effort)]
}

async function byName(rig: Rig, { rounds, lists, opportunities }: Effort): Promise<Section> {
  let number = 0
  const named = () => some(lists, () => `$name[equal]=${encodeURIComponent(anyName(number++))}`)
  const [one, sixteen] = await alternate(
    rounds,
    () => rig.send(1, named()),
    () => rig.send(16, named()),
  )
  return {
    title: `List by $name[equal]: 25 rows and exact total, ${opportunities.toLocaleString('en-US')} opportunities`,
    figures: [
      ...latencies('1 connection', one, 1.5),
      ...latencies('16 connections', sixteen, 6),
      memoryFigure(one, sixteen),
      othersFigure(one, sixteen),
    ],
  }
}

const latencies = (name: string, summary: Summary, mostP50?: number): Figure[] => [
  { name: `${name}, p50`, value: summary.p50, unit: 'ms', most: mostP50 },
  { name: `${name}, p95`, value: summary.p95, unit: 'ms' },
  { name: `${name}, p99`, value: summary.p99, unit: 'ms' },
  { name: `${name}, lists per second`, value: summary.perSecond, unit: '/s' },
  { name: `${name}, server CPU each`, value: summary.serverCpu, unit: 'ms' },
  { name: `${name}, PostgreSQL CPU each`, value: summary.databaseCpu, unit: 'ms' },
]

/** One connection, one round each: for the record. */
async function byOtherFilters(rig: Rig, { lists, opportunities }: Effort): Promise<Section> {
  const figures: Figure[] = []
  for (const query of otherFilters(rig, opportunities)) {
    const requests = some(Math.ceil(lists / 10), (n) => query(n))
    const { totalCount } = await rig.call<{ totalCount: number }>('GET', requests[0]?.path ?? '')
    const [summary] = await alternate(1, () => rig.send(1, requests))
    const name = `${decodeURIComponent(query(0)) || 'no filter'} → ${totalCount.toLocaleString('en-US')}`
    figures.push({ name, value: summary.p50, unit: 'ms' })
  }
  return { title: 'List by other filters → total: p50, 1 connection', figures }
}

const otherFilters = ({ accounts }: Rig, opportunities: number): ((n: number) => string)[] => [
  () => '',
  () => `offset=${opportunities / 2}`,
  () => '$stage[equal]=Proposal',
  () => '$stage[-equal]=Lead',
  () => '$amount[greaterThan]=300000',
  () => '$amount[greaterThan]=20000',
  () => '$amount[equal]=20000',
  () => '$closeDate[lessThan]=2025-01-15T00:00:00Z',
  () => '$name[startsWith]=acme%20robotics',
  () => '$name[startsWith]=acme',
  (n) => `$account=${accounts[500 + Math.floor(random(n, 8) * 500)]}`,
  () => `$account=${accounts[0]}`,
  () => '$stage[equal]=Proposal&$amount[greaterThan]=100000',
  (n) => `$name[equal]=${encodeURIComponent(anyName(n))}&$stage[equal]=Lead`,
]

const some = (count: number, query: (n: number) => string): Request[] =>
  Array.from({ length: count }, (_, n) => ({ method: 'GET', path: `/v1/opportunities?${query(n)}` }))
