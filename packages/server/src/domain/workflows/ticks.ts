import { transaction } from '../../storage/database.ts'
import { finishWork, type OutboxRow } from '../../storage/outbox.ts'
import { insertRuns, type StoredEvent } from '../../storage/workflow-runs.ts'
import { findWorkflow, moveSchedule, type StoredWorkflow } from '../../storage/workflows.ts'
import type { System } from '../context.ts'
import { derivedUuid } from './ids.ts'
import { nextTick } from './schedule.ts'
import { newRun } from './start.ts'
import type { Step, Trigger } from './types.ts'

/** Starts a workflow whose schedule fires. What was missed while no server ran comes once. */
export async function startForTick(system: System, workspace: number, piece: OutboxRow): Promise<void> {
  const { db } = system
  const workflow = await findWorkflow<StoredWorkflow<Trigger, Step>>(db, workspace, piece.recordId)
  const { trigger } = workflow ?? {}
  if (!workflow?.enabled || trigger?.type !== 'schedule') {
    await finishWork(db, workspace, piece)
    return
  }
  const now = system.now()
  await transaction(db, async (tx) => {
    const at = await moveSchedule(tx, workspace, piece, nextTick(trigger.cron, trigger.timeZone, now))
    if (!at) return
    const id = derivedUuid(at, 'tick', workflow.id, at.toISOString())
    const event: StoredEvent = { id, name: 'schedule', at, actor: null, objectType: null, recordId: null, data: {} }
    await insertRuns(tx, workspace, [event], [newRun(workflow, event)], now)
  })
}
