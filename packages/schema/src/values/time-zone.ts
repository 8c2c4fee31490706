const formats = new Map<string, Intl.DateTimeFormat>()

/** The moment at which clocks in a time zone show what those in UTC show at `local`; both in epoch milliseconds. */
export function momentIn(timeZone: string, local: number): number {
  // The offset at that moment may be another than the one an offset away from it, around a change of the clocks.
  const guess = local - offsetAt(timeZone, local)
  return local - offsetAt(timeZone, guess)
}

/** Whether there is such a time zone. */
export function isTimeZone(timeZone: string): boolean {
  try {
    formatOf(timeZone)
    return true
  } catch {
    return false
  }
}

function offsetAt(timeZone: string, moment: number): number {
  if (timeZone === 'UTC') return 0
  const parts = formatOf(timeZone).formatToParts(moment)
  const numberOf = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((part) => part.type === type)?.value)
  const [year, month, day] = [numberOf('year'), numberOf('month'), numberOf('day')]
  const shown = Date.UTC(year, month - 1, day, numberOf('hour'), numberOf('minute'), numberOf('second'))
  return shown - Math.floor(moment / 1000) * 1000
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const numeric = {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  } as const
  const format = new Intl.DateTimeFormat('en-US', { ...numeric, timeZone, hourCycle: 'h23', era: undefined })
  formats.set(timeZone, format)
  return format
}
