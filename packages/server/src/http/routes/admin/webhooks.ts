import { type JsonSchema, listOf, object, orNull, schemaRef, text } from '@openfield/schema/openapi'
import { z } from 'zod'
import {
  createWebhook,
  listDeliveries,
  listWebhooks,
  removeWebhook,
  replayDelivery,
  replayFailedDeliveries,
  retrieveWebhook,
  retrieveWebhookSecret,
  rotateWebhookSecret,
  testWebhook,
  updateWebhook,
} from '../../../domain/workflows/webhooks.ts'
import { parseWorkflowRunsQuery } from '../../list-query.ts'
import { isStorable, label } from './bodies.ts'
import { type AdminGroup, adminOperation } from './operation.ts'
import { eventNames, nothing, runParameters, runProgress, since, typeNames, workflowState } from './workflows.ts'

const isAddress = (one: string) => URL.canParse(one) && /^https?:$/.test(new URL(one).protocol)
const url = z
  .string()
  .refine(
    (one) => one.length <= 2000 && isStorable(one) && isAddress(one) && !one.includes('{{'),
    'it takes an address that begins with https:// or http://',
  )

const change = z.strictObject({
  url: url.optional(),
  name: label.optional(),
  objectTypes: typeNames.optional(),
  events: eventNames.optional(),
  enabled: z.boolean().optional(),
})
const newWebhook = change.extend({ url, secret: z.string().optional() })

const webhook: Record<string, JsonSchema> = {
  ...workflowState,
  name: text('What people call it; by default the host of the address.'),
  url: text('Where changes are told.'),
  objectTypes: { type: 'array', items: { type: 'string' }, description: 'Of which types; `*`: of all.' },
  events: { type: 'array', items: { type: 'string' }, description: 'Which of their events.' },
}

const attempt = {
  at: text('When it was over.', { format: 'date-time' }),
  status: orNull({ type: 'integer', description: 'What was answered; null: nothing.' }),
  durationMs: { type: 'integer', description: 'How long it took.' },
  problem: orNull(text('Why it failed; null when it did not.')),
  body: orNull(text('The first 2,048 characters of the answer.')),
}

const delivery: Record<string, JsonSchema> = {
  ...runProgress,
  webhookId: text('The `webhook-id` that receivers see, the same at each attempt.'),
  attempts: { type: 'array', items: object(attempt, Object.keys(attempt)) },
}

const secret = {
  secret: text('`whsec_` and the secret in base64.'),
  previousUntil: orNull(text('Until when the one before counts.', { format: 'date-time' })),
}

export const webhooks: AdminGroup = {
  operations: {
    'admin.webhook.list': adminOperation({
      method: 'GET',
      path: '/admin/v1/webhooks',
      summary: 'List webhooks',
      access: 'admin',
      answer: 'WebhookList',
      run: async ({ ctx }) => listWebhooks(ctx),
    }),
    'admin.webhook.create': adminOperation({
      method: 'POST',
      path: '/admin/v1/webhooks',
      summary: 'Subscribe an address to changes',
      description: 'A [webhook](using-the-api/webhooks/) is a workflow with one step.',
      access: 'admin',
      body: newWebhook,
      answer: 'CreatedWebhook',
      run: async ({ ctx, body }) => createWebhook(ctx, body),
    }),
    'admin.webhook.retrieve': adminOperation({
      method: 'GET',
      path: '/admin/v1/webhooks/:id',
      summary: 'Retrieve a webhook',
      access: 'admin',
      answer: 'Webhook',
      run: async ({ ctx, params }) => retrieveWebhook(ctx, params.id),
    }),
    'admin.webhook.update': adminOperation({
      method: 'PATCH',
      path: '/admin/v1/webhooks/:id',
      summary: 'Change, enable or disable a webhook',
      access: 'admin',
      alsoAnswers: [409],
      body: change,
      answer: 'Webhook',
      run: async ({ ctx, params, body }) => updateWebhook(ctx, params.id, body),
    }),
    'admin.webhook.remove': adminOperation({
      method: 'DELETE',
      path: '/admin/v1/webhooks/:id',
      summary: 'Remove a webhook',
      access: 'admin',
      answer: 'Webhook',
      run: async ({ ctx, params }) => removeWebhook(ctx, params.id),
    }),
    'admin.webhook.secret': adminOperation({
      method: 'GET',
      path: '/admin/v1/webhooks/:id/secret',
      summary: 'Read the secret that deliveries are signed with',
      access: 'admin',
      audited: true,
      alsoAnswers: [422],
      answer: 'SigningSecret',
      run: async ({ ctx, params }) => retrieveWebhookSecret(ctx, params.id),
    }),
    'admin.webhook.rotateSecret': adminOperation({
      method: 'POST',
      path: '/admin/v1/webhooks/:id/secret',
      summary: 'Give a webhook another secret',
      description: 'For a day, deliveries are signed with the one before as well.',
      access: 'admin',
      body: nothing,
      answer: 'SigningSecret',
      run: async ({ ctx, params }) => rotateWebhookSecret(ctx, params.id),
    }),
    'admin.webhook.deliveries': adminOperation({
      method: 'GET',
      path: '/admin/v1/webhooks/:id/deliveries',
      summary: 'List deliveries',
      description: 'Newest first, with every attempt. They are kept for 30 days.',
      access: 'admin',
      parameters: runParameters,
      answer: 'DeliveryPage',
      run: async ({ ctx, params, query }) => listDeliveries(ctx, params.id, parseWorkflowRunsQuery(query)),
    }),
    'admin.webhook.replay': adminOperation({
      method: 'POST',
      path: '/admin/v1/webhooks/:id/deliveries/:deliveryId/replay',
      summary: 'Deliver something again',
      description: 'Under the `webhook-id` that it had.',
      access: 'admin',
      body: nothing,
      answer: 'Delivery',
      run: async ({ ctx, params }) => replayDelivery(ctx, params.id, params.deliveryId),
    }),
    'admin.webhook.replayFailed': adminOperation({
      method: 'POST',
      path: '/admin/v1/webhooks/:id/replay',
      summary: 'Deliver again all that failed since a moment',
      access: 'admin',
      body: since,
      answer: 'ReplayCount',
      run: async ({ ctx, params, body }) => replayFailedDeliveries(ctx, params.id, body.since),
    }),
    'admin.webhook.test': adminOperation({
      method: 'POST',
      path: '/admin/v1/webhooks/:id/test',
      summary: 'Deliver a test',
      description: 'A `webhook.test`, also when the webhook is disabled.',
      access: 'admin',
      body: nothing,
      answer: 'Delivery',
      run: async ({ ctx, params }) => testWebhook(ctx, params.id),
    }),
  },
  schemas: {
    Webhook: object(webhook, Object.keys(webhook)),
    WebhookList: listOf('Webhook'),
    CreatedWebhook: object({ ...webhook, ...secret }, [...Object.keys(webhook), ...Object.keys(secret)]),
    Delivery: object(delivery, Object.keys(delivery)),
    DeliveryPage: object(
      {
        object: { const: 'list' },
        data: { type: 'array', items: schemaRef('Delivery') },
        nextCursor: orNull(text('Where the next page begins.')),
      },
      ['object', 'data', 'nextCursor'],
    ),
  },
}
