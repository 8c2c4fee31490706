import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { atEnd } from '../../test/at-end.ts'
import { anAccount, successOf } from '../../test/factories.ts'
import { headersOf, settled, startApi } from '../../test/harness.ts'

type Attribute = { key: string; value: { stringValue?: string; intValue?: number; arrayValue?: object } }
type Sent = {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  attributes: Attribute[]
  startTimeUnixNano: string
  endTimeUnixNano: string
}

/** Something that takes spans as a collector does. */
async function aCollector() {
  const spans: Sent[] = []
  const texts: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      texts.push(text)
      const { resourceSpans } = JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: Sent[] }[] }[] }
      if (request.url === '/v1/traces') {
        spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((one) => one.spans)))
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  atEnd(async () => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, texts }
}

const saidBy = ({ attributes }: Sent) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))

const collector = await aCollector()
const api = await startApi({
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8',
})

it('tells a collector of requests with their statements, by names and without values, in the trace of their caller', async () => {
  await anAccount(api, { $name: 'Hidden name' })
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const headers = { ...headersOf(api.key, false), traceparent: `00-${traceId}-b7ad6b7169203331-01` }
  const path = '/v1/accounts?$name[equal]=Hidden+name'
  const answer = await api.raw({ method: 'GET', path, headers })
  const own = () => collector.spans.filter((span) => span.traceId === traceId)
  await expect.poll(() => own().some(({ kind }) => kind === 2), { timeout: 20_000 }).toBe(true)
  const request = own().find(({ kind }) => kind === 2)
  expect(request).toMatchObject({ name: 'account.list', parentSpanId: 'b7ad6b7169203331' })
  expect(request && saidBy(request)).toMatchObject({
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'openfield.request_id': answer.headers['x-request-id'],
  })
  const statements = own().filter((span) => span.parentSpanId === request?.spanId)
  const list = statements.find(({ name }) => name.startsWith('list_'))
  expect(list && saidBy(list)).toMatchObject({
    'db.system.name': 'postgresql',
    'openfield.object_type': 'account',
    'openfield.filters': { values: [{ stringValue: '$name[equal]' }] },
  })
  for (const span of statements) {
    expect(BigInt(span.startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(request?.startTimeUnixNano ?? 0) - 2_000_000n)
    expect(BigInt(span.endTimeUnixNano)).toBeLessThanOrEqual(BigInt(request?.endTimeUnixNano ?? 0) + 2_000_000n)
  }
  expect(collector.texts.join()).not.toMatch(/Hidden|sk_of_/)
})

it('tells of background work with its statements, and of what it asks of other servers', async () => {
  await anAccount(api)
  const body = { url: `${collector.url}/receiver?secret=1`, name: 'Hook' }
  const { id } = successOf(await api.post<{ id: string }>('/admin/v1/webhooks', body))
  successOf(await api.post(`/admin/v1/webhooks/${id}/test`, {}))
  await settled(api)
  const works = () => collector.spans.filter(({ kind }) => kind === 5)
  await expect.poll(() => works().map(({ name }) => name), { timeout: 20_000 }).toContain('account-summary')
  const outbound = () => collector.spans.find((span) => span.kind === 3 && span.name === 'POST')
  await expect.poll(outbound, { timeout: 20_000 }).toBeDefined()
  const asked = outbound()
  expect(asked && saidBy(asked)).toMatchObject({ 'server.address': '127.0.0.1', 'http.response.status_code': 200 })
  expect(works().map(({ spanId }) => spanId)).toContain(asked?.parentSpanId)
  const summary = works().find(({ name }) => name === 'account-summary')
  expect(collector.spans.some((span) => span.parentSpanId === summary?.spanId)).toBe(true)
  expect(JSON.stringify(collector.spans)).not.toContain('secret=1')
})
