import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { Effort } from './effort.ts'
import type { Request } from './load.ts'
import { median, percentile } from './median.ts'
import { company } from './opportunities.ts'
import type { Figure, Section } from './report.ts'
import type { Rig } from './rig.ts'
import { alternate, memoryFigure, othersFigure, type Summary } from './rounds.ts'

/** How soon others are told of changes, and what the API's clients notice of workflows that run beside them. */
export async function measureWorkflows(rig: Rig, effort: Effort): Promise<Section[]> {
  await rig.restart('on')
  await rig.workDone()
  const receiver = await startReceiver()
  try {
    return [await deliveries(rig, receiver, effort), await beside(rig, receiver, effort)]
  } finally {
    receiver.close()
  }
}

type Receiver = { url: string; arrivals: number[]; close(): void }

/** Keeps how long each change was on its way, in ms, from the moment that it has as its own. */
async function startReceiver(): Promise<Receiver> {
  const arrivals: number[] = []
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const now = Date.now()
      response.end()
      const { timestamp } = JSON.parse(Buffer.concat(chunks).toString()) as { timestamp: string }
      arrivals.push(now - Date.parse(timestamp))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${port}/`, arrivals, close }
}

const subscriptions = 100

async function deliveries(rig: Rig, receiver: Receiver, { events }: Effort): Promise<Section> {
  const subscribe = (objectType: string) =>
    rig.call<{ id: string }>('POST', '/admin/v1/webhooks', {
      url: receiver.url,
      objectTypes: [objectType],
      events: ['updated'],
    })
  const one = await subscribe('account')
  const others: { id: string }[] = []
  for (let count = 1; count < subscriptions; count += 1) others.push(await subscribe('contact'))
  const toOne = await told(rig, receiver, 'accounts', rig.accounts, events, 100)
  const { id } = await rig.call<{ id: string }>('POST', '/v1/contacts', { fields: { $name: { firstName: 'Ada' } } })
  const toMany = await told(
    rig,
    receiver,
    'contacts',
    [id],
    Math.ceil(events / 20),
    subscriptions * 10,
    subscriptions - 1,
  )
  for (const webhook of [one, ...others])
    await rig.call('PATCH', `/admin/v1/webhooks/${webhook.id}`, { enabled: false })
  const figures: Figure[] = [
    { name: `told to one of ${subscriptions}, p50`, value: median(toOne), unit: 'ms' },
    { name: `told to one of ${subscriptions}, p95`, value: percentile(toOne, 95), unit: 'ms', most: 250 },
    { name: `told to ${subscriptions - 1} at once, p50 of all`, value: median(toMany), unit: 'ms' },
    { name: `told to ${subscriptions - 1} at once, p95 of all`, value: percentile(toMany, 95), unit: 'ms', most: 250 },
  ]
  return { title: `From a change to the receivers of webhooks, ${subscriptions} subscriptions`, figures }
}

/** Changes records one after the other, and returns how long what came of it was on its way. */
async function told(
  rig: Rig,
  { arrivals }: Receiver,
  plural: string,
  ids: readonly string[],
  count: number,
  everyMs: number,
  receivers = 1,
): Promise<number[]> {
  arrivals.length = 0
  for (let number = 0; number < count; number += 1) {
    const fields = plural === 'accounts' ? company(number + 50_000).fields : { $title: `Title ${number}` }
    await rig.call('POST', `/v1/${plural}/${ids[number % ids.length]}`, { fields })
    await wait(everyMs)
  }
  for (let patience = 0; arrivals.length < count * receivers && patience < 600; patience += 1) await wait(50)
  if (arrivals.length !== count * receivers) throw new Error(`${arrivals.length} of ${count * receivers} came`)
  return [...arrivals]
}

/** A run: a record is changed, another created, a request sent. */
const steps = (url: string, owner: string) => [
  { key: 'change', type: 'update', fields: { $twitter: 'https://x.com/a{{run.id}}' } },
  {
    key: 'task',
    type: 'create',
    objectType: 'task',
    fields: { $title: 'Call {{trigger.record.fields.$name}}', $status: 'TODO' },
    relationships: { $account: '{{trigger.record.id}}', $assignedTo: owner },
  },
  {
    key: 'tell',
    type: 'http',
    method: 'POST',
    url,
    body: { timestamp: '{{trigger.at}}', task: '{{steps.task.record.id}}' },
  },
]

const runsPerMinute = 1000
/** One, which waits for each answer: what it notices is not that the processors are busy with it. */
const connections = 1

async function beside(rig: Rig, receiver: Receiver, { rounds, retrieves, creates }: Effort): Promise<Section> {
  const trigger = { type: 'record', objectTypes: ['account'], events: ['updated'], fields: ['$name'] }
  const workflow = await rig.call<{ id: string }>('POST', '/admin/v1/workflows', {
    name: 'Beside the API',
    trigger,
    steps: steps(receiver.url, rig.owner),
  })
  let number = 0
  const reads = (count: number) =>
    Array.from({ length: count }, (): Request => {
      number += 1
      return { method: 'GET', path: `/v1/accounts/${rig.accounts[number % rig.accounts.length]}` }
    })
  const writes = (count: number) =>
    Array.from({ length: count }, (): Request => {
      number += 1
      return { method: 'POST', path: '/v1/accounts', body: JSON.stringify(company(number + 100_000)) }
    })
  /** The same changes go on meanwhile, whether they start something or not. */
  const meanwhile = async (enabled: boolean, requests: readonly Request[]) => {
    await rig.call('PATCH', `/admin/v1/workflows/${workflow.id}`, { enabled })
    const changes: Promise<unknown>[] = []
    const change = () => {
      number += 1
      const path = `/v1/accounts/${rig.accounts[number % rig.accounts.length]}`
      changes.push(rig.call('POST', path, { fields: { $name: `Name ${number}` } }))
    }
    const changing = setInterval(change, 60_000 / runsPerMinute)
    const began = performance.now()
    const run = await rig.send(connections, requests).finally(() => clearInterval(changing))
    const seconds = (performance.now() - began) / 1000
    if (enabled) rates.push((changes.length / seconds) * 60)
    await Promise.all(changes)
    await rig.workDone()
    return run
  }
  const rates: number[] = []
  const [readsWithout, readsWith, createsWithout, createsWith] = await alternate(
    rounds,
    () => meanwhile(false, reads(retrieves)),
    () => meanwhile(true, reads(retrieves)),
    () => meanwhile(false, writes(creates)),
    () => meanwhile(true, writes(creates)),
  )
  receiver.arrivals.length = 0
  return {
    title: `The API beside ${runsPerMinute.toLocaleString('en-US')} runs a minute, ${connections} connection`,
    figures: [
      { name: 'runs per minute', value: median(rates), unit: '', least: runsPerMinute * 0.95 },
      ...latencies('retrieve', readsWithout, readsWith),
      ...latencies('create', createsWithout, createsWith),
      memoryFigure(readsWith, createsWith),
      othersFigure(readsWithout, readsWith, createsWithout, createsWith),
    ],
  }
}

const latencies = (name: string, without: Summary, beside: Summary): Figure[] => [
  { name: `${name}, p50, without`, value: without.p50, unit: 'ms' },
  { name: `${name}, p50, beside runs`, value: beside.p50, unit: 'ms' },
  { name: `${name}, p95, without`, value: without.p95, unit: 'ms' },
  { name: `${name}, p95, beside runs`, value: beside.p95, unit: 'ms' },
]
