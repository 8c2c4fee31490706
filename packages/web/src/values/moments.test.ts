import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dayOf, daysBetween, exact, isDay, isPast, localDay, momentOf, readable, timeOf } from './moments.ts'

const zones = [
  'Pacific/Pago_Pago',
  'America/New_York',
  'UTC',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Pacific/Auckland',
  'Pacific/Kiritimati',
]
const days = [
  '2026-01-01',
  '2026-03-08',
  '2026-03-29',
  '2026-07-31',
  '2026-11-01',
  '2028-02-29',
  '2026-12-31',
  '0099-05-01',
]
const times = ['00:00', '00:30', '07:00', '12:00', '13:00', '19:00', '20:00', '23:59']

/** The tests run as if in another place; the machine's own comes back afterwards. */
function inZone(zone: string) {
  const own = process.env['TZ']
  beforeAll(() => {
    process.env['TZ'] = zone
  })
  afterAll(() => {
    if (own === undefined) delete process.env['TZ']
    else process.env['TZ'] = own
  })
}

describe.each(zones)('in %s', (zone) => {
  inZone(zone)

  it('keeps a day without a time, and shows that day', () => {
    for (const day of days) {
      const moment = momentOf(day)
      expect(isDay(moment)).toBe(true)
      expect([dayOf(moment), timeOf(moment)]).toEqual([day, undefined])
      expect(exact(moment)).toContain(String(Number(day.slice(8))))
    }
  })

  it('keeps a time of a day, and shows both', () => {
    for (const day of days) {
      for (const time of times) {
        const moment = momentOf(day, time)
        expect(isDay(moment)).toBe(false)
        expect([dayOf(moment), timeOf(moment)]).toEqual([day, time])
      }
    }
  })

  it('is over with a day when the next one has begun, wherever one is', () => {
    const day = '2026-05-10'
    expect(isPast(momentOf(day), new Date(2026, 4, 10, 23, 59))).toBe(false)
    expect(isPast(momentOf(day), new Date(2026, 4, 11, 0, 0))).toBe(true)
    expect(isPast(momentOf(day, '12:00'), new Date(2026, 4, 10, 11, 59))).toBe(false)
    expect(isPast(momentOf(day, '12:00'), new Date(2026, 4, 10, 12, 1))).toBe(true)
  })

  it('names the days around today', () => {
    const now = new Date(2026, 2, 8, 23, 30)
    expect(localDay(now)).toBe('2026-03-08')
    const read = (day: string, time?: string) => readable(momentOf(day, time), now)
    expect(['2026-03-07', '2026-03-08', '2026-03-09'].map((day) => read(day))).toEqual([
      'Yesterday',
      'Today',
      'Tomorrow',
    ])
    expect(read('2026-03-10')).toBe('Mar 10')
    expect(read('2025-12-31')).toBe('Dec 31, 2025')
    expect(read('2026-03-09', '00:15')).toMatch(/^Tomorrow, 12:15\sAM$/)
  })
})

it('counts days over changes of the clock', () => {
  expect(daysBetween('2026-03-07', '2026-03-09')).toBe(2)
  expect(daysBetween('2026-11-02', '2026-10-31')).toBe(-2)
})

it('tells a moment that happens to be midnight in UTC from a day', () => {
  expect(isDay('2026-05-10T00:00:00.000Z')).toBe(true)
  expect(isDay('2026-05-10T00:00:00.001Z')).toBe(false)
})
