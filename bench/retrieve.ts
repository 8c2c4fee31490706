import { encodeId } from '@openfield/schema'
import type { Effort } from './effort.ts'
import type { Request } from './load.ts'
import { random } from './opportunities.ts'
import type { Section } from './report.ts'
import type { Rig } from './rig.ts'
import { alternate, apiFigures, limitFigures, memoryFigure, othersFigure } from './rounds.ts'
import { retrievals } from './statements.ts'

const connections = 16

/** Retrieves opportunities, any of those there are, through the API and through the driver alone in turn. */
export async function measureRetrieves(rig: Rig, { rounds, retrieves }: Effort): Promise<Section> {
  const uuids = await opportunityIds(rig)
  let number = 0
  const some = () =>
    Array.from({ length: retrieves }, () => uuids[Math.floor(random(number++, 7) * uuids.length)] ?? '')
  const throughApi = () =>
    rig.send(
      connections,
      some().map((uuid): Request => ({ method: 'GET', path: `/v1/opportunities/${encodeId('opp', uuid)}` })),
    )
  const throughDriver = async () => rig.execute(connections, await retrievals(rig.ctx, 'opportunity', some()))
  const [api, limit] = await alternate(rounds, throughApi, throughDriver)
  return {
    title: 'Retrieve an opportunity, 16 connections',
    figures: [
      ...limitFigures(limit),
      ...apiFigures('through the API', api, limit, { ratio: 0.25, serverCpu: 0.2 }),
      memoryFigure(api),
      othersFigure(api, limit),
    ],
  }
}

async function opportunityIds({ ctx }: Rig): Promise<string[]> {
  const { types } = await ctx.definitions.get(ctx)
  const { rows } = await ctx.db.query<{ id: string }>(
    'select id from record where workspace_id = $1 and object_type = $2',
    [ctx.workspace, types.get('opportunity')?.number],
  )
  return rows.map(({ id }) => id)
}
