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
  const some = someOf(uuids, retrieves)
  const throughApi = () => rig.send(connections, some().map(retrieval))
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

/** Returns what picks so many ids, others each time. */
export function someOf(uuids: readonly string[], count: number): () => string[] {
  let number = 0
  return () => Array.from({ length: count }, () => uuids[Math.floor(random(number++, 7) * uuids.length)] ?? '')
}

/** The request for an opportunity. */
export const retrieval = (uuid: string): Request => ({
  method: 'GET',
  path: `/v1/opportunities/${encodeId('opp', uuid)}`,
})

/** Of all opportunities there are. */
export async function opportunityIds({ ctx }: Rig): Promise<string[]> {
  const { types } = await ctx.definitions.get(ctx)
  const { rows } = await ctx.db.query<{ id: string }>(
    'select id from record where workspace_id = $1 and object_type = $2',
    [ctx.workspace, types.get('opportunity')?.number],
  )
  return rows.map(({ id }) => id)
}
