import type { Effort } from './effort.ts'
import type { Request } from './load.ts'
import { deal } from './opportunities.ts'
import type { Section } from './report.ts'
import type { Rig } from './rig.ts'
import { alternate, apiFigures, limitFigures, memoryFigure, othersFigure } from './rounds.ts'
import { creations } from './statements.ts'

const connections = 16

/** Creates through the API and through the driver alone in turn, then through the API while summaries are written. */
export async function measureCreates(rig: Rig, { rounds, creates }: Effort): Promise<Section> {
  let number = 0
  const deals = () => Array.from({ length: creates }, () => deal(number++, rig.accounts, rig.owner))
  const throughApi = (settled?: () => Promise<void>) =>
    rig.send(
      connections,
      deals().map((body): Request => ({ method: 'POST', path: '/v1/opportunities', body: JSON.stringify(body) })),
      settled,
    )
  const throughDriver = async () => rig.execute(connections, await creations(rig.ctx, 'opportunity', deals()))
  const [paused, limit] = await alternate(rounds, () => throughApi(), throughDriver)

  await rig.ctx.db.query('truncate outbox')
  await rig.restart('on')
  const [running] = await alternate(rounds, () => throughApi(rig.workDone))
  await rig.restart('off')

  return {
    title: 'Create an opportunity, 16 connections',
    figures: [
      ...limitFigures(limit),
      ...apiFigures('worker paused', paused, limit, { ratio: 0.5, serverCpu: 0.45 }),
      ...apiFigures('worker running', running, limit),
      memoryFigure(paused, running),
      othersFigure(paused, limit),
    ],
  }
}
