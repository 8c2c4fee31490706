/** The value in the middle. */
export const median = (values: readonly number[]) => percentile(values, 50)

/** The value that so many percent of all values do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? Number.NaN
}
