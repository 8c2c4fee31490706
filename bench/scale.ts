import type { Effort } from './effort.ts'
import type { Request } from './load.ts'
import { deal } from './opportunities.ts'
import type { Section } from './report.ts'
import { opportunityIds, retrieval, someOf } from './retrieve.ts'
import type { Rig } from './rig.ts'
import { alternate, memoryFigure, othersFigure } from './rounds.ts'

const connections = 16

/** Creates and retrieves by a server of one process, and by `--processes 1` and 2. */
export async function measureProcesses(rig: Rig, { rounds, creates, retrieves }: Effort): Promise<Section[]> {
  let number = 0
  const someDeals = () =>
    Array.from({ length: creates }, (): Request => {
      const body = JSON.stringify(deal(number++, rig.accounts, rig.owner))
      return { method: 'POST', path: '/v1/opportunities', body }
    })
  const sections: Section[] = []
  for (const processes of [undefined, 1, 2]) {
    await rig.restart('off', processes)
    const [created] = await alternate(rounds, () => rig.send(connections, someDeals()))
    const some = someOf(await opportunityIds(rig), retrieves)
    const [retrieved] = await alternate(rounds, () => rig.send(connections, some().map(retrieval)))
    sections.push({
      title: processes === undefined ? 'One process, 16 connections' : `--processes ${processes}, 16 connections`,
      figures: [
        { name: 'create an opportunity, worker paused', value: created.perSecond, unit: '/s' },
        { name: '…, server CPU each', value: created.serverCpu, unit: 'ms' },
        { name: '…, PostgreSQL CPU each', value: created.databaseCpu, unit: 'ms' },
        { name: 'retrieve an opportunity', value: retrieved.perSecond, unit: '/s' },
        { name: '…, server CPU each', value: retrieved.serverCpu, unit: 'ms' },
        { name: '…, PostgreSQL CPU each', value: retrieved.databaseCpu, unit: 'ms' },
        { ...memoryFigure(created, retrieved), name: 'all server processes, most memory', most: undefined },
        othersFigure(created, retrieved),
      ],
    })
  }
  return sections
}
