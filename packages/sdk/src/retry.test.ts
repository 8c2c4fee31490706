import { afterEach, describe, expect, test, vi } from 'vitest'
import { json, reset, silence, startMisbehaving, text } from '../test/misbehaving.ts'
import {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
  InternalServerError,
  Openfield,
} from './index.ts'

const ok = json(200, { id: 'acc_1' })
const soon = { 'retry-after-ms': '1' }
const clientOf = ({ url }: { url: string }, maxRetries?: number) =>
  new Openfield({ apiKey: 'sk_of_test', baseURL: url, ...(maxRetries !== undefined && { maxRetries }) })
const create = (client: Openfield) => client.account.create({ fields: { $name: 'Acme' } })

describe('is sent again', () => {
  test.each([408, 409, 429, 500, 503])('after a %i, by default twice', async (status) => {
    using server = await startMisbehaving(json(status, {}, soon), json(status, {}, soon), ok)
    expect(await create(clientOf(server))).toEqual({ id: 'acc_1' })
    expect(server.seen).toHaveLength(3)
  })

  test('with the same idempotency key each time, so that the write happens once', async () => {
    using server = await startMisbehaving(reset, json(500, {}, soon), ok)
    await create(clientOf(server))
    const keys = server.seen.map(({ headers }) => headers['idempotency-key'])
    expect(keys).toHaveLength(3)
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/)
    expect(new Set(keys).size).toBe(1)
  })

  test('with the idempotency key of the caller, when there is one', async () => {
    using server = await startMisbehaving(json(500, {}, soon), ok)
    await clientOf(server).account.update('acc_1', {}, { idempotencyKey: 'mine' })
    expect(server.seen.map(({ headers }) => headers['idempotency-key'])).toEqual(['mine', 'mine'])
  })

  test('after a connection that broke, before or within the answer', async () => {
    using server = await startMisbehaving(
      reset,
      (response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{"id":')
        setTimeout(() => response.destroy(), 20)
      },
      ok,
    )
    expect(await create(clientOf(server))).toEqual({ id: 'acc_1' })
    expect(server.seen).toHaveLength(3)
  })

  test('after an answer that took too long', async () => {
    using server = await startMisbehaving(silence, ok)
    expect(await clientOf(server).account.retrieve('acc_1', { timeout: 300 })).toEqual({ id: 'acc_1' })
    expect(server.seen).toHaveLength(2)
  })

  test('when x-should-retry says so', async () => {
    using server = await startMisbehaving(json(400, {}, { ...soon, 'x-should-retry': 'true' }), ok)
    expect(await create(clientOf(server))).toEqual({ id: 'acc_1' })
  })

  test('not before Retry-After, in seconds', async () => {
    using server = await startMisbehaving(json(429, {}, { 'retry-after': '0.3' }), ok)
    await create(clientOf(server))
    const [first, second] = server.seen
    // Timers may be a few milliseconds early.
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(290)
  })
})

describe('is not sent again', () => {
  test.each([400, 401, 403, 404, 413, 415, 422])('after a %i', async (status) => {
    using server = await startMisbehaving(json(status, {}), ok)
    await expect(create(clientOf(server))).rejects.toMatchObject({ status })
    expect(server.seen).toHaveLength(1)
  })

  test('when x-should-retry forbids it', async () => {
    using server = await startMisbehaving(json(500, {}, { 'x-should-retry': 'false' }), ok)
    await expect(create(clientOf(server))).rejects.toBeInstanceOf(InternalServerError)
    expect(server.seen).toHaveLength(1)
  })

  test.each([0, 1, 4, Number.NaN])('more often than maxRetries: %d', async (maxRetries) => {
    using server = await startMisbehaving(text(500, 'garbage', soon))
    await expect(create(clientOf(server, maxRetries))).rejects.toThrow('500 garbage')
    expect(server.seen).toHaveLength(1 + (maxRetries || 0))
  })

  test('more often than the maxRetries of the call', async () => {
    using server = await startMisbehaving(json(500, {}, soon))
    await expect(clientOf(server, 2).account.retrieve('acc_1', { maxRetries: 0 })).rejects.toThrow(APIError)
    expect(server.seen).toHaveLength(1)
  })
})

describe('fails', () => {
  test('without a connection', async () => {
    const { url, [Symbol.dispose]: close } = await startMisbehaving(ok)
    close()
    const error = await create(clientOf({ url }, 0)).catch((reason) => reason)
    expect(error).toBeInstanceOf(APIConnectionError)
    expect(error).not.toBeInstanceOf(APIConnectionTimeoutError)
    expect(error).toMatchObject({ status: undefined, headers: undefined, message: `No answer came from ${url}.` })
    expect(error.cause).toBeInstanceOf(TypeError)
  })

  test('when no answer comes in time, also when it has begun', async () => {
    const begun = (response: Parameters<typeof ok>[0]) => response.writeHead(200).write('{"id":')
    using server = await startMisbehaving(silence, begun)
    const client = new Openfield({ apiKey: 'sk_of_test', baseURL: server.url, maxRetries: 0, timeout: 50 })
    await expect(create(client)).rejects.toBeInstanceOf(APIConnectionTimeoutError)
    await expect(create(client)).rejects.toThrow('No answer came within 50 ms.')
  })

  test('at once when the signal is or gets aborted', async () => {
    using server = await startMisbehaving(silence)
    const controller = new AbortController()
    const call = clientOf(server).account.retrieve('acc_1', { signal: controller.signal })
    await vi.waitUntil(() => server.seen.length === 1)
    controller.abort('changed my mind')
    const error = await call.catch((reason) => reason)
    expect(error).toBeInstanceOf(APIUserAbortError)
    expect(error.cause).toBe('changed my mind')
    const later = clientOf(server).account.retrieve('acc_1', { signal: controller.signal })
    await expect(later).rejects.toBeInstanceOf(APIUserAbortError)
    expect(server.seen).toHaveLength(1)
  })

  test('when the signal is aborted while it waits to be sent again', async () => {
    using server = await startMisbehaving(json(429, {}, { 'retry-after': '30' }))
    const controller = new AbortController()
    const call = clientOf(server).account.retrieve('acc_1', { signal: controller.signal })
    await vi.waitUntil(() => server.seen.length === 1)
    setTimeout(() => controller.abort(), 50)
    await expect(call).rejects.toBeInstanceOf(APIUserAbortError)
    expect(server.seen).toHaveLength(1)
  })

  test('never by itself: a timeout of Infinity waits', async () => {
    using server = await startMisbehaving((response) => setTimeout(() => ok(response, undefined as never), 50))
    expect(await clientOf(server, 0).account.retrieve('acc_1', { timeout: Infinity })).toEqual({ id: 'acc_1' })
  })
})

describe('waits', () => {
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })

  /** Sends a request that always fails with these headers; `after` lets time go by and says how often it was sent. */
  function failing(headers: Record<string, string>, maxRetries: number) {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: new Date('2026-05-01T09:00:00Z') })
    const fetch = vi.fn(async () => new Response('{}', { status: 503, headers }))
    const client = new Openfield({ apiKey: 'sk_of_test', fetch, maxRetries })
    const outcome = client.auth.validate().catch((error) => error)
    const after = async (ms: number) => {
      await vi.advanceTimersByTimeAsync(ms)
      return fetch.mock.calls.length
    }
    return { after, outcome }
  }

  test.each([
    ['at most', 0, [500, 1000, 2000, 4000, 8000, 8000]],
    ['at least', 1, [375, 750, 1500, 3000, 6000, 6000]],
  ])('half a second, then twice as long each time up to 8 s, less up to a quarter: %s', async (_, random, delays) => {
    vi.spyOn(Math, 'random').mockReturnValue(random)
    const { after, outcome } = failing({}, delays.length)
    for (const [index, delay] of delays.entries()) {
      expect(await after(delay - 1)).toBe(index + 1)
      expect(await after(1)).toBe(index + 2)
    }
    expect(await outcome).toBeInstanceOf(InternalServerError)
  })

  test.each([
    ['retry-after', '3', 3000],
    ['retry-after', '0.25', 250],
    ['retry-after', 'Fri, 01 May 2026 09:00:07 GMT', 7000],
    ['retry-after', '3600', 60_000],
    ['retry-after', 'Sat, 02 May 2026 09:00:00 GMT', 60_000],
    ['retry-after-ms', '1500', 1500],
  ])('as long as the server asks, at most a minute: %s %s', async (name, value, ms) => {
    const { after, outcome } = failing({ [name]: value }, 1)
    expect(await after(ms - 1)).toBe(1)
    expect(await after(1)).toBe(2)
    expect(await outcome).toBeInstanceOf(InternalServerError)
  })

  test.each(['-5', 'Fri, 01 May 2026 08:00:00 GMT', '0'])('not at all for a moment that is past: %s', async (value) => {
    const { after } = failing({ 'retry-after': value }, 1)
    expect(await after(0)).toBe(2)
  })

  test('as if nothing was asked when it makes no sense', async () => {
    const { after } = failing({ 'retry-after': 'soon', 'retry-after-ms': '' }, 1)
    expect(await after(374)).toBe(1)
    expect(await after(126)).toBe(2)
  })
})
