import { lazy, Suspense } from 'react'
import { exact, readable } from './moments.ts'
import styles from './values.module.css'
import type { ValueView } from './view.ts'

const DatetimeInput = lazy(() =>
  import('./datetime-input.tsx').then(({ DatetimeInput }) => ({ default: DatetimeInput })),
)
const DayFilter = lazy(() => import('./datetime-input.tsx').then(({ DayFilter }) => ({ default: DayFilter })))

/** A moment, or a day of the calendar. */
export const datetime: ValueView<string> = {
  Line: ({ value }) => (
    <time dateTime={value} title={exact(value)} className={styles['line']}>
      {readable(value)}
    </time>
  ),
  Whole: ({ value }) => (
    <time dateTime={value} title={exact(value)}>
      {readable(value)}
    </time>
  ),
  Input: (props) => (
    <Suspense>
      <DatetimeInput {...props} />
    </Suspense>
  ),
  Filter: (props) => (
    <Suspense>
      <DayFilter {...props} />
    </Suspense>
  ),
  text: (value) => readable(value),
  width: 150,
  roomy: () => true,
}
