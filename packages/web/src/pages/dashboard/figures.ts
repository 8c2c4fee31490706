import type { Totals } from '@openfield/sdk'

/** What the server counts: groups by one or two keys, and what their amounts come to. */
export type Group = Totals['groups'][number]

export type Month = string

/** The months from `first` on, as the server names them, by their first day: `2026-11-01`. */
export function monthsFrom(first: Date, count: number): Month[] {
  return Array.from({ length: count }, (_, index) => {
    const month = new Date(first.getFullYear(), first.getMonth() + index, 1)
    return `${month.getFullYear()}-${String(month.getMonth() + 1).padStart(2, '0')}-01`
  })
}

/** The first day of a month and of the next one: close dates are days, which are the same in all zones. */
export function boundsOf(month: Month): { from: string; before: string } {
  const [year = 0, number = 1] = month.split('-').map(Number)
  const [before = month] = monthsFrom(new Date(year, number, 1), 1)
  return { from: month, before }
}

export const monthLabel = (month: Month) => {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return new Intl.DateTimeFormat(undefined, { month: 'short', year: '2-digit' }).format(new Date(year, number - 1, 1))
}

export type Forecast = { month: Month; weighted: number; total: number; count: number }

/** What is expected to be won in each month: amounts by stage and close month, weighted by how likely the stage is. */
export function forecast(
  groups: readonly Group[],
  likelihood: ReadonlyMap<string, number>,
  months: readonly Month[],
): Forecast[] {
  return months.map((month) => {
    const own = groups.filter(({ keys }) => keys[1] === month)
    const total = own.reduce((sum, group) => sum + (group.sum ?? 0), 0)
    const weighted = own.reduce(
      (sum, group) => sum + (group.sum ?? 0) * (likelihood.get(String(group.keys[0])) ?? 0),
      0,
    )
    return { month, total, weighted: Math.round(weighted), count: own.reduce((sum, { count }) => sum + count, 0) }
  })
}
