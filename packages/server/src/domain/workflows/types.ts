/** What may happen to a record. Of two records that are merged, one is `merged`, the other `merged-away`. */
export const recordEvents = ['created', 'updated', 'trashed', 'restored', 'merged', 'merged-away'] as const
export type RecordEvent = (typeof recordEvents)[number]

/** All object types there are and will be. */
export const everyType = '*'

/** What starts a workflow. */
export type Trigger =
  | {
      type: 'record'
      objectTypes: string[]
      events: RecordEvent[]
      fields?: string[] | undefined
      filter?: string | undefined
    }
  | { type: 'schedule'; cron: string; timeZone: string }
  | { type: 'hook'; signed?: boolean | undefined }
  | { type: 'manual'; objectType?: string | undefined }

type Input = Record<string, unknown>

export type CreateStep = {
  key: string
  type: 'create'
  objectType: string
  fields?: Input | undefined
  relationships?: Input | undefined
}
export type UpdateStep = {
  key: string
  type: 'update'
  objectType?: string | undefined
  record?: string | undefined
  fields?: Input | undefined
  relationships?: Input | undefined
}
export type HttpStep = {
  key: string
  type: 'http'
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  headers?: Record<string, string> | undefined
  body?: unknown
}
export type WaitStep = { key: string; type: 'wait'; seconds?: number | undefined; until?: string | undefined }
export type BranchStep = {
  key: string
  type: 'branch'
  filter: string
  objectType?: string | undefined
  record?: string | undefined
  yes: Step[]
  no?: Step[] | undefined
}

/** One step; `key` names it within its workflow. */
export type Step = CreateStep | UpdateStep | HttpStep | WaitStep | BranchStep

export type Definition = { name: string; trigger: Trigger; steps: Step[] }

/** The type of the records that the runs of a workflow are about, where that is one. */
export function typeOfTrigger(trigger: Trigger): string | undefined {
  if (trigger.type === 'manual') return trigger.objectType
  if (trigger.type !== 'record' || trigger.objectTypes.length !== 1) return undefined
  const [only] = trigger.objectTypes
  return only === everyType ? undefined : only
}
