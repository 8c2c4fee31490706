import type { RequestOptions, Send } from '../request.ts'
import type { WorkflowRunStatus } from '../workflow-runs.ts'
import type { Actor } from './events.ts'

/** What may happen to a record. Of two records that are merged, one is `merged`, the other `merged-away`. */
export type RecordEvent = 'created' | 'updated' | 'trashed' | 'restored' | 'merged' | 'merged-away'

/** What starts a workflow. */
export type WorkflowTrigger =
  | {
      type: 'record'
      /** The types of the records, or `['*']` for all there are and will be. */
      objectTypes: string[]
      events: RecordEvent[]
      /** Of updates only those that change one of these fields or relationships; of one object type. */
      fields?: string[]
      /** Only records that pass, as a list's query says it, e.g. `$stage=Won&$amount[greaterThan]=1000`; of one object type. */
      filter?: string
    }
  /** Five parts, as cron has them, e.g. `0 9 * * 1-5`, in a zone such as `Europe/Berlin`. */
  | { type: 'schedule'; cron: string; timeZone: string }
  /** A request of another system to the workflow's own address; `signed`: only with a signature by its secret. */
  | { type: 'hook'; signed?: boolean }
  /** Somebody runs it; `objectType`: for a record of this type. */
  | { type: 'manual'; objectType?: string }

/**
 * One step. `key` names it within its workflow; what it answered is `{{steps.<key>.…}}` from then on. Texts may hold
 * `{{trigger.…}}` and `{{steps.…}}`; one that is nothing else becomes the value itself.
 */
export type WorkflowStep = { key: string } & (
  | { type: 'create'; objectType: string; fields?: Record<string, unknown>; relationships?: Record<string, unknown> }
  | {
      type: 'update'
      /** By default the type and the id of the record that the run is about. */
      objectType?: string
      record?: string
      fields?: Record<string, unknown>
      relationships?: Record<string, unknown>
    }
  | {
      type: 'http'
      method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
      url: string
      headers?: Record<string, string>
      /** Sent as JSON. */
      body?: unknown
    }
  /** `seconds` long; or until a moment, e.g. `{{trigger.record.fields.$closeDate}}`, or so many seconds after (before) it. */
  | { type: 'wait'; seconds: number; until?: string }
  | { type: 'wait'; seconds?: number; until: string }
  /** Whether a record passes a filter now. By default the record that the run is about. */
  | {
      type: 'branch'
      filter: string
      objectType?: string
      record?: string
      yes: WorkflowStep[]
      no?: WorkflowStep[]
    }
)

export type WorkflowDefinition = { name: string; trigger: WorkflowTrigger; steps: WorkflowStep[] }
export type NewWorkflow = WorkflowDefinition & { enabled?: boolean }
export type WorkflowChange = Partial<NewWorkflow>

export type Workflow = WorkflowDefinition & {
  id: string
  enabled: boolean
  /** Why the server disabled it; null when it did not. */
  problem: string | null
  /** Its newest version; every change of trigger, steps or name makes another. */
  version: number
  /** The admin with whose rights it acts: who saved or enabled it last. Null: nobody, who sees nothing private. */
  actsAs: { id: string; name: string | null } | null
  /** When it fires next, of those with a schedule. */
  nextAt: string | null
  /** When its requests began to fail without one that succeeded since. */
  failingSince: string | null
  createdAt: string
  updatedAt: string
}

/** `hookUrl`: the address of a workflow that waits for requests. It is shown only here, and when it is renewed. */
export type CreatedWorkflow = Workflow & { hookUrl: string | null }

export type WorkflowVersion = WorkflowDefinition & { version: number; createdAt: string; actor: Actor | null }

export type WorkflowRun = {
  id: string
  workflowId: string
  version: number
  status: WorkflowRunStatus
  /** What started it: `event` is e.g. `opportunity.updated`, `schedule`, `hook`, `manual`. */
  cause: { event: string; at: string; record: { id: string; objectType: string } | null; actor: Actor | null }
  /** How many runs led to it, one by the change of the other. */
  depth: number
  /** Of which run it is a repetition. */
  replayOf: string | null
  /** Why it failed or was refused. */
  problem: string | null
  /** When it goes on, of those that wait. */
  nextAt: string | null
  createdAt: string
  endedAt: string | null
}

/** One thing that happened in a run, readable as it is. */
export type WorkflowLogEntry = {
  at: string
  /** Null: it is about the run as a whole. */
  step: string | null
  kind: 'started' | 'done' | 'failed' | 'retrying' | 'waiting' | 'ended'
  message: string
  /** What a request came to. Of what was answered, the first 2,048 characters. */
  request: {
    method: string
    url: string
    attempt: number
    status: number | null
    durationMs: number
    body: string | null
  } | null
  record: { id: string; objectType: string } | null
}

export type WorkflowRunWithLog = WorkflowRun & { log: WorkflowLogEntry[] }
export type WorkflowRunPage = { data: WorkflowRun[]; nextCursor: string | null }
export type WorkflowRunQuery = { limit?: number; after?: string; status?: WorkflowRunStatus }

/** A secret that requests are signed with, by Standard Webhooks. After a renewal, the one before counts for a day more. */
export type SigningSecret = { secret: string; previousUntil: string | null }

/** Workflows; only for admins. Every operation throws APIError when it fails. */
export class Workflows {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  list(options?: RequestOptions): Promise<{ data: Workflow[]; totalCount: number }> {
    return this.#send({ method: 'GET', api: 'admin', path: ['workflows'] }, options)
  }

  retrieve(id: string, options?: RequestOptions): Promise<Workflow> {
    return this.#send({ method: 'GET', api: 'admin', path: ['workflows', id] }, options)
  }

  /** It is enabled unless `enabled` says otherwise. */
  create(workflow: NewWorkflow, options?: RequestOptions): Promise<CreatedWorkflow> {
    return this.#send({ method: 'POST', api: 'admin', path: ['workflows'], body: workflow }, options)
  }

  /** Changes what is named. Runs that are under way go on as they began. */
  update(id: string, change: WorkflowChange, options?: RequestOptions): Promise<Workflow> {
    return this.#send({ method: 'PATCH', api: 'admin', path: ['workflows', id], body: change }, options)
  }

  /** Removes a workflow, and cancels its runs. Returns it as it was. */
  remove(id: string, options?: RequestOptions): Promise<Workflow> {
    return this.#send({ method: 'DELETE', api: 'admin', path: ['workflows', id] }, options)
  }

  /** Newest first. */
  versions(id: string, options?: RequestOptions): Promise<{ data: WorkflowVersion[]; totalCount: number }> {
    return this.#send({ method: 'GET', api: 'admin', path: ['workflows', id, 'versions'] }, options)
  }

  secret(id: string, options?: RequestOptions): Promise<SigningSecret> {
    return this.#send({ method: 'GET', api: 'admin', path: ['workflows', id, 'secret'] }, options)
  }

  /** Another secret from now on. */
  rotateSecret(id: string, options?: RequestOptions): Promise<SigningSecret> {
    return this.#send({ method: 'POST', api: 'admin', path: ['workflows', id, 'secret'], body: {} }, options)
  }

  /** Another address from now on; the one before is no more. */
  renewHook(id: string, options?: RequestOptions): Promise<{ hookUrl: string }> {
    return this.#send({ method: 'POST', api: 'admin', path: ['workflows', id, 'hook'], body: {} }, options)
  }

  /** Runs it now, also when it is disabled; `recordId` is the record that the run is about. */
  run(id: string, about: { recordId?: string } = {}, options?: RequestOptions): Promise<WorkflowRun> {
    return this.#send({ method: 'POST', api: 'admin', path: ['workflows', id, 'run'], body: about }, options)
  }

  /** Newest first. */
  runs(id: string, query: WorkflowRunQuery = {}, options?: RequestOptions): Promise<WorkflowRunPage> {
    return this.#send({ method: 'GET', api: 'admin', path: ['workflows', id, 'runs'], query }, options)
  }

  /** One run with its log. */
  retrieveRun(runId: string, options?: RequestOptions): Promise<WorkflowRunWithLog> {
    return this.#send({ method: 'GET', api: 'admin', path: ['workflow-runs', runId] }, options)
  }

  /** Ends a run before its next step. */
  cancelRun(runId: string, options?: RequestOptions): Promise<WorkflowRun> {
    return this.#send({ method: 'POST', api: 'admin', path: ['workflow-runs', runId, 'cancel'], body: {} }, options)
  }

  /** Has a run that failed or was cancelled go on where it stopped; of one that is completed, begins another of the same event. */
  replayRun(runId: string, options?: RequestOptions): Promise<WorkflowRun> {
    return this.#send({ method: 'POST', api: 'admin', path: ['workflow-runs', runId, 'replay'], body: {} }, options)
  }

  /** The same for all runs that failed since a moment. */
  replayFailed(id: string, since: { since: string }, options?: RequestOptions): Promise<{ count: number }> {
    return this.#send({ method: 'POST', api: 'admin', path: ['workflows', id, 'replay'], body: since }, options)
  }
}
