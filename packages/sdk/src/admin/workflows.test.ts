import { expect, it, vi } from 'vitest'
import { startApi } from '../../../server/test/harness.ts'
import { aReceiver } from '../../../server/test/receiver.ts'
import { toThisMachine } from '../../../server/test/workflows.ts'
import { NotFoundError, Openfield } from '../index.ts'

const api = await startApi(toThisMachine)
const receiver = await aReceiver()
const client = new Openfield({ apiKey: api.key, baseURL: api.url })
const { workflows, webhooks } = client.admin
const soon = { timeout: 15_000, interval: 20 }
const until = (id: string, status: string) =>
  vi.waitFor(async () => expect(await client.workflowRun.status(id)).toEqual({ status }), soon)

it('makes workflows, changes, lists, runs and removes them', async () => {
  const made = await workflows.create({
    name: 'Say it',
    trigger: { type: 'manual', objectType: 'account' },
    steps: [
      { key: 'wait', type: 'wait', seconds: 0 },
      {
        key: 'send',
        type: 'http',
        method: 'POST',
        url: receiver.url('/say'),
        body: { name: '{{trigger.record.fields.$name}}' },
      },
    ],
  })
  const { hookUrl, ...workflow } = made
  expect(hookUrl).toBe(null)
  expect(await workflows.retrieve(made.id)).toEqual(workflow)
  expect((await workflows.list()).data).toEqual([workflow])
  const account = await client.account.create({ fields: { $name: 'Acme' } })
  const run = await workflows.run(made.id, { recordId: account.id })
  await until(run.id, 'completed')
  expect(receiver.at('/say').map(({ body }) => body)).toEqual([{ name: 'Acme' }])
  const { log, ...shown } = await workflows.retrieveRun(run.id)
  expect(log.map(({ step, kind }) => [step, kind])).toEqual([
    [null, 'started'],
    ['wait', 'done'],
    ['send', 'done'],
  ])
  expect((await workflows.runs(made.id, { status: 'completed' })).data).toEqual([shown])
  expect((await workflows.replayRun(run.id)).replayOf).toBe(run.id)
  expect(await workflows.replayFailed(made.id, { since: run.createdAt })).toEqual({ count: 0 })
  expect(await workflows.update(made.id, { name: 'Say it again', enabled: false })).toMatchObject({ version: 2 })
  expect((await workflows.versions(made.id)).data.map(({ version }) => version)).toEqual([2, 1])
  const { secret } = await workflows.secret(made.id)
  expect((await workflows.rotateSecret(made.id)).secret).not.toBe(secret)
  expect((await workflows.remove(made.id)).id).toBe(made.id)
  await expect(workflows.retrieve(made.id)).rejects.toThrow(NotFoundError)
})

it('gives workflows an address, and cancels runs', async () => {
  const steps = [{ key: 'wait', type: 'wait', seconds: 60 }] as const
  const made = await workflows.create({ name: 'Wait', trigger: { type: 'hook' }, steps: [...steps] })
  const { hookUrl } = await workflows.renewHook(made.id)
  expect(hookUrl).not.toBe(made.hookUrl)
  const answer = (await (await fetch(hookUrl, { method: 'POST' })).json()) as { runId: string }
  await until(answer.runId, 'waiting')
  expect((await workflows.cancelRun(answer.runId)).status).toBe('cancelled')
  await workflows.remove(made.id)
})

it('subscribes addresses to changes', async () => {
  const { secret, previousUntil, ...made } = await webhooks.create({
    url: receiver.url('/hook'),
    objectTypes: ['task'],
  })
  expect(await webhooks.secret(made.id)).toEqual({ secret, previousUntil })
  expect((await webhooks.rotateSecret(made.id)).secret).not.toBe(secret)
  expect(await webhooks.retrieve(made.id)).toEqual(made)
  expect((await webhooks.list()).data).toEqual([made])
  expect((await webhooks.update(made.id, { name: 'Tasks' })).name).toBe('Tasks')
  const delivery = await webhooks.test(made.id)
  await until(delivery.id, 'completed')
  const { data } = await webhooks.deliveries(made.id, { limit: 5 })
  expect(data.map(({ webhookId, attempts }) => [webhookId, attempts.length])).toEqual([[delivery.webhookId, 1]])
  expect((await webhooks.replay(made.id, delivery.id)).replayOf).toBe(delivery.id)
  expect(await webhooks.replayFailed(made.id, { since: delivery.createdAt })).toEqual({ count: 0 })
  expect((await webhooks.remove(made.id)).id).toBe(made.id)
})
