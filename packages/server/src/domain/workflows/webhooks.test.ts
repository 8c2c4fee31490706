import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import {
  aChannel,
  aCustomRecord,
  aKey,
  aMeeting,
  aMember,
  anAccount,
  anObjectType,
  anOpportunity,
  aTask,
  successOf,
} from '../../../test/factories.ts'
import { anotherWorkspace, outcome, startApi } from '../../../test/harness.ts'
import { aReceiver, type Received } from '../../../test/receiver.ts'
import {
  aWebhook,
  type DeliveryBody,
  deliveriesOf,
  eventually,
  hurry,
  toThisMachine,
  untilQuiet,
  type WebhookBody,
} from '../../../test/workflows.ts'

const settings = { ...toThisMachine, OPENFIELD_PUBLIC_URL: 'https://crm.example.com' }
const api = await startApi(settings)
const other = await startApi(settings, api)
const receiver = await aReceiver()

type Envelope = {
  type: string
  timestamp: string
  data: {
    record: { id: string; fields: Record<string, { value: unknown }> } | null
    changed: { fields: Record<string, { after: unknown }>; relationships: object } | null
    actor: { type: string; id: string } | null
  }
}
const envelopes = (path: string) => receiver.at(path).map(({ body }) => body as Envelope)
const arrived = (path: string, count: number) =>
  eventually(() => {
    expect(receiver.at(path)).toHaveLength(count)
    return receiver.at(path)
  })
const headersOf = ({ headers }: Received) => headers as Record<string, string>
let paths = 0
/** A path of its own, and a webhook to it. */
async function subscribed(settings: object = {}) {
  paths += 1
  const path = `/${paths}`
  return { path, webhook: await aWebhook(api, receiver.url(path), settings) }
}
const rename = async (id: string, name: string) =>
  successOf(await api.post(`/v1/accounts/${id}`, { fields: { $name: name } }))

describe('a webhook', () => {
  it('tells what happened to a record: its type, when, what changed, by whom, and the record', async () => {
    const { path, webhook } = await subscribed({ objectTypes: ['account'] })
    const account = await anAccount(api, { $name: 'Acme' })
    await rename(account.id, 'Acme Corp')
    await api.delete(`/v1/accounts/${account.id}`)
    await api.post(`/v1/accounts/${account.id}/restore`)
    await anOpportunity(api)
    await untilQuiet(api)
    const told = envelopes(path).filter(({ data }) => data.record?.id === account.id)
    expect(told.map(({ type }) => type)).toEqual([
      'account.created',
      'account.updated',
      'account.trashed',
      'account.restored',
    ])
    expect(Object.keys(told[0] ?? {})).toEqual(['type', 'timestamp', 'data'])
    const [created, updated, trashed] = told
    expect(created?.timestamp).toBe(account.createdAt)
    expect(created?.data.changed?.fields).toEqual({ $name: { before: null, after: 'Acme' } })
    expect(updated?.data.changed).toEqual({
      fields: { $name: { before: 'Acme', after: 'Acme Corp' } },
      relationships: {},
    })
    expect(updated?.data.actor).toMatchObject({ type: 'key', member: { id: api.memberId } })
    expect(trashed?.data.record?.fields.$name?.value).toBe('Acme Corp')
    const names = new Set(envelopes(path).map(({ type }) => type.split('.')[0]))
    expect([...names]).toEqual(['account'])
    expect((await deliveriesOf(api, webhook)).map(({ status }) => status)).not.toContain('failed')
  })

  it('tells of links by the ids of the records, and of custom object types', async () => {
    const type = await anObjectType(api)
    const { path } = await subscribed({ objectTypes: ['opportunity', type], events: ['created'] })
    const account = await anAccount(api)
    const opportunity = await anOpportunity(api, {}, { $account: account.id })
    const custom = await aCustomRecord(api, type)
    await arrived(path, 2)
    const about = (id: string) => envelopes(path).find(({ data }) => data.record?.id === id)
    const links = about(opportunity.id)?.data.changed?.relationships
    expect(links).toMatchObject({ $account: { added: [account.id], removed: [] } })
    expect(about(custom.id)?.type, JSON.stringify(receiver.at(path))).toBe(`${type}.created`)
  })

  it('tells of an object type that another server has made a moment ago', async () => {
    const { path } = await subscribed({ objectTypes: ['*'], events: ['created'] })
    // Both know the definitions as they were.
    await Promise.all([api.get('/v1/tasks'), other.get('/v1/tasks')])
    for (const maker of [api, other, api, other]) {
      const custom = await aCustomRecord(maker, await anObjectType(maker))
      await eventually(() => expect(envelopes(path).map(({ data }) => data.record?.id)).toContain(custom.id))
    }
    expect(envelopes(path).map(({ data }) => data.record)).not.toContain(null)
  })

  it('signs by Standard Webhooks, with the secret that it shows', async () => {
    const { path, webhook } = await subscribed({ objectTypes: ['task'] })
    expect(webhook.secret).toMatch(/^whsec_/)
    await aTask(api)
    const [request] = await arrived(path, 1)
    if (!request) throw new Error('nothing came')
    const verified = new Webhook(webhook.secret).verify(request.text, headersOf(request))
    expect(verified).toEqual(request.body)
    expect(() => new Webhook(webhook.secret).verify(`${request.text} `, headersOf(request))).toThrow()
    const [delivery] = await deliveriesOf(api, webhook)
    expect(request.headers['webhook-id']).toBe(delivery?.webhookId)
    expect(request.headers['content-type']).toBe('application/json')
  })

  it('signs with the old secret as well after it was replaced', async () => {
    const { path, webhook } = await subscribed({ objectTypes: ['task'] })
    const renewed = successOf(await api.post<WebhookBody>(`/admin/v1/webhooks/${webhook.id}/secret`, {}))
    expect(renewed.secret).not.toBe(webhook.secret)
    expect(Date.parse(renewed.previousUntil ?? '') - Date.now()).toBeGreaterThan(23 * 3_600_000)
    await aTask(api)
    const [request] = await arrived(path, 1)
    if (!request) throw new Error('nothing came')
    for (const secret of [webhook.secret, renewed.secret]) {
      new Webhook(secret).verify(request.text, headersOf(request))
    }
    await api.sql(`update workflow set secrets = jsonb_set(secrets::jsonb, '{1,until}', '"2020-01-01T00:00:00.000Z"')`)
    await aTask(api)
    const [, later] = await arrived(path, 2)
    if (!later) throw new Error('nothing came')
    new Webhook(renewed.secret).verify(later.text, headersOf(later))
    expect(() => new Webhook(webhook.secret).verify(later.text, headersOf(later))).toThrow()
  })

  it('takes a secret of one’s own, and keeps it sealed', async () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
    const { webhook } = await subscribed({ secret, objectTypes: ['task'] })
    expect(webhook.secret).toBe(secret)
    const stored = await api.sql('select secrets from workflow')
    expect(JSON.stringify(stored)).not.toContain(secret.slice(6))
    const bad = await api.post('/admin/v1/webhooks', { url: receiver.url('/x'), secret: 'whsec_c2hvcnQ=' })
    expect(outcome(bad)).toBe('422 secret')
  })

  it('says so when its secret was sealed with another key, and works again with another secret', async () => {
    const { path, webhook } = await subscribed({ objectTypes: ['task'] })
    await subscribed({ enabled: false, name: 'Another' })
    await api.sql(
      `update workflow w set secrets = other.secrets from workflow other
       where other.name = 'Another' and other.workspace_id = w.workspace_id and w.id <> other.id`,
    )
    const delivery = successOf(await api.post<DeliveryBody>(`/admin/v1/webhooks/${webhook.id}/test`, {}))
    await eventually(async () => {
      const found = (await deliveriesOf(api, webhook)).find(({ id }) => id === delivery.id)
      expect(found).toMatchObject({ status: 'failed', problem: expect.stringContaining('ask for another secret') })
    })
    expect(outcome(await api.get(`/admin/v1/webhooks/${webhook.id}/secret`))).toBe('422')
    successOf(await api.post(`/admin/v1/webhooks/${webhook.id}/secret`, {}))
    successOf(await api.post(`/admin/v1/webhooks/${webhook.id}/deliveries/${delivery.id}/replay`, {}))
    await arrived(path, 1)
  })

  it('keeps the order of what happens to one record', async () => {
    const { path } = await subscribed({ objectTypes: ['account'], events: ['updated'] })
    receiver.answer(path, (response) => setTimeout(() => response.end(), Math.random() * 20))
    const accounts = await Promise.all(Array.from({ length: 5 }, () => anAccount(api)))
    for (let count = 0; count < 8; count += 1) {
      await Promise.all(accounts.map(({ id }) => rename(id, `Name ${count}`)))
    }
    await arrived(path, 40)
    for (const { id } of accounts) {
      const names = envelopes(path).filter(({ data }) => data.record?.id === id)
      const after = names.map(({ data }) => data.changed?.fields.$name?.after)
      expect(after).toEqual(Array.from({ length: 8 }, (_, count) => `Name ${count}`))
    }
  })

  it('tells of each change once, whichever server wrote it and however many tell', async () => {
    const { path } = await subscribed({ objectTypes: ['account'], events: ['created'] })
    const made = await Promise.all(Array.from({ length: 60 }, (_, n) => anAccount(n % 2 ? api : other)))
    await untilQuiet(api)
    const told = envelopes(path).map(({ data }) => data.record?.id)
    expect(told.toSorted()).toEqual(made.map(({ id }) => id).toSorted())
    const ids = receiver.at(path).map(({ headers }) => headers['webhook-id'])
    expect(new Set(ids).size).toBe(60)
  })

  it('begins with what happens after it was made or enabled', async () => {
    await anAccount(api)
    const { path, webhook } = await subscribed({ objectTypes: ['account'], enabled: false })
    await anAccount(api)
    successOf(await api.patch(`/admin/v1/webhooks/${webhook.id}`, { enabled: true }))
    const account = await anAccount(api)
    await arrived(path, 1)
    expect(envelopes(path)[0]?.data.record?.id).toBe(account.id)
    successOf(await api.patch(`/admin/v1/webhooks/${webhook.id}`, { enabled: false }))
    await anAccount(api)
    await untilQuiet(api)
    expect(receiver.at(path)).toHaveLength(1)
  })

  it('shows private records as its owner sees them', async () => {
    const { path } = await subscribed({ objectTypes: ['meeting', 'channel'], events: ['created'] })
    await aChannel(api, { visibility: 'PRIVATE', memberIds: [(await aMember(api)).id] })
    const channel = await aChannel(api, { visibility: 'PUBLIC' })
    const meeting = await aMeeting(api, { $privacySetting: 'METADATA', $description: 'Secret plans' })
    await arrived(path, 2)
    const ids = envelopes(path).map(({ data }) => data.record?.id)
    expect(ids.toSorted()).toEqual([channel.id, meeting.id])
    expect(JSON.stringify(envelopes(path))).not.toContain('Secret plans')
    const told = envelopes(path).find(({ data }) => data.record?.id === meeting.id)
    expect(told?.data.record).toMatchObject({ accessLevel: 'METADATA' })
  })

  it('is listed, changed and removed', async () => {
    const { webhook } = await subscribed({ objectTypes: ['task'], name: 'Tasks' })
    const read = async () => successOf(await api.get<WebhookBody>(`/admin/v1/webhooks/${webhook.id}`))
    expect(await read()).toMatchObject({ name: 'Tasks', version: 1, objectTypes: ['task'] })
    successOf(await api.patch(`/admin/v1/webhooks/${webhook.id}`, { objectTypes: ['*'] }))
    expect(await read()).toMatchObject({ name: 'Tasks', version: 2, objectTypes: ['*'], url: webhook.url })
    successOf(await api.patch(`/admin/v1/webhooks/${webhook.id}`, { name: 'Tasks' }))
    expect((await read()).version).toBe(2)
    successOf(await api.delete(`/admin/v1/webhooks/${webhook.id}`))
    expect(outcome(await api.get(`/admin/v1/webhooks/${webhook.id}`))).toBe('404')
    const { data } = successOf(await api.get<{ data: WebhookBody[] }>('/admin/v1/webhooks'))
    expect(data.map(({ id }) => id)).not.toContain(webhook.id)
  })

  it('is refused when it makes no sense', async () => {
    const refused = async (settings: object) =>
      outcome(await api.post('/admin/v1/webhooks', { url: 'https://a.example', ...settings }))
    expect(outcome(await api.post('/admin/v1/webhooks', {}))).toBe('400 parameter_missing url')
    expect(await refused({ url: 'ftp://a.example' })).toBe('422 url')
    expect(await refused({ objectTypes: ['nothing'] })).toBe('422 trigger.objectTypes.0')
    expect(await refused({ events: ['exploded'] })).toBe('422 events.0')
    expect(await refused({ bogus: 1 })).toBe('400 unknown_field bogus')
  })

  it('is for admins, and in its workspace only', async () => {
    const { webhook } = await subscribed({ objectTypes: ['task'] })
    const { key } = await aKey(api, { memberId: (await aMember(api)).id })
    expect(outcome(await api.get('/admin/v1/webhooks', { key }))).toBe('403')
    const neighbour = await anotherWorkspace(api)
    expect(outcome(await neighbour.get(`/admin/v1/webhooks/${webhook.id}`))).toBe('404')
    expect(successOf(await neighbour.get<{ totalCount: number }>('/admin/v1/webhooks')).totalCount).toBe(0)
  })
})

describe('a receiver', () => {
  it('that fails is asked again later, with the same id and body, until it takes it', async () => {
    const { path, webhook } = await subscribed({ objectTypes: ['task'], events: ['created'] })
    receiver.answer(path, (response) => {
      response.statusCode = receiver.at(path).length < 3 ? 503 : 204
      response.end('busy')
    })
    await aTask(api)
    await arrived(path, 1)
    const [waiting] = await eventually(async () => {
      const found = await deliveriesOf(api, webhook)
      expect(found[0]?.status).toBe('waiting')
      return found
    })
    const wait = Date.parse(waiting?.nextAt ?? '') - Date.now()
    expect(wait).toBeGreaterThan(1000)
    expect(wait).toBeLessThan(7000)
    expect(waiting?.attempts).toMatchObject([{ status: 503, body: 'busy' }])
    await hurry(api)
    await arrived(path, 2)
    await eventually(async () => expect((await deliveriesOf(api, webhook))[0]?.attempts).toHaveLength(2))
    await hurry(api)
    await arrived(path, 3)
    const [done] = await eventually(async () => {
      const found = await deliveriesOf(api, webhook)
      expect(found[0]?.status).toBe('completed')
      return found
    })
    expect(done?.attempts.map(({ status }) => status)).toEqual([503, 503, 204])
    const [first, second, third] = receiver.at(path)
    expect(new Set([first, second, third].map((one) => one?.headers['webhook-id'])).size).toBe(1)
    expect(third?.text).toBe(first?.text)
  })

  it('that says when to come again is asked then, and not before', async () => {
    const { path, webhook } = await subscribed({ objectTypes: ['task'], events: ['created'] })
    receiver.answer(path, (response) => response.writeHead(429, { 'retry-after': '3600' }).end())
    await aTask(api)
    const next = await eventually(async () => {
      const [one] = await deliveriesOf(api, webhook)
      expect(one?.status).toBe('waiting')
      return Date.parse(one?.nextAt ?? '') - Date.now()
    })
    expect(next).toBeGreaterThan(3_590_000)
    expect(next).toBeLessThan(3_601_000)
  })

  it('that answers 410 is asked no more: the webhook is disabled and says why', async () => {
    const { path, webhook } = await subscribed({ objectTypes: ['task'], events: ['created'] })
    receiver.answer(path, (response) => response.writeHead(410).end())
    await aTask(api)
    const found = await eventually(async () => {
      const one = successOf(await api.get<WebhookBody>(`/admin/v1/webhooks/${webhook.id}`))
      expect(one.enabled).toBe(false)
      return one
    })
    expect(found.problem).toContain('410')
    expect((await deliveriesOf(api, webhook)).map(({ status }) => status)).toEqual(['failed'])
    await aTask(api)
    await untilQuiet(api)
    expect(receiver.at(path)).toHaveLength(1)
    successOf(await api.patch(`/admin/v1/webhooks/${webhook.id}`, { enabled: true }))
    expect(successOf(await api.get<WebhookBody>(`/admin/v1/webhooks/${webhook.id}`)).problem).toBe(null)
  })

  it('that has taken nothing for three days is given up, with all that waited for it', async () => {
    const { path, webhook } = await subscribed({ objectTypes: ['task'], events: ['created'] })
    receiver.answer(path, (response) => response.writeHead(500).end())
    await aTask(api)
    await aTask(api)
    await eventually(async () =>
      expect((await deliveriesOf(api, webhook)).map(({ status }) => status)).toEqual(['waiting', 'waiting']),
    )
    const { failingSince } = successOf(await api.get<WebhookBody>(`/admin/v1/webhooks/${webhook.id}`))
    expect(Date.now() - Date.parse(failingSince ?? '')).toBeLessThan(10_000)
    await api.sql("update workflow set failing_since = now() - interval '73 hours' where failing_since is not null")
    await hurry(api)
    await eventually(async () => {
      const one = successOf(await api.get<WebhookBody>(`/admin/v1/webhooks/${webhook.id}`))
      expect(one).toMatchObject({ enabled: false, problem: expect.stringContaining('No request has succeeded since') })
    })
    await eventually(async () =>
      expect((await deliveriesOf(api, webhook)).map(({ status }) => status)).toEqual(['failed', 'failed']),
    )
  })

  it('that closes the connection, is not there, or leads to a private address is a named problem', async () => {
    const closing = await subscribed({ objectTypes: ['task'], events: ['created'] })
    receiver.answer(closing.path, (response) => response.destroy())
    const private_ = await aWebhook(api, 'http://10.0.0.1/x', { objectTypes: ['task'], events: ['created'] })
    const gone = await aWebhook(api, 'http://127.0.0.1:1/x', { objectTypes: ['task'], events: ['created'] })
    await aTask(api)
    const problemOf = (webhook: { id: string }) =>
      eventually(async () => {
        const [one] = await deliveriesOf(api, webhook)
        expect(one?.attempts[0]?.problem).toBeTruthy()
        expect(one?.status).not.toBe('queued')
        return [one?.status, one?.attempts[0]?.problem]
      })
    expect(await problemOf(closing.webhook)).toEqual(['waiting', expect.stringContaining('ended early')])
    expect(await problemOf(gone)).toEqual(['waiting', expect.stringContaining('No connection')])
    expect(await problemOf(private_)).toEqual(['failed', expect.stringContaining('not public')])
  })

  it('that hangs holds up no other', async () => {
    const slow = await subscribed({ objectTypes: ['task'], events: ['created'] })
    const quick = await subscribed({ objectTypes: ['task'], events: ['created'] })
    receiver.answer(slow.path, () => {})
    const count = 12
    for (let index = 0; index < count; index += 1) await aTask(api)
    await arrived(quick.path, count)
    expect(receiver.at(slow.path).length).toBeLessThanOrEqual(8)
    successOf(await api.delete(`/admin/v1/webhooks/${slow.webhook.id}`))
  })
})

describe('a delivery', () => {
  it('can be a test, also of a webhook that is disabled', async () => {
    const { path, webhook } = await subscribed({ objectTypes: ['task'], enabled: false })
    const delivery = successOf(await api.post<DeliveryBody>(`/admin/v1/webhooks/${webhook.id}/test`, {}))
    const [request] = await arrived(path, 1)
    expect(request?.body).toMatchObject({ type: 'webhook.test', data: { record: null, changed: null } })
    expect(request?.headers['webhook-id']).toBe(delivery.webhookId)
  })

  it('is made again on demand, under the id that it had', async () => {
    const { path, webhook } = await subscribed({ objectTypes: ['task'], events: ['created'] })
    await aTask(api)
    await arrived(path, 1)
    const [delivery] = await eventually(async () => {
      const found = await deliveriesOf(api, webhook)
      expect(found[0]?.status).toBe('completed')
      return found
    })
    const again = successOf(
      await api.post<DeliveryBody>(`/admin/v1/webhooks/${webhook.id}/deliveries/${delivery?.id}/replay`, {}),
    )
    expect(again).toMatchObject({ replayOf: delivery?.id, webhookId: delivery?.webhookId })
    const [first, second] = await arrived(path, 2)
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
    expect(second?.text).toBe(first?.text)
  })

  it('is made again with all others that failed since a moment', async () => {
    const { path, webhook } = await subscribed({ objectTypes: ['task'], events: ['created'] })
    receiver.answer(path, (response) => response.writeHead(410).end())
    await aTask(api)
    await eventually(async () => expect((await deliveriesOf(api, webhook))[0]?.status).toBe('failed'))
    receiver.answer(path, (response) => void response.end())
    const replay = async (since: string) =>
      successOf(await api.post<{ count: number }>(`/admin/v1/webhooks/${webhook.id}/replay`, { since })).count
    expect(await replay(new Date(Date.now() + 60_000).toISOString())).toBe(0)
    expect(await replay(new Date(Date.now() - 60_000).toISOString())).toBe(1)
    await arrived(path, 2)
    await eventually(async () => expect((await deliveriesOf(api, webhook))[0]?.status).toBe('completed'))
  })

  it('is listed in pages, newest first, by how far it is', async () => {
    const { path, webhook } = await subscribed({ objectTypes: ['task'], events: ['created'] })
    for (let index = 0; index < 5; index += 1) await aTask(api)
    await arrived(path, 5)
    await eventually(async () =>
      expect((await deliveriesOf(api, webhook)).every(({ status }) => status === 'completed')).toBe(true),
    )
    const page = async (query: string) =>
      successOf(
        await api.get<{ data: DeliveryBody[]; nextCursor: string | null }>(
          `/admin/v1/webhooks/${webhook.id}/deliveries?${query}`,
        ),
      )
    const first = await page('limit=2')
    const second = await page(`limit=2&after=${first.nextCursor}`)
    const last = await page(`limit=2&after=${second.nextCursor}`)
    expect(last.nextCursor).toBe(null)
    const ids = [first, second, last].flatMap(({ data }) => data.map(({ id }) => id))
    expect(new Set(ids).size).toBe(5)
    expect(ids).toEqual(ids.toSorted().toReversed())
    expect((await page('status=failed')).data).toEqual([])
    const bad = await api.get(`/admin/v1/webhooks/${webhook.id}/deliveries?status=lost`)
    expect(outcome(bad)).toBe('400 invalid_type status')
  })
})
