import { ActionIcon, Button, Group, Select, Stack, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { viewOf } from '../../values/index.ts'
import { findSubject } from './filter-words.tsx'
import type { Condition, Filter } from './filters.ts'
import { LinkFilter } from './link-filter.tsx'
import styles from './list.module.css'
import { choicesOf, defaultOperator, type Subject } from './subjects.ts'

type EditorProps = {
  subjects: readonly Subject[]
  condition: Condition
  onDone(condition: Condition): void
}

/** Says what records must pass: one filter, or any of several. */
export function FilterEditor({ subjects, condition, onDone }: EditorProps) {
  const [filters, setFilters] = useState<readonly Filter[]>(condition.length > 0 ? condition : [fresh(subjects[0])])
  const isComplete = filters.every(isSaid)
  function submit(event: FormEvent) {
    event.preventDefault()
    // The popover is drawn inside of other forms as React sees it.
    event.stopPropagation()
    if (isComplete) onDone(filters)
  }
  return (
    <form onSubmit={submit} className={styles['editor']} aria-label="Filter">
      <Stack gap="xs">
        {filters.map((filter, index) => (
          <FilterLine
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is known by its place
            key={index}
            subjects={subjects}
            filter={filter}
            isOther={index > 0}
            onChange={(next) => setFilters(filters.with(index, next))}
            onRemove={filters.length > 1 ? () => setFilters(filters.toSpliced(index, 1)) : undefined}
          />
        ))}
        <Group justify="space-between">
          <Button
            variant="subtle"
            color="gray"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => setFilters([...filters, { ...(filters.at(-1) ?? fresh(subjects[0])), text: '' }])}
          >
            Or
          </Button>
          <Button type="submit" disabled={!isComplete}>
            Apply
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

const isSaid = ({ text, operator }: Filter) => text !== '' || operator === 'empty'

/** The usual filter of a field, before anything is said. */
function fresh(subject: Subject | undefined): Filter {
  const [choice] = subject ? choicesOf(subject) : []
  return withOperator({ key: subject?.key ?? '', text: '' }, choice?.operator ?? 'equal', choice?.negated ?? false)
}

/** Whether something is set has no text to compare with; the API wants `true`. */
function withOperator({ key, text }: Pick<Filter, 'key' | 'text'>, operator: string, negated: boolean): Filter {
  return { key, operator, negated, text: operator === 'empty' ? 'true' : text }
}

type LineProps = {
  subjects: readonly Subject[]
  filter: Filter
  isOther: boolean
  onChange(filter: Filter): void
  onRemove: (() => void) | undefined
}

function FilterLine({ subjects, filter, isOther, onChange, onRemove }: LineProps) {
  const subject = findSubject(subjects, filter.key)
  const choices = subject ? choicesOf(subject) : []
  const operator = filter.operator ?? defaultOperator(subject)
  const chosen = choices.find((one) => one.operator === operator && one.negated === filter.negated)
  const choose = (words: string | null) => {
    const next = choices.find((one) => one.words === words)
    if (next)
      onChange(withOperator(operator === 'empty' ? { ...filter, text: '' } : filter, next.operator, next.negated))
  }
  return (
    <div className={styles['line']}>
      {isOther && <span className="muted">or</span>}
      <Select
        aria-label="Field"
        data={subjects.map(({ key, label }) => ({ value: key, label }))}
        value={filter.key}
        onChange={(key) => key && onChange(fresh(findSubject(subjects, key)))}
        searchable
        selectFirstOptionOnChange
        maxDropdownHeight={280}
        comboboxProps={{ withinPortal: false }}
      />
      <Select
        aria-label="How"
        data={choices.map(({ words }) => words)}
        value={chosen?.words ?? null}
        onChange={choose}
        comboboxProps={{ withinPortal: false }}
      />
      {operator !== 'empty' && subject && (
        <Compared subject={subject} text={filter.text} onChange={(text) => onChange({ ...filter, operator, text })} />
      )}
      {onRemove && (
        <ActionIcon variant="subtle" color="gray" aria-label="Remove this alternative" onClick={onRemove}>
          <IconX size={14} aria-hidden />
        </ActionIcon>
      )}
    </div>
  )
}

type ComparedProps = { subject: Subject; text: string; onChange(text: string): void }

/** What a filter compares with, typed as its field is. */
function Compared({ subject, text, onChange }: ComparedProps) {
  if (subject.kind === 'relationship') {
    return (
      <LinkFilter objectType={subject.relationship.objectType} label={subject.label} id={text} onChange={onChange} />
    )
  }
  const { Filter } = viewOf(subject.field.valueType)
  const label = `Value of ${subject.label}`
  if (Filter)
    return <Filter text={text} onChange={onChange} configuration={subject.field.typeConfiguration} label={label} />
  return <TextInput aria-label={label} value={text} onChange={(event) => onChange(event.currentTarget.value)} />
}
