import { unprocessable } from '@openfield/schema'
import { Cron } from 'croner'

/**
 * The first moment after another at which a schedule fires: five parts, as cron has them, in a time zone. What a clock skips
 * in spring comes at once after it; what it shows twice in autumn comes once. Throws a 422 for what is no schedule.
 */
export function nextTick(cron: string, timeZone: string, after: Date): Date {
  if (!isTimeZone(timeZone)) {
    throw unprocessable('This takes the name of a time zone, such as Europe/Berlin.', 'trigger.timeZone')
  }
  const next = ticks(cron, timeZone, after)
  if (next) return next
  const message =
    'This takes five parts, as cron has them, e.g. `0 9 * * 1-5`: minute, hour, day, month, day of the week.'
  throw unprocessable(message, 'trigger.cron')
}

function ticks(cron: string, timeZone: string, after: Date): Date | null {
  if (cron.trim().split(/\s+/).length !== 5) return null
  try {
    return new Cron(cron, { timezone: timeZone, paused: true }).nextRun(after)
  } catch {
    return null
  }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
