/**
 * A moment as the API keeps it, in UTC. A day of the calendar without a time, such as a close date, is kept as midnight in
 * UTC, where the API's filters look for days too; it is that day for everybody, wherever they are. Everything else is a
 * moment, and shown in the viewer's zone.
 */
export type Moment = string

export const isDay = (moment: Moment) => moment.endsWith('T00:00:00.000Z')

/** `YYYY-MM-DD`: the day itself, or the one on which the moment is for the viewer. */
export function dayOf(moment: Moment): string {
  return isDay(moment) ? moment.slice(0, 10) : localDay(new Date(moment))
}

/** `HH:MM` of a moment for the viewer; undefined for a day. */
export function timeOf(moment: Moment): string | undefined {
  if (isDay(moment)) return undefined
  const date = new Date(moment)
  return `${padded(date.getHours())}:${padded(date.getMinutes())}`
}

/** What is meant by a day, `YYYY-MM-DD`, and perhaps a time, `HH:MM`, of the viewer's. */
export function momentOf(day: string, time?: string): Moment {
  if (!time) return `${day}T00:00:00.000Z`
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  const local = new Date(2000, 0, 1, hours, minutes)
  local.setFullYear(year, month - 1, date)
  // Somewhere in the world a time of the day is midnight in UTC: a millisecond tells it from a day.
  return local.toISOString().replace('T00:00:00.000Z', 'T00:00:00.001Z')
}

/** Whether it is over: for a day, when the next one has begun for the viewer. */
export const isPast = (moment: Moment, now = new Date()) =>
  isDay(moment) ? dayOf(moment) < localDay(now) : Date.parse(moment) < now.getTime()

/** The viewer's day, `YYYY-MM-DD`. */
export const localDay = (date = new Date()) =>
  `${String(date.getFullYear()).padStart(4, '0')}-${padded(date.getMonth() + 1)}-${padded(date.getDate())}`

/** How many days of the calendar lie between two. */
export const daysBetween = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)

const near: Record<string, string> = { '-1': 'Yesterday', '0': 'Today', '1': 'Tomorrow' }

/** The day of a moment, as short as it stays clear: `Tomorrow`, `Nov 5`, `Nov 5, 2024`. */
export function readableDay(moment: Moment, now = new Date()): string {
  const day = dayOf(moment)
  const format = Number(day.slice(0, 4)) === now.getFullYear() ? dayFormat() : dayAndYearFormat()
  return near[daysBetween(localDay(now), day)] ?? format.format(Date.parse(day))
}

/** As short as it stays clear, e.g. `Tomorrow`, `Today, 2:30 PM`, `Nov 5`, `Nov 5, 2024, 2:30 PM`. */
export function readable(moment: Moment, now = new Date()): string {
  const day = readableDay(moment, now)
  return isDay(moment) ? day : `${day}, ${timeFormat().format(Date.parse(moment))}`
}

/** All of it, with the weekday and the viewer's zone. */
export const exact = (moment: Moment) => (isDay(moment) ? wholeDayFormat() : wholeFormat()).format(Date.parse(moment))

const padded = (number: number) => String(number).padStart(2, '0')

/** A format that is made when it is first needed, and anew when the machine has travelled to another zone. */
function lazyFormat(options: Intl.DateTimeFormatOptions): () => Intl.DateTimeFormat {
  let made: { offset: number; format: Intl.DateTimeFormat } | undefined
  return () => {
    const offset = new Date().getTimezoneOffset()
    if (made?.offset !== offset) made = { offset, format: new Intl.DateTimeFormat(undefined, options) }
    return made.format
  }
}

const dayFormat = lazyFormat({ timeZone: 'UTC', month: 'short', day: 'numeric' })
const dayAndYearFormat = lazyFormat({ timeZone: 'UTC', month: 'short', day: 'numeric', year: 'numeric' })
const wholeDayFormat = lazyFormat({ timeZone: 'UTC', dateStyle: 'full' })
const timeFormat = lazyFormat({ hour: 'numeric', minute: '2-digit' })
const wholeFormat = lazyFormat({
  weekday: 'long',
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  timeZoneName: 'short',
})
