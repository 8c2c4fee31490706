import type { RequestOptions, Send } from './request.ts'

/** How far a run of a workflow is. */
export type WorkflowRunStatus = 'queued' | 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled' | 'refused'

/** Runs of workflows, as the public API knows them. Every operation throws APIError when it fails. */
export class WorkflowRuns {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /** How far a run is; any key may ask. Throws NotFoundError for an id that no run has. */
  status(runId: string, options?: RequestOptions): Promise<{ status: WorkflowRunStatus }> {
    return this.#send({ method: 'GET', path: ['workflowRun', runId, 'status'] }, options)
  }
}
