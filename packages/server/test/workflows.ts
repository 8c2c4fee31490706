import { expect, vi } from 'vitest'
import { successOf } from './factories.ts'
import type { Api } from './harness.ts'

/** Servers whose workflows may send requests to this machine. */
export const toThisMachine = { OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8' }

export type RunBody = {
  id: string
  status: string
  version: number
  depth: number
  problem: string | null
  nextAt: string | null
  replayOf: string | null
  cause: { event: string; at: string; record: { id: string } | null; actor: { type: string; id: string } | null }
}
export type LogBody = {
  step: string | null
  kind: string
  message: string
  request: { attempt: number; status: number | null; body: string | null } | null
}
export type WorkflowBody = {
  id: string
  version: number
  enabled: boolean
  problem: string | null
  hookUrl: string | null
  nextAt: string | null
  failingSince: string | null
  actsAs: { id: string } | null
}
export type DeliveryBody = RunBody & {
  webhookId: string
  attempts: { status: number | null; problem: string | null; body: string | null }[]
}
export type WebhookBody = WorkflowBody & { url: string; secret: string; previousUntil: string | null }

export const aWorkflow = async (api: Api, trigger: object, steps: object[], more: object = {}) =>
  successOf(await api.post<WorkflowBody>('/admin/v1/workflows', { name: 'A workflow', trigger, steps, ...more }))

export const aWebhook = async (api: Api, url: string, more: object = {}) =>
  successOf(await api.post<WebhookBody>('/admin/v1/webhooks', { url, ...more }))

/** The runs of a workflow, oldest first. */
export const runsOf = async (api: Api, { id }: { id: string }, query = '?limit=100') =>
  successOf(await api.get<{ data: RunBody[] }>(`/admin/v1/workflows/${id}/runs${query}`)).data.toReversed()

export const deliveriesOf = async (api: Api, { id }: { id: string }) =>
  successOf(await api.get<{ data: DeliveryBody[] }>(`/admin/v1/webhooks/${id}/deliveries?limit=100`)).data.toReversed()

export const runOf = async (api: Api, { id }: { id: string }) =>
  successOf(await api.get<RunBody & { log: LogBody[] }>(`/admin/v1/workflow-runs/${id}`))

const soon = { timeout: 15_000, interval: 10 }
export const eventually = <T>(check: () => Promise<T> | T): Promise<T> => vi.waitFor(check, soon)

/** Waits until the only run of a workflow, or a run, is so far. */
export const untilRun = (api: Api, run: { id: string }, status: string) =>
  eventually(async () => {
    const found = await runOf(api, run)
    expect(found.status, JSON.stringify(found.log)).toBe(status)
    return found
  })

export const untilFirst = (api: Api, workflow: { id: string }, status: string) =>
  eventually(async () => {
    const [run] = await runsOf(api, workflow)
    expect(run?.status, JSON.stringify(run)).toBe(status)
    return runOf(api, { id: run?.id ?? '' })
  })

/** Has everything that waits go on at once, as if its time had come. */
export async function hurry(api: Api): Promise<void> {
  await api.sql('update workflow_run set due_at = now() where due_at is not null')
  await api.sql("update outbox set due_at = now() where kind = 'workflow'")
}

/** Waits until no change is left that could start anything, and no run is about to go on. */
export const untilQuiet = (api: Api) =>
  eventually(async () => {
    const [row] = await api.sql<{ left: boolean }>(
      `select exists (select from workflow_cursor c join change n on n.workspace_id = c.workspace_id
           and (n.transaction, n.id) > (c.transaction, c.id)) or exists (select from outbox where due_at <= now()
           and kind like 'workflow%') as left`,
    )
    expect(row?.left).toBe(false)
  })
