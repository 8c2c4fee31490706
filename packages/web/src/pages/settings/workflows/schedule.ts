import { Cron } from 'croner'

/** When something happens again and again, as people say it; what cannot be said so is the expression itself. */
export type Plan =
  | { every: 'hour'; minute: number }
  | { every: 'day' | 'weekday'; at: string }
  | { every: 'week'; day: number; at: string }
  | { every: 'month'; day: number; at: string }
  | { every: 'custom'; cron: string }

export const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

const simple = /^(\d{1,2}) (\d{1,2}|\*) (\d{1,2}|\*) \* ([0-7]|1-5|\*)$/

/** What an expression of five parts, as cron has them, says. */
export function readPlan(cron: string): Plan {
  const [, minute, hour, day, weekday] = simple.exec(cron.trim().replace(/\s+/g, ' ')) ?? []
  if (minute === undefined || hour === undefined || Number(minute) > 59) return { every: 'custom', cron }
  const isEveryDay = day === '*' && weekday === '*'
  if (hour === '*') return isEveryDay ? { every: 'hour', minute: Number(minute) } : { every: 'custom', cron }
  const at = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`
  if (isEveryDay) return { every: 'day', at }
  if (day === '*') return weekday === '1-5' ? { every: 'weekday', at } : { every: 'week', day: Number(weekday) % 7, at }
  return weekday === '*' ? { every: 'month', day: Number(day), at } : { every: 'custom', cron }
}

export function writePlan(plan: Plan): string {
  if (plan.every === 'custom') return plan.cron
  if (plan.every === 'hour') return `${plan.minute} * * * *`
  const [hour = 9, minute = 0] = plan.at.split(':').map(Number)
  const days = { day: '* * *', weekday: '* * 1-5', week: '', month: '' }[plan.every]
  if (plan.every === 'week') return `${minute} ${hour} * * ${plan.day}`
  if (plan.every === 'month') return `${minute} ${hour} ${plan.day} * *`
  return `${minute} ${hour} ${days}`
}

/** The usual plan of a kind, which keeps the time of the day of another. */
export function planOf(every: Plan['every'], before: Plan): Plan {
  const at = 'at' in before ? before.at : '09:00'
  const plans: Readonly<Record<Plan['every'], Plan>> = {
    hour: { every: 'hour', minute: 0 },
    day: { every: 'day', at },
    weekday: { every: 'weekday', at },
    week: { every: 'week', day: 1, at },
    month: { every: 'month', day: 1, at },
    custom: before,
  }
  return plans[every]
}

/** A schedule in words, e.g. `Every Monday at 9:00 AM`. */
export function scheduleWords(cron: string): string {
  const plan = readPlan(cron)
  if (plan.every === 'custom') return `On the schedule ${plan.cron}`
  if (plan.every === 'hour') return plan.minute === 0 ? 'Every hour' : `Every hour, ${plan.minute} minutes past`
  const when = {
    day: 'Every day',
    weekday: 'Every weekday',
    week: `Every ${weekdays[plan.every === 'week' ? plan.day : 0]}`,
    month: `On day ${plan.every === 'month' ? plan.day : 0} of every month`,
  }[plan.every]
  return `${when} at ${timeOfDay.format(Date.parse(`2000-01-01T${plan.at}:00Z`))}`
}

const timeOfDay = new Intl.DateTimeFormat(undefined, { timeZone: 'UTC', hour: 'numeric', minute: '2-digit' })

/** The next moments at which a schedule fires; none for what is no schedule. */
export function nextTimes(cron: string, timeZone: string, count: number): Date[] {
  if (cron.trim().split(/\s+/).length !== 5) return []
  try {
    return new Cron(cron, { timezone: timeZone, paused: true }).nextRuns(count)
  } catch {
    return []
  }
}

/** A moment as clocks in a zone show it. */
export const inZone = (moment: Date, timeZone: string) =>
  new Intl.DateTimeFormat(undefined, { timeZone, dateStyle: 'full', timeStyle: 'short' }).format(moment)
