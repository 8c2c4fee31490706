import type { FastifyRequest } from 'fastify'
import { beforeEach, describe, expect, it } from 'vitest'
import { atEnd } from '../../test/at-end.ts'
import { startApi } from '../../test/harness.ts'
import { openDatabase } from '../storage/database.ts'
import { Attempts } from './attempts.ts'

const api = await startApi({ OPENFIELD_WORKER: 'off' })
// Each is that of a process.
const [one, other] = [
  openDatabase({ connectionString: api.database, max: 2 }),
  openDatabase({ connectionString: api.database, max: 2 }),
]
atEnd(async () => {
  await one.end()
  await other.end()
})
beforeEach(async () => {
  await api.sql('truncate failed_attempt')
})

const start = 1_780_000_000_000
const minuteMs = 60_000

/** Attempts of which the time is told, what came of them, and what was logged. */
function observed(db = one) {
  const attempts = new Attempts(db)
  const logged: unknown[] = []
  const begin = (account: string, ms: number, ip = '192.0.2.1') => {
    const request = { ip, id: 'req', log: { error: (about: unknown) => logged.push(about) } }
    return attempts.begin(account, request as unknown as FastifyRequest, new Date(start + ms))
  }
  /** How many seconds it has to wait; 0: it may try. */
  const fail = async (account: string, ms: number, ip?: string) => {
    try {
      await begin(account, ms, ip)
      return 0
    } catch (error) {
      return (error as { place: { retryAfter: number } }).place.retryAfter
    }
  }
  return { begin, fail, logged }
}

/** Does something so many times, one after the other. */
async function inTurn<T>(times: number, work: (turn: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let turn = 0; turn < times; turn += 1) results.push(await work(turn))
  return results
}

describe('failures', () => {
  it('double the wait from the fifth on, up to 15 minutes, and are logged once', async () => {
    const { fail, logged } = observed()
    expect(await inTurn(5, () => fail('ada', 0))).toEqual([0, 0, 0, 0, 0])
    let ms = 0
    const waits = await inTurn(12, async () => {
      const wait = await fail('ada', ms)
      ms += wait * 1000
      expect(await fail('ada', ms)).toBe(0)
      return wait
    })
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900])
    expect(logged).toEqual([{ requestId: 'req', address: '192.0.2.1', account: 'a…' }])
  })

  it('are logged with enough of the account to know it by, and not with what was typed', async () => {
    const { fail, logged } = observed()
    const member = `mem_${'0'.repeat(26)}`
    const typed = ['ada@team.example', 'reset of ada@team.example', 'battery-staple-42', member]
    for (const [at, account] of typed.entries()) await inTurn(6, (turn) => fail(account, (10 * at + turn) * 1000))
    expect(logged.map((one) => (one as { account: string }).account)).toEqual([
      'a…@team.example',
      'reset of a…@team.example',
      'b…',
      member,
    ])
  })

  it('are forgiven by success, and one every ten minutes', async () => {
    const { begin, fail } = observed()
    await inTurn(4, () => fail('ada', 0))
    await (await begin('ada', 0)).succeeded()
    expect(await inTurn(5, () => fail('ada', 0))).toEqual([0, 0, 0, 0, 0])
    expect(await fail('ada', 10 * minuteMs)).toBe(0)
    expect(await fail('ada', 10 * minuteMs)).toBe(1)
    expect(await inTurn(4, () => fail('ada', 60 * minuteMs))).toEqual([0, 0, 0, 0])
  })

  it('count for an account from each address by itself, and for each address', async () => {
    const { fail } = observed()
    await inTurn(5, () => fail('ada', 0))
    expect(await fail('ada', 0)).toBe(1)
    expect(await fail('ada', 0, '192.0.2.2')).toBe(0)
    expect(await fail('bob', 0)).toBe(0)
  })

  it('slow down an address that tries many accounts, for at most a minute, whoever else succeeds there', async () => {
    const { begin, fail } = observed()
    await inTurn(50, async (time) => {
      expect(await fail(`member ${time}`, 0)).toBe(0)
      if (time < 49) await (await begin('mallory', 0)).succeeded()
    })
    let ms = 0
    const waits = await inTurn(8, async (time) => {
      const wait = await fail(`another ${time}`, ms)
      ms += wait * 1000
      expect(await fail(`another ${time}`, ms)).toBe(0)
      return wait
    })
    expect(waits.slice(0, 7)).toEqual([1, 2, 4, 8, 16, 32, 60])
    expect(Math.max(...waits)).toBe(60)
  })

  it('count whichever process is asked, also in a crowd that comes at once', async () => {
    const processes = [observed(one), observed(other)]
    // They come within some milliseconds, and have their turns in any order.
    const failures = await Promise.all(
      Array.from({ length: 40 }, (_, turn) => processes[turn % 2]?.fail('ada', 40 - turn)),
    )
    expect(failures.filter((wait) => wait === 0)).toHaveLength(5)
  })

  it('are kept without saying whose they are', async () => {
    await observed().fail('ada@example.com', 0)
    const kept = await api.sql<{ text: string }>("select convert_from(name, 'latin1') as text from failed_attempt")
    expect(kept).toHaveLength(2)
    expect(kept.map(({ text }) => text).join()).not.toMatch(/ada|192/)
  })
})
