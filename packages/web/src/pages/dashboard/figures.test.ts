import { expect, it } from 'vitest'
import { boundsOf, forecast, monthsFrom } from './figures.ts'

it('weights the amounts of each month by the likelihood of their stage', () => {
  const groups = [
    { keys: ['lead', '2026-11-01'], count: 2, sum: 1000 },
    { keys: ['proposal', '2026-11-01'], count: 1, sum: 400 },
    { keys: ['proposal', '2026-12-01'], count: 3, sum: null },
    { keys: ['proposal', null], count: 5, sum: 9000 },
  ]
  const likelihood = new Map([
    ['lead', 0.25],
    ['proposal', 0.75],
  ])
  expect(forecast(groups, likelihood, ['2026-11-01', '2026-12-01'])).toEqual([
    { month: '2026-11-01', total: 1400, weighted: 550, count: 3 },
    { month: '2026-12-01', total: 0, weighted: 0, count: 3 },
  ])
})

it('names months across the end of a year', () => {
  expect(monthsFrom(new Date(2026, 10, 30), 3)).toEqual(['2026-11-01', '2026-12-01', '2027-01-01'])
})

it('bounds a month by days, whatever the zone of the viewer', () => {
  expect(boundsOf('2026-12-01')).toEqual({ from: '2026-12-01', before: '2027-01-01' })
})
