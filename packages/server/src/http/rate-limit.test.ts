import { describe, expect, it } from 'vitest'
import { aKey } from '../../test/factories.ts'
import { type Api, anotherWorkspace, outcome, rekeyed, startApi } from '../../test/harness.ts'
import { RateLimiter } from './rate-limit.ts'

const api = await startApi()
const limited = await startApi({ OPENFIELD_RATE_LIMIT: '5' }, api)

describe('a bucket', () => {
  const start = 1_780_000_000_000

  it('gives as many tokens as the limit at once, then one more for every part of a second', () => {
    const limiter = new RateLimiter(5)
    const take = (ms: number) => limiter.take(1, 'Read', start + ms)
    expect([0, 0, 0, 0, 0].map((ms) => take(ms).remaining)).toEqual([4, 3, 2, 1, 0])
    expect(take(0).allowed).toBe(false)
    expect(take(199).allowed).toBe(false)
    expect(take(200).allowed).toBe(true)
    expect(take(200).allowed).toBe(false)
    expect(take(1200)).toMatchObject({ allowed: true, remaining: 4 })
  })

  it('never holds more than the limit', () => {
    const limiter = new RateLimiter(3)
    limiter.take(1, 'Read', start)
    expect(limiter.take(1, 'Read', start + 3_600_000).remaining).toBe(2)
  })

  it('takes nothing for what it refuses', () => {
    const limiter = new RateLimiter(1)
    limiter.take(1, 'Write', start)
    for (let ms = 0; ms < 1000; ms += 10) expect(limiter.take(1, 'Write', start + ms).allowed).toBe(false)
    expect(limiter.take(1, 'Write', start + 1000).allowed).toBe(true)
  })

  it('says in seconds of Unix time when it will be full again', () => {
    const limiter = new RateLimiter(2)
    expect(limiter.take(1, 'Read', start).resetAt).toBe(start / 1000 + 1)
    expect(limiter.take(1, 'Read', start).resetAt).toBe(start / 1000 + 1)
    expect(limiter.take(1, 'Read', start + 100).resetAt).toBe(start / 1000 + 1)
    expect(limiter.take(1, 'Read', start + 10_000).resetAt).toBe(start / 1000 + 11)
  })

  it('is not upset by a clock that is set back', () => {
    const limiter = new RateLimiter(1)
    limiter.take(1, 'Read', start)
    expect(limiter.take(1, 'Read', start - 60_000).allowed).toBe(false)
    expect(limiter.take(1, 'Read', start - 59_000).allowed).toBe(true)
  })

  it('is one for each category of each workspace', () => {
    const limiter = new RateLimiter(1)
    expect(limiter.take(1, 'Read', start).allowed).toBe(true)
    expect(limiter.take(1, 'Write', start).allowed).toBe(true)
    expect(limiter.take(1, 'Search', start).allowed).toBe(true)
    expect(limiter.take(2, 'Read', start).allowed).toBe(true)
    expect(limiter.take(1, 'Read', start).allowed).toBe(false)
  })
})

/** Sends requests all at once; says what came of them, and how many tokens came in meanwhile. */
async function burst(send: () => ReturnType<Api['get']>, times = 20) {
  const begun = performance.now()
  const responses = await Promise.all(Array.from({ length: times }, send))
  const earned = ((performance.now() - begun) / 1000) * 5
  return { responses, outcomes: responses.map(outcome), earned }
}

const kinds: { category: string; send: (workspace: Api, key: string) => ReturnType<Api['get']> }[] = [
  { category: 'Read', send: (workspace, key) => workspace.get('/v1/accounts/definitions', { key }) },
  { category: 'Search', send: (workspace, key) => workspace.get('/v1/members', { key }) },
  { category: 'Write', send: (workspace, key) => workspace.post('/v1/contacts', { fields: {} }, { key }) },
]

describe.each(kinds)('requests of the category $category', ({ category, send }) => {
  it('200: say how many are left, 429: say when to come back', async () => {
    const workspace = await anotherWorkspace(limited)
    const { responses, outcomes, earned } = await burst(() => send(workspace, workspace.key))
    const allowed = outcomes.filter((one) => one === '200').length
    expect(allowed).toBeGreaterThanOrEqual(5)
    expect(allowed).toBeLessThanOrEqual(5 + earned + 1)
    expect(outcomes.filter((one) => one !== '200').every((one) => one === '429')).toBe(true)
    for (const { status, headers } of responses) {
      expect(headers['x-ratelimit-limit']).toBe('5')
      expect(Number(headers['x-ratelimit-reset'])).toBeGreaterThanOrEqual(Math.floor(Date.now() / 1000) - 1)
      expect(headers['retry-after']).toBe(status === 429 ? '1' : undefined)
      if (status === 429) expect(headers['x-ratelimit-remaining']).toBe('0')
    }
    expect(Math.max(...responses.map(({ headers }) => Number(headers['x-ratelimit-remaining'])))).toBe(4)
  })

  it('count for the workspace, whichever key they come with, and not for the other categories or workspaces', async () => {
    const workspace = await anotherWorkspace(limited)
    const { key } = await aKey(rekeyed(api, workspace.key))
    const first = await burst(() => send(workspace, workspace.key))
    const second = await burst(() => send(workspace, key))
    const allowed = [...first.outcomes, ...second.outcomes].filter((one) => one === '200').length
    expect(allowed).toBeLessThanOrEqual(5 + first.earned + second.earned + 2)
    for (const other of kinds.filter((one) => one.category !== category)) {
      const { headers } = await other.send(workspace, key)
      expect([other.category, headers['x-ratelimit-remaining']]).toEqual([other.category, '4'])
    }
    const elsewhere = await anotherWorkspace(limited)
    expect((await send(elsewhere, elsewhere.key)).headers['x-ratelimit-remaining']).toBe('4')
  })
})

describe('what counts', () => {
  it('is every request of a known key, also one that is refused later', async () => {
    const workspace = await anotherWorkspace(limited)
    const failing = await workspace.post('/v1/contacts', { fields: { bogus: 1 } })
    expect([outcome(failing), failing.headers['x-ratelimit-remaining']]).toEqual([
      '400 unknown_field fields.bogus',
      '4',
    ])
    const forbidden = await workspace.get('/v1/accounts/acc_none')
    expect([outcome(forbidden), forbidden.headers['x-ratelimit-remaining']]).toEqual(['404', '4'])
  })

  it('is no request without a key or without the version', async () => {
    const workspace = await anotherWorkspace(limited)
    await workspace.get('/v1/accounts/definitions', { headers: { 'lightfield-version': undefined } })
    await workspace.get('/v1/accounts/definitions', { key: 'sk_of_none' })
    const { headers } = await workspace.get('/v1/accounts/definitions')
    expect(headers['x-ratelimit-remaining']).toBe('4')
  })

  it('is nothing when the limit is switched off; then there are no figures either', async () => {
    const { outcomes, responses } = await burst(() => api.get('/v1/members'), 100)
    expect(new Set(outcomes)).toEqual(new Set(['200']))
    expect(Object.keys(responses[0]?.headers ?? {}).filter((name) => name.startsWith('x-ratelimit'))).toEqual([])
  })
})
