import pg from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { bridgeTo } from '../../test/bridge.ts'
import { headersOf, outcome, startApi } from '../../test/harness.ts'
import { send, sendBytes } from '../../test/request.ts'

const api = await startApi()
const breakable = await startApi()
const bridge = await bridgeTo(breakable.database)
const distant = await startApi({ DATABASE_URL: bridge.url })
afterAll(bridge.cut)

describe('404', () => {
  it.each([
    ['GET', '/v1'],
    ['GET', '/v1/'],
    ['GET', '/v1/nothing'],
    ['GET', '/v1/account'],
    ['GET', '/v1/Accounts'],
    ['GET', '/v1/accounts/'],
    ['GET', '/v1//accounts'],
    ['GET', '/v2/accounts'],
    ['GET', '/v1/accounts/acc_1/more'],
    ['GET', '/v1/members/definitions'],
    ['POST', '/v1/members'],
    ['POST', '/v1/accounts/definitions/x'],
    ['PUT', '/v1/accounts'],
    ['PUT', '/v1/accounts/acc_1'],
    ['PATCH', '/v1/accounts/acc_1'],
    ['DELETE', '/v1/accounts'],
    ['DELETE', '/v1/members/mem_1'],
    ['POST', '/v1/auth/validate'],
    ['OPTIONS', '/v1/accounts'],
    ['TRACE', '/v1/accounts'],
    ['QUERY', '/v1/accounts'],
    ['QUERY', '/crm/'],
    ['GET', '/v1/accounts/..%2f..%2fetc%2fpasswd'],
  ])('for what is not there: %s %s', async (method, path) => {
    const response = await api.raw({ method, path, headers: headersOf(api.key, false) })
    expect(outcome(response)).toBe('404')
  })

  it('without a body for HEAD', async () => {
    for (const path of ['/v1/accounts', '/v1/auth/validate', '/health']) {
      const { status, text } = await api.raw({ method: 'HEAD', path, headers: headersOf(api.key, false) })
      expect({ status, text }).toEqual({ status: 404, text: '' })
    }
  })

  it('without a key as well: an unknown path is no secret', async () => {
    expect(outcome(await api.raw({ method: 'GET', path: '/v1/nothing' }))).toBe('404')
  })

  it('names the plural type for an id that is none of its records', async () => {
    const { body } = await api.get<unknown>('/v1/accounts/acc_none')
    expect(body).toEqual({
      error: { type: 'not_found', message: "No resource found in 'accounts' with the given ID." },
    })
  })

  it('for ids of any length', async () => {
    for (const length of [99, 100, 101, 1000, 10_000]) {
      expect(outcome(await api.get(`/v1/accounts/${'a'.repeat(length)}`))).toBe('404')
      expect(outcome(await api.post(`/v1/accounts/acc_${'0'.repeat(length)}`, {}))).toBe('404')
    }
  })
})

describe('what is not HTTP, or too much of it', () => {
  it('400: for a path that is not percent-encoded text', async () => {
    for (const path of ['/v1/accounts/%', '/v1/accounts/%zz', '/v1/accounts/acc_%ff', '/v1/accounts/%ed%a0%80']) {
      const response = await api.raw({ method: 'GET', path, headers: headersOf(api.key, false) })
      expect(outcome(response)).toBe('400 invalid_type')
    }
  })

  it('404: for ids of strange letters', async () => {
    for (const id of ['%00', 'acc_%00', '%F0%9F%98%80', '%E2%80%AE', '%2e%2e', '%', '$name']) {
      const path = `/v1/accounts/${id === '%' ? '%25' : id}`
      expect(outcome(await api.get(path))).toBe('404')
    }
  })

  it.each<[string, string]>([
    ['a line that is no request', 'nonsense\r\n\r\n'],
    ['an unknown method', 'FETCH /v1/accounts HTTP/1.1\r\nhost: x\r\n\r\n'],
    ['a header with a NUL', 'GET /v1/accounts HTTP/1.1\r\nhost: x\r\nx-name: a\0b\r\n\r\n'],
    ['two lengths', 'POST /v1/accounts HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['a header that is too long', `GET / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${'k'.repeat(20_000)}\r\n\r\n`],
  ])('400: %s gets an answer like any other before the connection closes', async (_name, bytes) => {
    const [head = '', body = ''] = (await sendBytes(api.url, bytes)).split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1.1 400 Bad Request\r\ncontent-type: application\/json; charset=utf-8\r\n/i)
    expect(head).toMatch(/^x-request-id: req_[0-9a-f]{32}$/im)
    expect(JSON.parse(body)).toEqual({
      error: { type: 'bad_request', code: 'invalid_type', message: expect.any(String) },
    })
    expect((await api.get('/v1/auth/validate')).status).toBe(200)
  })
})

describe('request ids', () => {
  it('are new with every response, and not the client’s to choose', async () => {
    const headers = { 'x-request-id': 'req_00000000000000000000000000000000' }
    const responses = [
      await api.get('/v1/accounts', { headers }),
      await api.get('/v1/accounts', { headers }),
      await api.get('/v1/nothing', { headers }),
      await api.get('/v1/accounts', { key: null }),
    ]
    expect(new Set([...responses.map((one) => one.headers['x-request-id']), headers['x-request-id']]).size).toBe(5)
  })
})

// The server writes what failed to standard error, which is what it is there for.
describe('500 and 503', () => {
  const call = (path: string) => send(breakable.url, { method: 'GET', path, headers: headersOf(breakable.key, false) })

  it('500: says nothing of what is inside, but the id under which it is logged', async () => {
    await breakable.sql('alter table edge rename to hidden_edge')
    const account = `/v1/accounts/${breakable.accountId}`
    const { status, body, headers, text } = await call(account)
    await breakable.sql('alter table hidden_edge rename to edge')
    expect({ status, body }).toEqual({
      status: 500,
      body: {
        error: { type: 'internal_server_error', message: expect.stringContaining(`${headers['x-request-id']}`) },
      },
    })
    expect(text).not.toMatch(/edge|relation|select|node_modules/)
    expect((await call(account)).status).toBe(200)
  })

  it('503: while the database cannot be reached; then all is well again', async () => {
    const key = breakable.key
    const calls = () => [
      send(distant.url, { method: 'GET', path: '/v1/accounts', headers: headersOf(key, false) }),
      send(distant.url, { method: 'GET', path: `/v1/accounts/${breakable.accountId}`, headers: headersOf(key, false) }),
      send(distant.url, {
        method: 'POST',
        path: '/v1/accounts',
        headers: headersOf(key, true),
        body: '{"fields":{"$name":"Lost"}}',
      }),
    ]
    expect((await Promise.all(calls())).map(outcome)).toEqual(['200', '200', '200'])
    await bridge.cut()
    for (const response of await Promise.all(calls())) {
      expect([response.status, response.body]).toEqual([
        503,
        { error: { type: 'service_unavailable', message: expect.stringContaining('again') } },
      ])
    }
    await bridge.open()
    expect((await Promise.all(calls())).map(outcome)).toEqual(['200', '200', '200'])
    const { body } = await breakable.get<{ totalCount: number }>('/v1/accounts?$name=Lost')
    expect(body.totalCount).toBe(2)
  })

  it('503: while the disk of the database is full; reads go on, and then all is well again', async () => {
    const full = `create function fail() returns trigger language plpgsql as
      $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
      create trigger fail before insert on record for each row execute function fail()`
    await breakable.sql(full)
    const headers = headersOf(breakable.key, true)
    const body = '{"fields":{"$name":"Too much"}}'
    const create = () => send(breakable.url, { method: 'POST', path: '/v1/accounts', headers, body })
    expect((await create()).body).toEqual({
      error: { type: 'service_unavailable', message: expect.stringContaining('full') },
    })
    expect((await breakable.get(`/v1/accounts/${breakable.accountId}`)).status).toBe(200)
    await breakable.sql('drop function fail cascade')
    expect((await create()).status).toBe(200)
  })

  it('503: in the middle of a transaction, which is undone and harms nobody', async () => {
    const path = '/admin/v1/objects/account/fields'
    const body = JSON.stringify({ slug: 'half', label: 'Half', valueType: 'TEXT' })
    const define = () => send(distant.url, { method: 'POST', path, headers: headersOf(breakable.key, true), body })
    const release = await holdDefinitions(breakable.database)
    const pending = define()
    const isWaiting = "select 1 from pg_locks where locktype = 'advisory' and not granted"
    await expect.poll(async () => (await breakable.sql(isWaiting)).length).toBe(1)
    await bridge.cut()
    expect((await pending).status).toBe(503)
    await release()
    await bridge.open()
    expect(outcome(await define())).toBe('200')
  })
})

/** Keeps changes of definitions, and so every write, waiting until it is released. */
async function holdDefinitions(databaseUrl: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  const locks = 'select pg_advisory_lock(1330005574, id::int) from workspace'
  await client.query(locks)
  return () => client.end()
}
