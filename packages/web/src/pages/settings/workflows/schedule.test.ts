import { expect, it } from 'vitest'
import { nextTimes, readPlan, scheduleWords, writePlan } from './schedule.ts'

it.each([
  ['0 * * * *', 'Every hour'],
  ['30 6 * * *', 'Every day at 6:30'],
  ['0 9 * * 1-5', 'Every weekday at 9:00'],
  ['0 9 * * 1', 'Every Monday at 9:00'],
  ['15 14 * * 0', 'Every Sunday at 2:15'],
  ['0 8 31 * *', 'On day 31 of every month at 8:00'],
  ['*/5 * * * *', 'On the schedule */5 * * * *'],
  ['0 9 1 * 1', 'On the schedule 0 9 1 * 1'],
])('reads %s as %s, and writes the same again', (cron, words) => {
  expect(scheduleWords(cron)).toContain(words)
  expect(writePlan(readPlan(cron))).toBe(cron)
})

it('knows when clocks of a zone come to it, and nothing of what is no schedule', () => {
  const times = nextTimes('0 9 * * 1', 'Asia/Tokyo', 3)
  expect(times.map((one) => [one.getUTCDay(), one.getUTCHours()])).toEqual([
    [1, 0],
    [1, 0],
    [1, 0],
  ])
  expect(nextTimes('never', 'Asia/Tokyo', 3)).toEqual([])
  expect(nextTimes('0 9 * * 1', 'Nowhere/Town', 3)).toEqual([])
})
