import { newUuid } from '@openfield/schema'
import type { NewRun, StoredEvent } from '../../storage/workflow-runs.ts'

/** A change that so many runs led to, each by the change of the one before, starts no further one. */
export const depthMax = 8

type Options = { depth?: number; problem?: string; replayOf?: string }

/** A run of a workflow for an event; with a problem, one that does not begin. */
export const newRun = (
  { id, version }: { id: string; version: number },
  event: Pick<StoredEvent, 'id'>,
  { depth = 0, problem, replayOf }: Options = {},
): NewRun => ({
  id: newUuid(),
  workflowId: id,
  version,
  eventId: event.id,
  depth,
  replayOf: replayOf ?? null,
  status: problem === undefined ? 'queued' : depth >= depthMax ? 'refused' : 'failed',
  problem: problem ?? null,
})
