import '@mantine/dates/styles.css'
import { Group, TextInput } from '@mantine/core'
import { DateInput, type DayOfWeek } from '@mantine/dates'
import { useState } from 'react'
import { dayOf, localDay, momentOf, timeOf } from './moments.ts'
import { type FilterProps, type InputProps, labelled } from './view.ts'

/** The first day of the week where the viewer is: 0 is Sunday. */
function firstDayOfWeek(): DayOfWeek {
  const locale: Intl.Locale & { getWeekInfo?(): { firstDay: number } } = new Intl.Locale(navigator.language)
  return ((locale.getWeekInfo?.().firstDay ?? 1) % 7) as DayOfWeek
}

const calendar = {
  previousLabel: 'Earlier',
  nextLabel: 'Later',
  weekendDays: [],
  hideOutsideDates: true,
  firstDayOfWeek: firstDayOfWeek(),
}

/** A day, typed or picked, and a time of that day where it has one. */
export function DatetimeInput({ value, onChange, configuration: _, ...props }: InputProps<string>) {
  const day = value === null ? null : dayOf(value)
  const [time, setTime] = useState((value !== null && timeOf(value)) || '')
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <DateInput
        {...labelled(props)}
        flex={1}
        miw="9rem"
        value={day}
        onChange={(next) => onChange(next === null ? null : momentOf(next, time))}
        valueFormat="MMM D, YYYY"
        placeholder="Day"
        clearable={!props.required}
        clearButtonProps={{ 'aria-label': `Clear ${props.label}` }}
        highlightToday
        {...calendar}
      />
      <TextInput
        type="time"
        w="7.5rem"
        aria-label={`Time of ${props.label}`}
        value={time}
        onChange={(event) => {
          const next = event.currentTarget.value
          setTime(next)
          if (day !== null || next !== '') onChange(momentOf(day ?? localDay(), next))
        }}
      />
    </Group>
  )
}

/** The text of a filter: a day, which the API reads as its beginning. */
export const DayFilter = ({ text, onChange, label }: FilterProps) => (
  <DateInput
    aria-label={label}
    value={text.slice(0, 10) || null}
    onChange={(day) => onChange(day ?? '')}
    valueFormat="MMM D, YYYY"
    placeholder="Day"
    highlightToday
    {...calendar}
  />
)
