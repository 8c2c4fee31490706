import { localDay, momentOf, readable } from '../../values/moments.ts'

/** The viewer's day on which something happened. */
export const dayOf = (at: string) => localDay(new Date(at))

export const readableDay = (at: string) => readable(momentOf(dayOf(at)))

const time = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' })

export const timeText = (at: string) => time.format(new Date(at))
