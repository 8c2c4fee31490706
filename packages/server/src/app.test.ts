import { describe, expect, it } from 'vitest'
import { headersOf, outcome, startApi } from '../test/harness.ts'

const api = await startApi()
const open = await startApi({ OPENFIELD_CORS_ORIGINS: '*' }, api)
const listed = await startApi({ OPENFIELD_CORS_ORIGINS: 'https://app.example, http://localhost:5173' }, api)

const from = (origin: string) => ({ ...headersOf(api.key, false), origin })
const preflight = {
  origin: 'https://app.example',
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'authorization,content-type,lightfield-version,idempotency-key,x-stainless-lang',
}

describe('health', () => {
  it('200: asks for nothing once the server can serve', async () => {
    const { status, body, text } = await api.raw({ method: 'GET', path: '/health' })
    expect({ status, body, text }).toEqual({ status: 200, body: { status: 'ok' }, text: '{"status":"ok"}' })
  })
})

describe('pages of other origins', () => {
  it('get no leave to read anything, unless a setting gives it', async () => {
    const response = await api.raw({ method: 'GET', path: '/v1/accounts', headers: from('https://app.example') })
    expect(response.headers['access-control-allow-origin']).toBeUndefined()
    const asked = await api.raw({ method: 'OPTIONS', path: '/v1/opportunities', headers: preflight })
    expect(outcome(asked)).toBe('404')
  })

  it('may read everything when the setting is *, but send no cookies', async () => {
    const { headers } = await open.raw({ method: 'GET', path: '/v1/accounts', headers: from('https://any.example') })
    expect(headers['access-control-allow-origin']).toBe('*')
    expect(headers['access-control-allow-credentials']).toBeUndefined()
  })

  it('may read when they are listed, and only then', async () => {
    for (const [origin, allowed] of [
      ['https://app.example', 'https://app.example'],
      ['http://localhost:5173', 'http://localhost:5173'],
      ['https://app.example.evil.example', undefined],
      ['http://app.example', undefined],
      ['null', undefined],
    ] as const) {
      const { headers } = await listed.raw({ method: 'GET', path: '/v1/accounts', headers: from(origin) })
      expect([origin, headers['access-control-allow-origin']]).toEqual([origin, allowed])
      expect(headers.vary).toMatch(/origin/i)
    }
  })

  it('may send every header that clients send, and read those that tell them something', async () => {
    const { status, headers } = await listed.raw({ method: 'OPTIONS', path: '/v1/opportunities', headers: preflight })
    expect(status).toBe(204)
    expect(headers['access-control-allow-origin']).toBe('https://app.example')
    expect(headers['access-control-allow-methods']).toMatch(/POST/)
    for (const name of preflight['access-control-request-headers'].split(',')) {
      expect(headers['access-control-allow-headers']).toMatch(name)
    }
    const answer = await listed.raw({ method: 'GET', path: '/v1/accounts', headers: from('https://app.example') })
    const exposed = String(answer.headers['access-control-expose-headers']).toLowerCase()
    for (const name of [
      'x-request-id',
      'x-ratelimit-limit',
      'x-ratelimit-remaining',
      'x-ratelimit-reset',
      'retry-after',
    ]) {
      expect(exposed).toContain(name)
    }
  })

  it('may read errors as well', async () => {
    for (const path of ['/v1/accounts/acc_none', '/v1/nothing']) {
      const { headers } = await listed.raw({ method: 'GET', path, headers: from('https://app.example') })
      expect(headers['access-control-allow-origin']).toBe('https://app.example')
    }
    const { headers } = await listed.raw({
      method: 'GET',
      path: '/v1/accounts',
      headers: { origin: 'https://app.example' },
    })
    expect(headers['access-control-allow-origin']).toBe('https://app.example')
  })
})

describe('headers that clients send', () => {
  it('are tolerated, whatever the official libraries add', async () => {
    const headers = {
      accept: 'application/json',
      'user-agent': 'Lightfield/Go 0.6.0',
      'x-stainless-lang': 'go',
      'x-stainless-package-version': '0.6.0',
      'x-stainless-os': 'Linux',
      'x-stainless-arch': 'x64',
      'x-stainless-runtime': 'go',
      'x-stainless-runtime-version': 'go1.25',
      'x-stainless-retry-count': '0',
      'x-stainless-timeout': '60',
      'accept-encoding': 'gzip, deflate, br',
    }
    expect((await api.get('/v1/accounts', { headers })).status).toBe(200)
    expect((await api.get('/v1/accounts', { headers: { ...headers, accept: 'text/html' } })).status).toBe(200)
  })
})
