import { numberComparisons } from './comparisons.ts'
import { parseString } from './string.ts'
import { brokenRule, type ValueType, wrongType } from './type.ts'

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
  const parts = dateAndTime.exec(text)?.groups
  if (!parts) throw brokenRule(`must be an ISO 8601 date and time with an offset, e.g. ${example}`)
  const moment = momentOf(parts)
  if (moment === undefined) throw brokenRule('must be a day of the calendar in the years 0001 to 9999')
  return new Date(moment).toISOString()
}

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
