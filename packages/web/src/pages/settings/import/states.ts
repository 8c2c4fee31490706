import type { ImportState } from '@openfield/sdk'

export const stateLabels: Record<ImportState, string> = {
  draft: 'not started',
  running: 'running',
  cancelled: 'stopped',
  done: 'done',
  failed: 'failed',
  undoing: 'being taken back',
  undone: 'taken back',
}

/** Something happens by itself, so that looking again is worth it. */
export const isMoving = (state: ImportState) => state === 'running' || state === 'undoing'
