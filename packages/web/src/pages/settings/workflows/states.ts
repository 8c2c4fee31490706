import type { WorkflowRunStatus } from '@openfield/sdk'
import { durationText } from './lengths.ts'

/** How far runs are, in words, and the colour of that. */
export const states: Readonly<Record<WorkflowRunStatus, { label: string; color: string }>> = {
  queued: { label: 'about to start', color: 'gray' },
  running: { label: 'running', color: 'blue' },
  waiting: { label: 'waiting', color: 'blue' },
  completed: { label: 'done', color: 'field' },
  failed: { label: 'failed', color: 'red' },
  cancelled: { label: 'cancelled', color: 'gray' },
  refused: { label: 'refused', color: 'red' },
}

export const allStates = Object.keys(states) as WorkflowRunStatus[]

type Timed = { status: WorkflowRunStatus; nextAt: string | null; createdAt: string; endedAt: string | null }

const soonMs = 60_000

/** Something happens by itself before long, so that looking again is worth it. */
export const isMoving = ({ endedAt, nextAt }: Timed) =>
  endedAt === null && (nextAt === null || Date.parse(nextAt) < Date.now() + soonMs)

export const isOver = ({ status }: Pick<Timed, 'status'>) =>
  status === 'completed' || status === 'failed' || status === 'cancelled' || status === 'refused'

/** It waits because what it did has failed, and will be tried again. */
export const isTriedAgain = ({ status, problem }: Pick<Timed, 'status'> & { problem: string | null }) =>
  status === 'waiting' && problem !== null

/** How long a run took, or has taken so far. */
export const durationOf = ({ createdAt, endedAt }: Timed, now = Date.now()) =>
  durationText((endedAt === null ? now : Date.parse(endedAt)) - Date.parse(createdAt))
