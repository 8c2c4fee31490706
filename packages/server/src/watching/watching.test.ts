import { once } from 'node:events'
import { describe, expect, it, onTestFinished } from 'vitest'
import { anAccount } from '../../test/factories.ts'
import { headersOf, settled, startApi } from '../../test/harness.ts'
import { newDataFolder, runProgram } from '../../test/program.ts'
import { send } from '../../test/request.ts'

/** The figures of one name, by their labels. */
async function metricsOf(url: string) {
  const answer = await fetch(url)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/plain')])
  const text = await answer.text()
  return {
    text,
    of: (name: string, labels = '') => {
      const line = text.split('\n').find((one) => one.startsWith(`${name}${labels && `{${labels}}`} `))
      return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')))
    },
  }
}

const api = await startApi({ OPENFIELD_METRICS_PORT: '0', OPENFIELD_RATE_LIMIT: '5' })
const metricsUrl = api.metricsUrl ?? ''

describe('/metrics', () => {
  it('counts requests by operation and status, with their times, never by path or id', async () => {
    const account = await anAccount(api)
    for (const id of [account.id, account.id, 'acc_none']) await api.get(`/v1/accounts/${id}`)
    await api.raw({ method: 'GET', path: `/files/${account.id}` })
    await api.raw({ method: 'GET', path: '/nowhere/at/all' })
    const metrics = await metricsOf(metricsUrl)
    expect(metrics.of('openfield_http_requests_total', 'operation="account.retrieve",status="200"')).toBe(2)
    expect(metrics.of('openfield_http_requests_total', 'operation="account.retrieve",status="404"')).toBe(1)
    expect(metrics.of('openfield_http_requests_total', 'operation="GET /files/:id",status="403"')).toBe(1)
    expect(metrics.of('openfield_http_requests_total', 'operation="none",status="404"')).toBe(1)
    expect(metrics.of('openfield_http_request_duration_seconds_count', 'operation="account.retrieve"')).toBe(3)
    expect(metrics.text).not.toContain(account.id)
    expect(metrics.text).not.toContain('nowhere')
  })

  it('counts what was refused because there was too much of it', async () => {
    const before = (await metricsOf(metricsUrl)).of('openfield_http_rate_limited_total', 'category="Read"') ?? 0
    const all = await Promise.all(Array.from({ length: 12 }, () => api.get('/v1/accounts/definitions')))
    const refused = all.filter(({ status }) => status === 429).length
    const after = (await metricsOf(metricsUrl)).of('openfield_http_rate_limited_total', 'category="Read"') ?? 0
    expect([refused > 0, after - before]).toEqual([true, refused])
  })

  it('says what was done in the background, what waits, and how the process is', async () => {
    await settled(api)
    // What is due, and what nobody does.
    await api.sql(`insert into outbox (workspace_id, kind, record_id, due_at)
      select id, 'no-such-work', gen_random_uuid(), now() - interval '1 hour' from workspace`)
    await new Promise((resolve) => setTimeout(resolve, 400))
    const metrics = await metricsOf(metricsUrl)
    expect(metrics.of('openfield_work_total', 'kind="account-summary",outcome="done"')).toBeGreaterThan(0)
    expect(metrics.of('openfield_work_total', 'kind="unknown",outcome="failed"')).toBeGreaterThan(0)
    await api.sql(`delete from outbox where kind = 'no-such-work'`)
    for (const name of [
      'openfield_database_up',
      'openfield_database_waiting',
      'openfield_event_streams',
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_p99_seconds',
    ]) {
      expect([name, metrics.of(name)]).toEqual([name, expect.any(Number)])
    }
    expect(metrics.of('openfield_database_up')).toBe(1)
    expect(metrics.text).toMatch(/^openfield_build_info\{version="[\d.]+",node="[\d.]+"\} 1$/m)
    expect(metrics.text).toMatch(/^openfield_database_connections\{state="in_use"\} \d+$/m)
  })

  it('is served on a port of its own, with nothing else, and not by the API', async () => {
    expect((await fetch(new URL('/v1/accounts', metricsUrl))).status).toBe(404)
    expect((await fetch(metricsUrl, { method: 'POST' })).status).toBe(404)
    expect((await api.raw({ method: 'GET', path: '/metrics' })).status).toBe(404)
    expect(new URL(metricsUrl).hostname).toBe('127.0.0.1')
  })

  it('tells how much work is due and for how long the oldest was, and how mailboxes stand', async () => {
    const idle = await startApi({ OPENFIELD_METRICS_PORT: '0', OPENFIELD_WORKER: 'off' })
    await idle.sql(`insert into outbox (workspace_id, kind, record_id, due_at)
      select w.id, 'summary', gen_random_uuid(), now() - interval '90 seconds' from workspace w, generate_series(1, 3)`)
    await idle.sql(`insert into mailbox_sync (workspace_id, mailbox_id, state)
      select id, gen_random_uuid(), 'retrying' from workspace`)
    const metrics = await metricsOf(idle.metricsUrl ?? '')
    expect(metrics.of('openfield_work_waiting', 'kind="summary"')).toBe(3)
    expect(metrics.of('openfield_work_oldest_seconds', 'kind="summary"')).toBeGreaterThanOrEqual(90)
    expect(metrics.of('openfield_mailboxes', 'state="retrying"')).toBe(1)
  })
})

describe('the log', () => {
  it('names a slow query with the filters that caused it, without their values, and the request on all of its lines', async () => {
    const key = 'sk_of_watching_0123456789abcdef'
    const program = runProgram(['serve'], {
      PORT: '0',
      OPENFIELD_LOG: 'info',
      OPENFIELD_SLOW_QUERY_MS: '100',
      OPENFIELD_RATE_LIMIT: '0',
      OPENFIELD_FILES_SHARED: 'on',
      DATABASE_URL: api.database,
      OPENFIELD_DATA_DIR: newDataFolder(),
      OPENFIELD_BOOTSTRAP_API_KEY: key,
    })
    const url = await program.serving()
    const headers = headersOf(api.key, false)
    // Twelve connections are all there are: half of these wait for one, and go on as who they are.
    const held = await api.begin()
    onTestFinished(() => held.release(true))
    await held.query('lock table index_text, index_substring in access exclusive mode')
    const path = '/v1/contacts?$email[-contains]=secret.example&$name[startsWith]=Private'
    const asked = Array.from({ length: 24 }, () => send(url, { method: 'GET', path, headers }))
    const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
    await expect.poll(async () => (await api.sql(waiting)).length).toBeGreaterThanOrEqual(8)
    await new Promise((resolve) => setTimeout(resolve, 200))
    await held.query('rollback')
    const ids = (await Promise.all(asked)).map((answer) => [answer.status, answer.headers['x-request-id']])
    await expect.poll(() => program.said.errors.split('"url"').length).toBeGreaterThan(24)
    const lines = program.said.errors
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))
    const slow = lines.filter(({ msg }) => msg === 'A query took long')
    expect(slow.filter(({ filters }) => filters).length).toBeGreaterThanOrEqual(8)
    for (const line of slow.filter(({ filters }) => filters)) {
      expect(line).toMatchObject({
        level: 40,
        operation: 'contact.list',
        objectType: 'contact',
        filters: ['$email[-contains]', '$name[startsWith]'],
        workspace: expect.any(Number),
        databaseMs: expect.any(Number),
        rows: expect.any(Number),
        statement: expect.any(String),
      })
    }
    const logged = lines.filter(({ url }) => url?.startsWith('/v1/contacts'))
    expect(logged.map(({ status, requestId }) => [status, requestId]).sort()).toEqual(ids.sort())
    for (const { requestId, operation, statements, databaseMs } of logged) {
      expect([operation, statements > 0]).toEqual(['contact.list', true])
      const own = slow.filter((line) => line.requestId === requestId)
      // What its slow queries took is part of what the database did for it, and of no other request.
      expect(own.reduce((sum, line) => sum + line.databaseMs, 0)).toBeLessThanOrEqual(databaseMs + own.length)
    }
    expect(
      slow.every(({ requestId }) => requestId === undefined || logged.some((one) => one.requestId === requestId)),
    ).toBe(true)
    expect(slow.map((line) => JSON.stringify(line)).join()).not.toMatch(/secret\.example|Private/)
    program.child.kill('SIGTERM')
    await once(program.child, 'close')
  })
})
