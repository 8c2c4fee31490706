import { setTimeout as wait } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { atEnd } from '../../test/at-end.ts'
import { outcome, startApi } from '../../test/harness.ts'
import { openDatabase } from '../storage/database.ts'
import { RateLimiter } from './rate-limit.ts'
import { SharedRateLimiter } from './shared-rate-limit.ts'

const api = await startApi({ OPENFIELD_WORKER: 'off' })

/** The limiters of so many processes, each with a connection of its own, and the statements that they ran. */
function processes(count: number, limit: number) {
  const statements = { count: 0 }
  const limiters = Array.from({ length: count }, () => {
    const db = openDatabase({ connectionString: api.database, max: 1 })
    atEnd(() => db.end())
    const { query } = db
    db.query = ((...given: never[]) => {
      statements.count += 1
      return (query as (...all: never[]) => unknown).apply(db, given)
    }) as typeof query
    return new SharedRateLimiter(limit, db)
  })
  return { limiters, statements }
}

/** How many requests come to each of four processes every ten milliseconds, one phase after the other. */
const phases = [
  [5, 1, 0, 0],
  [0, 0, 1, 0],
  [1, 1, 1, 1],
  [0, 0, 0, 6],
  [0, 3, 3, 0],
  [0.2, 0, 0, 0.1],
  [0, 0, 7, 0],
  [2, 1, 1, 2],
]
const phaseMs = 500
const tickMs = 10

/** What the processes together allow, and what one bucket would have, asked at the same times. */
async function allowed(name: string, count: number, limit: number) {
  const { limiters, statements } = processes(count, limit)
  const alone = new RateLimiter(limit)
  const result = { name, shared: 0, alone: 0, requests: 0, statements }
  const asking: Promise<void>[] = []
  const owed = limiters.map(() => 0)
  const ask = async (limiter: SharedRateLimiter) => {
    result.requests += 1
    if (alone.take(name, 'Read', performance.now()).allowed) result.alone += 1
    if ((await limiter.take(name, 'Read', Date.now())).allowed) result.shared += 1
  }
  for (const loads of phases) {
    for (let ms = 0; ms < phaseMs; ms += tickMs) {
      for (const [index, load] of loads.entries()) {
        const at = index % count
        owed[at] = (owed[at] ?? 0) + load
        for (; (owed[at] ?? 0) >= 1; owed[at] = (owed[at] ?? 0) - 1) {
          const limiter = limiters[at]
          if (limiter) asking.push(ask(limiter))
        }
      }
      await wait(tickMs)
    }
  }
  await Promise.all(asking)
  return result
}

it('two to four processes allow what one would, within a tenth, however requests are spread over them', async () => {
  const cases = [
    [2, 100],
    [4, 100],
    [4, 25],
    [3, 10],
  ] as const
  const results = await Promise.all(
    cases.map(([count, limit]) => allowed(`${count} processes, ${limit} a second`, count, limit)),
  )
  for (const { name, shared, alone, requests, statements } of results) {
    expect(shared, name).toBeGreaterThan(alone * 0.9)
    expect(shared, name).toBeLessThan(alone * 1.1)
    expect(statements.count, name).toBeLessThan(requests / 4)
  }
}, 30_000)

it('a process that gets few requests takes no more than it uses from the others', async () => {
  const { limiters } = processes(4, 20)
  const [busy, ...quiet] = limiters
  await Promise.all(quiet.map((limiter) => limiter.take('few', 'Read', 0)))
  const many = await Promise.all(Array.from({ length: 30 }, () => busy?.take('few', 'Read', 0)))
  // Each holds a tenth of the limit at most.
  expect(many.filter((one) => one?.allowed).length).toBeGreaterThanOrEqual(20 - 3 - 3 * 2)
  await wait(2500)
  const again = await Promise.all(Array.from({ length: 30 }, () => busy?.take('few', 'Read', 0)))
  expect(again.filter((one) => one?.allowed).length).toBe(20)
})

it('a process that cannot ask allows a tenth of the limit until it asks again', async () => {
  const db = openDatabase({ connectionString: 'postgresql://127.0.0.1:1/none', max: 1 })
  atEnd(() => db.end())
  const limiter = new SharedRateLimiter(50, db)
  const all = await Promise.all(Array.from({ length: 50 }, () => limiter.take('away', 'Read', 0)))
  expect(all.filter((one) => one.allowed)).toHaveLength(5)
  expect(await limiter.take('away', 'Read', 0)).toMatchObject({ allowed: false, remaining: 0 })
})

it('two servers have one limit, and say what is left of it', async () => {
  const limited = [
    await startApi({ OPENFIELD_RATE_LIMIT: '10' }, api),
    await startApi({ OPENFIELD_RATE_LIMIT: '10' }, api),
  ]
  const begun = performance.now()
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, turn) => limited[turn % 2]?.get('/v1/auth/validate')),
  )
  const earned = ((performance.now() - begun) / 1000) * 10
  const good = answers.filter((one) => one?.status === 200)
  expect(good.length).toBeGreaterThanOrEqual(9)
  expect(good.length).toBeLessThanOrEqual(10 + earned + 1)
  expect(answers.map((one) => one && outcome(one)).filter((one) => one !== '200' && one !== '429')).toEqual([])
  for (const { headers } of answers.flatMap((one) => one ?? [])) expect(headers['x-ratelimit-limit']).toBe('10')
  const refused = answers.filter((one) => one?.status === 429)
  expect(new Set(refused.map((one) => one?.headers['x-ratelimit-remaining']))).toEqual(new Set(['0']))
})

it('a server that serves alone asks the database nothing', async () => {
  const before = await api.sql('select from rate_bucket')
  const alone = await startApi({ OPENFIELD_RATE_LIMIT: '5', OPENFIELD_FILES_SHARED: 'off' }, api)
  const answers = await Promise.all(Array.from({ length: 12 }, () => alone.get('/v1/members')))
  expect(answers.map(outcome)).toContain('429')
  expect(await api.sql('select from rate_bucket')).toHaveLength(before.length)
})
