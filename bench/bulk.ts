import type { RecordInput } from '../packages/server/src/domain/records/create.ts'
import type { Effort } from './effort.ts'
import type { Request } from './load.ts'
import { company, deal } from './opportunities.ts'
import type { Figure, Section } from './report.ts'
import type { Rig } from './rig.ts'
import { alternate, memoryFigure, othersFigure, type Summary } from './rounds.ts'

const connections = 16

/** Creates records of one type after the other, as a program that brings a workspace over does, with background work on. */
export async function measureBulk(rig: Rig, { rounds, creates }: Effort): Promise<Section> {
  await rig.restart('on')
  let number = rig.accounts.length
  const some = (plural: string) => () => {
    const requests = Array.from({ length: creates / 2 }, () => creation(rig, plural, number++))
    return rig.send(connections, requests, rig.workDone)
  }
  const summaries = await alternate(rounds, ...Object.keys(inputs).map(some))
  await rig.restart('off')
  return {
    title: `Create many records, ${connections} connections, worker running`,
    figures: [
      ...Object.keys(inputs).flatMap((plural, index) => figures(plural, summaries[index])),
      memoryFigure(...summaries),
      othersFigure(...summaries),
    ],
  }
}

const creation = (rig: Rig, plural: string, n: number): Request => ({
  method: 'POST',
  path: `/v1/${plural}`,
  body: JSON.stringify(inputs[plural]?.(n, rig)),
})

/** Record number n of each type. */
const inputs: Record<string, (n: number, rig: Rig) => RecordInput> = {
  accounts: company,
  contacts: (n, { accounts }) => ({
    fields: {
      $name: { firstName: `Given ${n % 500}`, lastName: `Family ${n % 7919}` },
      $email: [`person-${n}@company-${n % accounts.length}.example`],
    },
    relationships: { $account: accounts[n % accounts.length] },
  }),
  opportunities: (n, { accounts, owner }) => deal(n, accounts, owner),
  tasks: (n, { accounts, owner }) => ({
    fields: { $title: `Call number ${n}`, $status: 'TODO', $dueAt: '2026-07-01T10:00:00Z' },
    relationships: { $assignedTo: owner, $account: accounts[n % accounts.length] },
  }),
  notes: (n, { accounts }) => ({
    fields: { $title: `Call number ${n}`, $content: 'They want *two* more seats, and a discount for the third.' },
    relationships: { $account: accounts[n % accounts.length] },
  }),
}

const figures = (plural: string, summary: Summary | undefined): Figure[] =>
  summary
    ? [
        { name: plural, value: summary.perSecond, unit: '/s' },
        { name: `${plural}, p99`, value: summary.p99, unit: 'ms' },
        { name: `${plural}, server CPU each, background included`, value: summary.serverCpu, unit: 'ms' },
        { name: `${plural}, PostgreSQL CPU each, background included`, value: summary.databaseCpu, unit: 'ms' },
      ]
    : []
