import { ActionIcon, Button, Checkbox, Popover, TextInput } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconColumns3 } from '@tabler/icons-react'
import { useState } from 'react'
import type { Column, ShownColumn } from './columns.ts'
import { moved } from './header.tsx'
import styles from './list.module.css'
import type { Subject } from './subjects.ts'

type MenuProps = {
  subjects: readonly Subject[]
  columns: readonly ShownColumn[]
  usual: readonly Column[]
  onColumns(columns: readonly Column[]): void
}

/** Chooses the columns of a list, and their order. */
export function ColumnsMenu({ subjects, columns, usual, onColumns }: MenuProps) {
  const [sought, setSought] = useState('')
  const has = (text: string) => text.toLowerCase().includes(sought.trim().toLowerCase())
  const hidden = subjects.filter(({ key }) => !columns.some((column) => column.key === key))
  return (
    <Popover position="bottom-end" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <Button variant="default" leftSection={<IconColumns3 size={14} aria-hidden />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <fieldset className={styles['columns']} aria-label="Columns">
          <TextInput
            size="xs"
            aria-label="Find a column"
            placeholder="Find a column"
            value={sought}
            onChange={(event) => setSought(event.currentTarget.value)}
          />
          {columns.map(
            ({ key, subject }, index) =>
              has(subject.label) && (
                <div key={key} className={styles['columnLine']}>
                  <Checkbox
                    size="xs"
                    checked
                    disabled={index === 0}
                    label={subject.label}
                    onChange={() => onColumns(columns.filter((one) => one.key !== key))}
                  />
                  {[-1, 1].map((step) => (
                    <ActionIcon
                      key={step}
                      size="xs"
                      variant="subtle"
                      color="gray"
                      disabled={index === 0 || index + step < 1 || index + step >= columns.length}
                      aria-label={`Move ${subject.label} ${step < 0 ? 'left' : 'right'}`}
                      onClick={() => onColumns(moved(columns, key, index + step))}
                    >
                      {step < 0 ? <IconArrowUp size={12} aria-hidden /> : <IconArrowDown size={12} aria-hidden />}
                    </ActionIcon>
                  ))}
                </div>
              ),
          )}
          {hidden.map(
            ({ key, label }) =>
              has(label) && (
                <Checkbox
                  key={key}
                  size="xs"
                  checked={false}
                  label={label}
                  onChange={() => onColumns([...columns, { key }])}
                />
              ),
          )}
          <Button variant="subtle" color="gray" onClick={() => onColumns(usual)}>
            As usual
          </Button>
        </fieldset>
      </Popover.Dropdown>
    </Popover>
  )
}
