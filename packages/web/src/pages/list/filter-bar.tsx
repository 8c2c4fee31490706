import { ActionIcon, Button, CloseButton, Popover, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconFilter, IconSearch, IconX } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { FilterEditor } from './filter-editor.tsx'
import { ConditionWords } from './filter-words.tsx'
import type { Condition } from './filters.ts'
import styles from './list.module.css'
import type { Subject } from './subjects.ts'

type FilterBarProps = {
  subjects: readonly Subject[]
  conditions: readonly Condition[]
  onConditions(conditions: readonly Condition[]): void
}

/** The filters of a list in words, each to be changed or taken away, and where another one is added. */
export function FilterBar({ subjects, conditions, onConditions }: FilterBarProps) {
  return (
    <>
      {conditions.map((condition, index) => (
        <FilterChip
          // biome-ignore lint/suspicious/noArrayIndexKey: a condition is known by its place
          key={index}
          subjects={subjects}
          condition={condition}
          onChange={(next) => onConditions(conditions.with(index, next))}
          onRemove={() => onConditions(conditions.toSpliced(index, 1))}
        />
      ))}
      <AddFilter subjects={subjects} onAdd={(condition) => onConditions([...conditions, condition])} />
    </>
  )
}

type ChipProps = {
  subjects: readonly Subject[]
  condition: Condition
  onChange(condition: Condition): void
  onRemove(): void
}

function FilterChip({ subjects, condition, onChange, onRemove }: ChipProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <span className={styles['chip']}>
      <Popover
        opened={isOpen}
        onChange={setOpen}
        position="bottom-start"
        trapFocus
        returnFocus
        closeOnClickOutside={false}
      >
        <Popover.Target>
          <button type="button" className={styles['chipText']} onClick={() => setOpen(!isOpen)}>
            <ConditionWords subjects={subjects} condition={condition} />
          </button>
        </Popover.Target>
        <Popover.Dropdown>
          <FilterEditor
            subjects={subjects}
            condition={condition}
            onDone={(next) => {
              setOpen(false)
              onChange(next)
            }}
          />
        </Popover.Dropdown>
      </Popover>
      <ActionIcon variant="subtle" color="gray" size="xs" aria-label="Remove this filter" onClick={onRemove}>
        <IconX size={12} aria-hidden />
      </ActionIcon>
    </span>
  )
}

function AddFilter({ subjects, onAdd }: { subjects: readonly Subject[]; onAdd(condition: Condition): void }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      position="bottom-start"
      trapFocus
      returnFocus
      closeOnClickOutside={false}
    >
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconFilter size={14} aria-hidden />}
          onClick={() => setOpen(!isOpen)}
          aria-haspopup="dialog"
        >
          Filter
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <FilterEditor
          subjects={subjects}
          condition={[]}
          onDone={(condition) => {
            setOpen(false)
            onAdd(condition)
          }}
        />
      </Popover.Dropdown>
    </Popover>
  )
}

const typingMs = 200

type QuickProps = { text: string; placeholder: string; onChange(text: string): void }

/** Narrows the list down while one types. */
export function QuickFilter({ text, placeholder, onChange }: QuickProps) {
  const [typed, setTyped] = useState(text)
  const sent = useRef(text)
  const send = useDebouncedCallback((next: string) => {
    sent.current = next
    onChange(next)
  }, typingMs)
  // Back and forward change what was typed.
  useEffect(() => {
    if (text === sent.current) return
    sent.current = text
    setTyped(text)
  }, [text])
  const change = (next: string) => {
    setTyped(next)
    send(next)
  }
  return (
    <TextInput
      size="xs"
      className={styles['quick'] ?? ''}
      aria-label={placeholder}
      placeholder={placeholder}
      leftSection={<IconSearch size={14} aria-hidden />}
      value={typed}
      onChange={(event) => change(event.currentTarget.value)}
      rightSection={typed && <CloseButton size="xs" aria-label="Clear the search" onClick={() => change('')} />}
    />
  )
}
