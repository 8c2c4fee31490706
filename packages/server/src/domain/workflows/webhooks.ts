import { newUuid, noResource } from '@openfield/schema'
import { logsOf, type RunRow, type StoredEvent } from '../../storage/workflow-runs.ts'
import { listWorkflows as listStored } from '../../storage/workflows.ts'
import type { Context } from '../context.ts'
import { callingActor } from './event.ts'
import { webhookIdOf } from './ids.ts'
import {
  begin,
  causesOf,
  type PageQuery,
  pageOfRuns,
  presentProgress,
  replay,
  replayFailed,
  requireRun,
} from './runs.ts'
import { readSigningSecret } from './secrets.ts'
import { type Definition, everyType, type HttpStep, type RecordEvent, recordEvents } from './types.ts'
import {
  insert,
  membersOf,
  presentState,
  remove,
  requireWorkflow,
  retrieveSecret,
  rotateSecret,
  update,
  type Workflow,
} from './workflows.ts'

export type WebhookSettings = { url: string; name: string; objectTypes: string[]; events: RecordEvent[] }
type Optional<T> = { [Key in keyof T]?: T[Key] | undefined }
export type NewWebhook = Pick<WebhookSettings, 'url'> & Optional<WebhookSettings & { enabled: boolean; secret: string }>
export type WebhookChange = Optional<WebhookSettings & { enabled: boolean }>

const stepKey = 'deliver'

/** What receivers are sent. */
const envelope = {
  type: '{{trigger.event}}',
  timestamp: '{{trigger.at}}',
  data: { record: '{{trigger.record}}', changed: '{{trigger.changed}}', actor: '{{trigger.actor}}' },
}

/** The workflow that a webhook is. */
const definitionOf = ({ url, name, objectTypes, events }: WebhookSettings): Definition => ({
  name,
  trigger: { type: 'record', objectTypes, events },
  steps: [{ key: stepKey, type: 'http', method: 'POST', url, body: envelope }],
})

function settingsOf({ name, trigger, steps }: Workflow): WebhookSettings {
  if (trigger.type !== 'record') throw new Error('a webhook is started by records')
  const { url } = steps[0] as HttpStep
  return { url, name, objectTypes: trigger.objectTypes, events: trigger.events }
}

export async function listWebhooks(ctx: Context) {
  const found = await listStored<Workflow>(ctx.db, ctx.workspace, 'webhook')
  return { object: 'list', data: await presentWebhooks(ctx, found), totalCount: found.length }
}

export const retrieveWebhook = async (ctx: Context, id: string) => present(ctx, await requireWebhook(ctx, id))

const requireWebhook = (ctx: Context, id: string) => requireWorkflow(ctx, id, 'webhook')

/** Subscribes an address to changes. The answer has the secret that its requests are signed with. */
export async function createWebhook(ctx: Context, input: NewWebhook) {
  const { url, objectTypes = [everyType], events = [...recordEvents], enabled = true, secret } = input
  const name = input.name ?? hostOf(url)
  const definition = definitionOf({ url, name, objectTypes, events })
  const chosen = secret === undefined ? undefined : readSigningSecret(secret)
  const { id } = await insert(ctx, 'webhook', { ...definition, enabled }, chosen)
  return { ...(await retrieveWebhook(ctx, id)), ...(await retrieveSecret(ctx, id)) }
}

const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : url).slice(0, 200)

/** Changes what is named. */
export async function updateWebhook(ctx: Context, id: string, { enabled, ...change }: WebhookChange) {
  const old = await requireWebhook(ctx, id)
  const said = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
  await update(ctx, old, { ...definitionOf({ ...settingsOf(old), ...said }), enabled })
  return retrieveWebhook(ctx, id)
}

/** Removes a webhook and cancels what is under way. Returns it as it was. */
export async function removeWebhook(ctx: Context, id: string) {
  const found = await requireWebhook(ctx, id)
  await remove(ctx, found)
  return present(ctx, found)
}

export const retrieveWebhookSecret = async (ctx: Context, id: string) => {
  await requireWebhook(ctx, id)
  return retrieveSecret(ctx, id)
}

export const rotateWebhookSecret = async (ctx: Context, id: string) => {
  await requireWebhook(ctx, id)
  return rotateSecret(ctx, id)
}

/** Delivers an event that says only that it is a test. */
export async function testWebhook(ctx: Context, id: string) {
  const webhook = await requireWebhook(ctx, id)
  const event: StoredEvent = {
    ...{ id: newUuid(), name: 'webhook.test', at: ctx.now(), actor: ctx.caller?.actor ?? null },
    ...{ objectType: null, recordId: null, data: { actor: await callingActor(ctx) } },
  }
  return presentDelivery(ctx, await begin(ctx, webhook, event))
}

/** What was and is delivered, newest first. */
export async function listDeliveries(ctx: Context, id: string, query: PageQuery) {
  const { id: uuid } = await requireWebhook(ctx, id)
  const { runs, nextCursor } = await pageOfRuns(ctx, uuid, query)
  return { object: 'list', data: await presentDeliveries(ctx, runs), nextCursor }
}

/** Delivers something again, under the `webhook-id` that it had. */
export async function replayDelivery(ctx: Context, id: string, deliveryId: string) {
  const { id: uuid } = await requireWebhook(ctx, id)
  const run = await requireRun(ctx, deliveryId)
  if (run.workflowId !== uuid) throw noResource('deliveries')
  return presentDelivery(ctx, await replay(ctx, run))
}

/** Delivers again all that failed since a moment. */
export async function replayFailedDeliveries(ctx: Context, id: string, since: string) {
  await requireWebhook(ctx, id)
  return replayFailed(ctx, id, since)
}

const present = async (ctx: Context, webhook: Workflow) => (await presentWebhooks(ctx, [webhook]))[0]

async function presentWebhooks(ctx: Context, webhooks: readonly Workflow[]) {
  const nameOf = await membersOf(ctx, webhooks)
  return webhooks.map((one) => ({ ...presentState(one, nameOf), ...settingsOf(one) }))
}

const presentDelivery = async (ctx: Context, run: RunRow) => (await presentDeliveries(ctx, [run]))[0]

type Shown = { request?: { status: number | null; durationMs: number; body: string | null } }

async function presentDeliveries(ctx: Context, runs: readonly RunRow[]) {
  const causeOf = await causesOf(ctx, runs)
  const logs = await logsOf(
    ctx.db,
    ctx.workspace,
    runs.map(({ id }) => id),
  )
  return runs.map((run) => ({
    ...presentProgress(run, causeOf),
    webhookId: webhookIdOf(run.workflowId, run.eventId, stepKey),
    attempts: logs.flatMap(({ runId, at, kind, message, details }) => {
      const { request } = details as Shown
      if (runId !== run.id || !request) return []
      const { status, durationMs, body } = request
      return [{ at: at.toISOString(), status, durationMs, problem: kind === 'done' ? null : message, body }]
    }),
  }))
}
