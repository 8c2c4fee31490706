/** Units of time, in seconds, the smallest first. */
export const units = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 }
export type Unit = keyof typeof units

const largestFirst = (Object.keys(units) as Unit[]).reverse()

/** The largest unit in which a length is a whole number. */
export const unitOf = (seconds: number): Unit =>
  largestFirst.find((unit) => seconds > 0 && seconds % units[unit] === 0) ?? 'seconds'

/** A length of time in full, e.g. `90 minutes`. */
export const lengthText = (seconds: number) => countText(seconds / units[unitOf(seconds)], unitOf(seconds))

/** How long something took, as short as it stays clear: `340 ms`, `12 seconds`, `3 days`. */
export function durationText(ms: number): string {
  const unit = largestFirst.find((unit) => ms >= units[unit] * 1000)
  if (unit === undefined) return `${Math.max(0, Math.round(ms))} ms`
  return countText(Math.round(ms / units[unit] / 1000), unit)
}

const countText = (count: number, unit: Unit) => `${count.toLocaleString()} ${count === 1 ? unit.slice(0, -1) : unit}`
