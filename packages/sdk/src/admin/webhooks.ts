import type { RequestOptions, Send } from '../request.ts'
import type { RecordEvent, SigningSecret, Workflow, WorkflowRun } from './workflows.ts'

/** What to tell of: by default everything that happens to records of every type. */
export type WebhookSettings = {
  url: string
  name?: string
  /** `['*']` for all there are and will be. */
  objectTypes?: string[]
  events?: RecordEvent[]
  enabled?: boolean
}

/** `secret`: one of your own, `whsec_` and 24 to 64 bytes in base64. */
export type NewWebhook = WebhookSettings & { secret?: string }

/** A subscription to changes: a workflow with one step, which tells an address what happened. */
export type Webhook = Required<WebhookSettings> &
  Pick<Workflow, 'id' | 'problem' | 'version' | 'actsAs' | 'failingSince' | 'createdAt' | 'updatedAt'>

/** One attempt to deliver; of what was answered, the first 2,048 characters. */
export type DeliveryAttempt = {
  at: string
  status: number | null
  durationMs: number
  problem: string | null
  body: string | null
}

export type Delivery = Pick<
  WorkflowRun,
  'id' | 'status' | 'cause' | 'problem' | 'nextAt' | 'replayOf' | 'createdAt' | 'endedAt'
> & {
  /** The `webhook-id` that receivers see: the same for every attempt and replay. */
  webhookId: string
  attempts: DeliveryAttempt[]
}

export type DeliveryPage = { data: Delivery[]; nextCursor: string | null }
export type DeliveryQuery = { limit?: number; after?: string; status?: Delivery['status'] }

/** Webhooks; only for admins. Every operation throws APIError when it fails. */
export class Webhooks {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  list(options?: RequestOptions): Promise<{ data: Webhook[]; totalCount: number }> {
    return this.#send({ method: 'GET', api: 'admin', path: ['webhooks'] }, options)
  }

  retrieve(id: string, options?: RequestOptions): Promise<Webhook> {
    return this.#send({ method: 'GET', api: 'admin', path: ['webhooks', id] }, options)
  }

  create(webhook: NewWebhook, options?: RequestOptions): Promise<Webhook & SigningSecret> {
    return this.#send({ method: 'POST', api: 'admin', path: ['webhooks'], body: webhook }, options)
  }

  /** Changes what is named; enabling it again forgets its problem. */
  update(id: string, change: Partial<WebhookSettings>, options?: RequestOptions): Promise<Webhook> {
    return this.#send({ method: 'PATCH', api: 'admin', path: ['webhooks', id], body: change }, options)
  }

  /** Removes a webhook, and cancels what is under way. Returns it as it was. */
  remove(id: string, options?: RequestOptions): Promise<Webhook> {
    return this.#send({ method: 'DELETE', api: 'admin', path: ['webhooks', id] }, options)
  }

  secret(id: string, options?: RequestOptions): Promise<SigningSecret> {
    return this.#send({ method: 'GET', api: 'admin', path: ['webhooks', id, 'secret'] }, options)
  }

  rotateSecret(id: string, options?: RequestOptions): Promise<SigningSecret> {
    return this.#send({ method: 'POST', api: 'admin', path: ['webhooks', id, 'secret'], body: {} }, options)
  }

  /** Newest first, with their attempts. */
  deliveries(id: string, query: DeliveryQuery = {}, options?: RequestOptions): Promise<DeliveryPage> {
    return this.#send({ method: 'GET', api: 'admin', path: ['webhooks', id, 'deliveries'], query }, options)
  }

  /** Delivers something again, under the same `webhook-id`. */
  replay(id: string, deliveryId: string, options?: RequestOptions): Promise<Delivery> {
    const path = ['webhooks', id, 'deliveries', deliveryId, 'replay']
    return this.#send({ method: 'POST', api: 'admin', path, body: {} }, options)
  }

  /** Delivers again all that failed since a moment. */
  replayFailed(id: string, since: { since: string }, options?: RequestOptions): Promise<{ count: number }> {
    return this.#send({ method: 'POST', api: 'admin', path: ['webhooks', id, 'replay'], body: since }, options)
  }

  /** Delivers a `webhook.test`, also when it is disabled. */
  test(id: string, options?: RequestOptions): Promise<Delivery> {
    return this.#send({ method: 'POST', api: 'admin', path: ['webhooks', id, 'test'], body: {} }, options)
  }
}
