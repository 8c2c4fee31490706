import { once } from 'node:events'
import { expect, it } from 'vitest'
import { anAccount } from '../../../test/factories.ts'
import { startApi } from '../../../test/harness.ts'
import { runProgram } from '../../../test/program.ts'
import { aReceiver } from '../../../test/receiver.ts'
import { aWebhook, aWorkflow, deliveriesOf, eventually, hurry, runsOf, toThisMachine } from '../../../test/workflows.ts'

// The work is done by servers beside this one, which are killed.
const api = await startApi({ ...toThisMachine, OPENFIELD_WORKER: 'off' })
const receiver = await aReceiver()

const worker = async () => {
  const { OPENFIELD_DATA_DIR, DATABASE_URL = '' } = api.config
  const settings = { PORT: '0', HOST: '127.0.0.1', DATABASE_URL, OPENFIELD_DATA_DIR, OPENFIELD_FILES_SHARED: 'on' }
  const program = runProgram([], { ...settings, ...toThisMachine })
  await program.serving()
  return program.child
}
const end = async (child: Awaited<ReturnType<typeof worker>>, signal: 'SIGKILL' | 'SIGTERM') => {
  child.kill(signal)
  await once(child, 'exit')
}

it('runs whose server is killed go on in another: each record once, each request at least once, in order', {
  timeout: 180_000,
}, async () => {
  const onAccounts = { type: 'record', objectTypes: ['account'], events: ['created'] }
  const workflow = await aWorkflow(api, onAccounts, [
    { key: 'note', type: 'update', fields: { $twitter: 'https://x.com/handled' } },
    {
      key: 'task',
      type: 'create',
      objectType: 'task',
      fields: { $title: 'Of {{trigger.record.id}}', $status: 'TODO' },
      relationships: { $account: '{{trigger.record.id}}', $assignedTo: api.memberId },
    },
    { key: 'pause', type: 'wait', seconds: 0.2 },
    {
      key: 'tell',
      type: 'http',
      method: 'POST',
      url: receiver.url('/tell'),
      body: { task: '{{steps.task.record.id}}' },
    },
    { key: 'last', type: 'create', objectType: 'note', fields: { $title: 'Of {{trigger.record.id}}', $content: 'x' } },
  ])
  const webhook = await aWebhook(api, receiver.url('/hook'), { objectTypes: ['account', 'task'] })
  const count = 40
  const accounts = (await Promise.all(Array.from({ length: count }, () => anAccount(api)))).map(({ id }) => id)
  // Killed as soon as so many requests have come.
  for (const moment of [1, 12, 24]) {
    const child = await worker()
    await expect.poll(() => receiver.at('/tell').length, { timeout: 30_000, interval: 5 }).toBeGreaterThan(moment)
    await end(child, 'SIGKILL')
  }
  const last = await worker()
  await eventually(async () => {
    await hurry(api)
    const runs = await runsOf(api, workflow)
    expect(runs.map(({ status }) => status)).toEqual(accounts.map(() => 'completed'))
    const left = (await deliveriesOf(api, webhook)).filter(({ status }) => status !== 'completed')
    expect(left).toEqual([])
  })
  await end(last, 'SIGTERM')

  // One run for each record, and of each step one effect.
  const runs = await runsOf(api, workflow)
  expect(runs.map(({ cause }) => cause.record?.id).toSorted()).toEqual(accounts.toSorted())
  const [written] = await api.sql(
    `select count(*) filter (where fields->'$title'->>'value' like 'Of acc_%' and object_type = 4)::int as tasks,
       count(distinct fields->'$title'->>'value') filter (where object_type = 4)::int as titles,
       count(*) filter (where fields->'$title'->>'value' like 'Of acc_%' and object_type = 5)::int as notes from record`,
  )
  expect(written).toEqual({ tasks: count, titles: count, notes: count })
  const [changes] = await api.sql("select count(*)::int from change where kind = 'updated' and after ? '$twitter'")
  expect(changes).toEqual({ count })
  // Requests may come again, always under the id of their step.
  const told = receiver.at('/tell').map(({ headers, body }) => [headers['webhook-id'], (body as { task: string }).task])
  expect(new Set(told.map(String)).size).toBe(count)
  expect(new Set(told.map(([id]) => id)).size).toBe(count)
  const types = (id: string) => {
    const seen = new Set<string>()
    return receiver.at('/hook').flatMap(({ headers, body }) => {
      const { type, data } = body as { type: string; data: { record: { id: string } } }
      const key = String(headers['webhook-id'])
      if (data.record.id !== id || seen.has(key)) return []
      seen.add(key)
      return [type]
    })
  }
  for (const id of accounts) expect(types(id)).toEqual(['account.created', 'account.updated'])
})
