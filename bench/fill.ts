import type { RecordInput } from '../packages/server/src/domain/records/create.ts'
import { startChild } from './child.ts'
import type { Statements } from './limit.ts'
import { deal } from './opportunities.ts'
import type { Rig } from './rig.ts'
import { creations } from './statements.ts'
import type { Run } from './timed.ts'

const batchSize = 5000

/** Creates some of the invented opportunities, with any of the rig's accounts. */
export function fill(rig: Rig, count: number): Promise<void> {
  const inputs = Array.from({ length: count }, (_, n) => deal(n, rig.accounts, rig.owner))
  return fillWith(rig, { objectType: 'opportunity', inputs })
}

/** Records of one type. */
export type Records = { objectType: string; inputs: readonly RecordInput[] }

/**
 * Creates records as the server would, but without waiting for the disk, and lets it write their summaries. Then does what
 * PostgreSQL does by itself a while after so many writes.
 */
export async function fillWith(rig: Rig, ...all: readonly Records[]): Promise<void> {
  const file = new URL('./limit.ts', import.meta.url)
  const loader = startChild<Statements, Run>(file, [rig.dataDir], { PGOPTIONS: '-c synchronous_commit=off' })
  let running: Promise<unknown> = Promise.resolve()
  for (const { objectType, inputs } of all) {
    for (let from = 0; from < inputs.length; from += batchSize) {
      const statements = await creations(rig.ctx, objectType, inputs.slice(from, from + batchSize))
      await running
      running = loader.run({ connections: 4, statements })
    }
  }
  await running
  await loader.close()
  await rig.restart('on')
  await rig.workDone()
  await rig.restart('off')
  await rig.ctx.db.query('vacuum (analyze)')
  await rig.ctx.db.query('checkpoint')
}
