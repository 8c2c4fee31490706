import { numberComparisons } from './comparisons.ts'
import { parseString } from './string.ts'
import { momentIn } from './time-zone.ts'
import { brokenRule, type CellFormat, type ValueType, wrongType } from './type.ts'

const example = '2026-05-01T09:00:00Z'

/** A moment, to the millisecond. Written with an offset, stored and returned in UTC. Indexed as epoch milliseconds. */
export const datetime: ValueType<string, string> = {
  name: 'DATETIME',
  configurationKeys: [],
  customFields: true,
  parse: parseDatetime,
  index: 'number',
  order: 'entry',
  grouping: () => ({ by: 'time' }),
  entries: (value) => ({ number: [Date.parse(value)] }),
  operators: numberComparisons(readMoment),
  words: () => [],
  display: (value) => `${value.slice(0, 16).replace('T', ' ')} UTC`,
  fromCell: readCell,
  toCell: (value) => value,
  readSchema: () => ({ type: 'string', format: 'date-time' }),
  writeSchema: () => ({ type: 'string', description: `ISO 8601 date and time with an offset, e.g. ${example}` }),
}

const date = String.raw`(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)`
const time = String.raw`(?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d)(:(?<second>[0-5]\d)([.,](?<fraction>\d+))?)?`
const offset = String.raw`Z|(?<sign>[+-])(?<offsetHour>[01]\d|2[0-3])(:?(?<offsetMinute>[0-5]\d))?`
const dateOnly = new RegExp(`^${date}$`)
const dateAndTime = new RegExp(`^${date}T${time}(${offset})$`, 'i')

const earliest = Date.parse('0001-01-01T00:00:00Z')
const latest = Date.parse('9999-12-31T23:59:59.999Z')

function parseDatetime(input: unknown): string {
  const text = parseString(input)
  if (isStored(text)) return text
  const parts = dateAndTime.exec(text)?.groups
  if (!parts) throw brokenRule(`must be an ISO 8601 date and time with an offset, e.g. ${example}`)
  const moment = momentOf(parts)
  if (moment === undefined) throw brokenRule('must be a day of the calendar in the years 0001 to 9999')
  return new Date(moment).toISOString()
}

/** Whether a moment is written as it is stored, as programs mostly do. */
function isStored(text: string): boolean {
  if (text.length !== storedLength) return false
  const moment = Date.parse(text)
  return moment >= earliest && moment <= latest && new Date(moment).toISOString() === text
}

const storedLength = '0001-01-01T00:00:00.000Z'.length

function readMoment(text: string): number {
  const parts = (dateAndTime.exec(text) ?? dateOnly.exec(text))?.groups
  const moment = parts && momentOf(parts)
  if (moment === undefined) throw wrongType(`an ISO 8601 date, or date and time with an offset, e.g. ${example}`)
  return moment
}

/** Epoch milliseconds; undefined for a day such as 30 February and outside of the years 0001 to 9999. */
function momentOf(parts: { [part: string]: string | undefined }): number | undefined {
  const numberOf = (part: string) => Number(parts[part] ?? 0)
  // Not Date.UTC, which takes the years 0 to 99 for 1900 to 1999.
  const midnight = new Date(0).setUTCFullYear(numberOf('year'), numberOf('month') - 1, numberOf('day'))
  if (new Date(midnight).getUTCMonth() !== numberOf('month') - 1) return undefined

  const milliseconds = Number((parts.fraction ?? '').slice(0, 3).padEnd(3, '0'))
  const offsetMinutes = (numberOf('offsetHour') * 60 + numberOf('offsetMinute')) * (parts.sign === '-' ? -1 : 1)
  const minutes = numberOf('hour') * 60 + numberOf('minute') - offsetMinutes
  const moment = midnight + minutes * 60_000 + numberOf('second') * 1000 + milliseconds
  return moment < earliest || moment > latest ? undefined : moment
}

const clock = String.raw`(?:[T,\s]\s*(?<hour>\d\d?):(?<minute>[0-5]\d)(?::(?<second>[0-5]\d)(?:[.,]\d+)?)?\s*(?<half>[ap]\.?m\.?)?)?`
const numeric = String.raw`(?<one>\d\d?)(?<between>[/.-])(?<two>\d\d?)\k<between>(?<year>\d{4}|\d\d)`
/** Year first; numbers in either order; the month by its English name. */
const cells = [
  new RegExp(String.raw`^(?<year>\d{4})[-/.](?<month>\d\d?)[-/.](?<day>\d\d?)${clock}$`, 'i'),
  new RegExp(`^${numeric}${clock}$`, 'i'),
  new RegExp(
    String.raw`^(?<day>\d\d?)(?:st|nd|rd|th|\.)?[\s-]+(?<name>[a-z]{3,9})\.?,?[\s-]+(?<year>\d{4})${clock}$`,
    'i',
  ),
  new RegExp(String.raw`^(?<name>[a-z]{3,9})\.?\s+(?<day>\d\d?)(?:st|nd|rd|th)?,?\s+(?<year>\d{4})${clock}$`, 'i'),
]
const months = 'january february march april may june july august september october november december'.split(' ')

function readCell(cell: string, { dates, timeZone }: CellFormat): string {
  const text = cell.trim()
  if (dateAndTime.test(text.replace(' ', 'T'))) return text.replace(' ', 'T')
  const parts = cells.map((pattern) => pattern.exec(text)?.groups).find((groups) => groups !== undefined)
  const moment = parts && localMoment(parts, dates, timeZone)
  if (moment !== undefined) return new Date(moment).toISOString()
  const shown = dates === 'day-first' ? '31/12/2026 (the day first)' : '12/31/2026 (the month first)'
  throw brokenRule(`must be a day of the calendar such as 2026-12-31 or ${shown}, with or without a time`)
}

function localMoment(parts: Groups, dates: CellFormat['dates'], timeZone: string): number | undefined {
  // With dots between them the day is first wherever people write them so.
  const isDayFirst = dates === 'day-first' || parts.between === '.'
  const day = Number(parts.day ?? (isDayFirst ? parts.one : parts.two))
  const month =
    parts.name === undefined ? Number(parts.month ?? (isDayFirst ? parts.two : parts.one)) : monthOf(parts.name)
  const hour = hourOf(Number(parts.hour ?? 0), parts.half)
  if (month === undefined || hour === undefined) return undefined
  const two = (number: number) => String(number).padStart(2, '0')
  const midnight = momentOf({ year: yearOf(parts.year ?? ''), month: two(month), day: two(day) })
  if (midnight === undefined || day < 1) return undefined
  const sinceMidnight = ((hour * 60 + Number(parts.minute ?? 0)) * 60 + Number(parts.second ?? 0)) * 1000
  return momentIn(timeZone, midnight + sinceMidnight)
}

type Groups = { [part: string]: string | undefined }

/** Of two digits, those that are near. */
const yearOf = (year: string) => (year.length === 2 ? `${Number(year) < 70 ? '20' : '19'}${year}` : year)

/** The number of a month by its name, or the first letters of it. */
function monthOf(name: string): number | undefined {
  const index = months.findIndex((month) => month.startsWith(name.toLowerCase()))
  return index < 0 ? undefined : index + 1
}

function hourOf(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour < 24 ? hour : undefined
  if (hour < 1 || hour > 12) return undefined
  return (hour % 12) + (half.toLowerCase().startsWith('p') ? 12 : 0)
}
