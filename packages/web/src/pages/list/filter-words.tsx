import { Fragment } from 'react'
import { useName } from '../../records/names.ts'
import { textOf } from '../../values/index.ts'
import { type Condition, type Filter, writeKey } from './filters.ts'
import { type Subject, wordsOf } from './subjects.ts'

/** A condition as one says it: “Stage is Won or Lost”. */
export function ConditionWords({ subjects, condition }: { subjects: readonly Subject[]; condition: Condition }) {
  return condition.map((filter, index) => {
    const before = condition[index - 1]
    const isMore = before !== undefined && writeKey(before) === writeKey(filter)
    const subject = findSubject(subjects, filter.key)
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: a filter is known by its place
      <Fragment key={index}>
        {before && ' or '}
        {!isMore && `${subject?.label ?? filter.key} ${wordsFor(subject, filter)} `}
        <ComparedWith subject={subject} filter={filter} />
      </Fragment>
    )
  })
}

/** `[empty]=false` is another way of saying that something is set. */
const wordsFor = (subject: Subject | undefined, { operator, negated, text }: Filter) =>
  wordsOf(subject, operator, operator === 'empty' && text === 'false' ? !negated : negated)

/** Filters name a relationship by its key, or by the slug of its definition. */
export const findSubject = (subjects: readonly Subject[], key: string) => subjects.find((one) => one.key === key)

function ComparedWith({ subject, filter: { operator, text } }: { subject: Subject | undefined; filter: Filter }) {
  if (operator === 'empty') return null
  if (subject?.kind === 'relationship') return <RecordName id={text} />
  return <strong>{comparand(subject, text)}</strong>
}

const RecordName = ({ id }: { id: string }) => <strong>{useName(id) ?? id}</strong>

/** What a filter compares with as its field shows it; as it stands where that is no value of the field. */
function comparand(subject: Subject | undefined, text: string): string {
  if (subject?.kind !== 'field') return text
  const { field } = subject
  const read: Partial<Record<typeof field.valueType, () => unknown>> = {
    NUMBER: () => Number(text),
    CURRENCY: () => Number(text),
    CHECKBOX: () => text === 'true',
    SINGLE_SELECT: () => text,
    DATETIME: () => (Number.isNaN(Date.parse(text)) ? undefined : new Date(text).toISOString()),
  }
  const value = read[field.valueType]?.()
  return (value !== undefined && !Number.isNaN(value) && textOf(value, field)) || text
}
