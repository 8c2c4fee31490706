import type { FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import { Attempts } from './attempts.ts'

const start = 1_780_000_000_000
const minuteMs = 60_000

/** Attempts of which the time is told, what came of them, and what was logged. */
function observed() {
  const attempts = new Attempts()
  const logged: unknown[] = []
  const begin = (account: string, ms: number, ip = '192.0.2.1') => {
    const request = { ip, id: 'req', log: { error: (about: unknown) => logged.push(about) } }
    return attempts.begin(account, request as unknown as FastifyRequest, start + ms)
  }
  /** How many seconds it has to wait; 0: it may try. */
  const fail = (account: string, ms: number, ip?: string) => {
    try {
      begin(account, ms, ip)
      return 0
    } catch (error) {
      return (error as { place: { retryAfter: number } }).place.retryAfter
    }
  }
  return { begin, fail, logged }
}

describe('failures', () => {
  it('double the wait from the fifth on, up to 15 minutes, and are logged once', () => {
    const { fail, logged } = observed()
    expect([0, 0, 0, 0, 0].map((ms) => fail('ada', ms))).toEqual([0, 0, 0, 0, 0])
    let ms = 0
    const waits = Array.from({ length: 12 }, () => {
      const wait = fail('ada', ms)
      ms += wait * 1000
      expect(fail('ada', ms)).toBe(0)
      return wait
    })
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900])
    expect(logged).toEqual([{ requestId: 'req', attempts: 'ada from 192.0.2.1' }])
  })

  it('are forgiven by success, and one every ten minutes', () => {
    const { begin, fail } = observed()
    for (let time = 0; time < 4; time += 1) fail('ada', 0)
    begin('ada', 0).succeeded()
    for (let time = 0; time < 5; time += 1) expect(fail('ada', 0)).toBe(0)
    expect(fail('ada', 10 * minuteMs)).toBe(0)
    expect(fail('ada', 10 * minuteMs)).toBe(1)
    for (let time = 0; time < 4; time += 1) expect(fail('ada', 60 * minuteMs)).toBe(0)
  })

  it('count for an account from each address by itself, and for each address', () => {
    const { fail } = observed()
    for (let time = 0; time < 5; time += 1) fail('ada', 0)
    expect(fail('ada', 0)).toBe(1)
    expect(fail('ada', 0, '192.0.2.2')).toBe(0)
    expect(fail('bob', 0)).toBe(0)
  })

  it('slow down an address that tries many accounts, for at most a minute, whoever else succeeds there', () => {
    const { begin, fail } = observed()
    for (let time = 0; time < 50; time += 1) {
      expect(fail(`member ${time}`, 0)).toBe(0)
      if (time < 49) begin('mallory', 0).succeeded()
    }
    let ms = 0
    const waits = Array.from({ length: 8 }, (_, time) => {
      const wait = fail(`another ${time}`, ms)
      ms += wait * 1000
      expect(fail(`another ${time}`, ms)).toBe(0)
      return wait
    })
    expect(waits.slice(0, 7)).toEqual([1, 2, 4, 8, 16, 32, 60])
    expect(Math.max(...waits)).toBe(60)
  })
})
