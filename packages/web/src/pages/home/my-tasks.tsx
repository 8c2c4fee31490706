import { Checkbox } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { save, useEdited } from '../../app/saves.ts'
import { recordPath, useType } from '../../records/object-types.ts'
import type { AnyRecord } from '../../records/record.ts'
import { titleText } from '../../records/titles.ts'
import { dayOf, daysBetween, isPast, localDay } from '../../values/moments.ts'
import styles from './home.module.css'
import { Section } from './section.tsx'

/** What a member has to do, the most urgent first. */
export function MyTasks({ member }: { member: string }) {
  const filter = { $assignedTo: member, '$status[-equal]': ['COMPLETE', 'CANCELLED'] }
  return (
    <Section
      title="My tasks"
      objectType="task"
      query={{ filter, sort: '$dueAt', limit: 12 }}
      all={{ to: '/tasks', search: { ...filter, sort: '$dueAt' } }}
      empty="Nothing to do. Press c to add a task, or add one on the page of a record."
      row={(record) => <Task record={record} />}
    />
  )
}

function Task({ record }: { record: AnyRecord }) {
  const type = useType('task')
  const edited = useEdited(record)
  const title = titleText(type, record)
  const isDone = edited.fields['$status']?.value === 'COMPLETE'
  const due = dueText(record.fields['$dueAt']?.value, new Date())
  const complete = () =>
    save({
      objectType: 'task',
      recordId: record.id,
      title,
      label: 'Status',
      part: 'fields',
      key: '$status',
      before: record.fields['$status']?.value,
      value: isDone ? 'TODO' : 'COMPLETE',
    })
  return (
    <>
      <Checkbox size="xs" aria-label={`Complete ${title}`} checked={isDone} onChange={() => void complete()} />
      <Link to={recordPath(type, record.id)}>{title}</Link>
      {due && <span className={`${styles['aside']} ${due.isOverdue ? styles['overdue'] : ''}`}>{due.text}</span>}
    </>
  )
}

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' })

/** How many days of the viewer's calendar a moment is away; undefined for none. */
function dueText(value: unknown, now: Date): { text: string; isOverdue: boolean } | undefined {
  if (typeof value !== 'string') return undefined
  const days = daysBetween(localDay(now), dayOf(value))
  if (!isPast(value, now)) return { text: relative.format(days, 'day'), isOverdue: false }
  return { text: days === 0 ? 'Overdue today' : `Overdue, ${relative.format(days, 'day')}`, isOverdue: true }
}
