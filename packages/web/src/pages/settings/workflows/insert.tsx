import { ActionIcon, Combobox, Textarea, TextInput, useCombobox } from '@mantine/core'
import { IconBraces } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { braced, hasPlaceholders, type Placeholder, readablePlaceholders } from './placeholders.ts'
import styles from './workflows.module.css'

type InsertProps = { told: readonly Placeholder[]; label: string; onPick(placeholder: Placeholder): void }

/** Offers what is known at a step, to be put into something. */
export function Insert({ told, label, onPick }: InsertProps) {
  const [text, setText] = useState('')
  const combobox = useCombobox({
    onDropdownOpen: () => combobox.focusSearchInput(),
    onDropdownClose() {
      combobox.resetSelectedOption()
      setText('')
    },
  })
  const sought = text.trim().toLowerCase()
  const found = told.filter((one) => `${one.group} ${one.label} ${one.path}`.toLowerCase().includes(sought))
  const groups = Map.groupBy(found, ({ group }) => group)
  if (told.length === 0) return null
  return (
    <Combobox
      store={combobox}
      keepMounted={false}
      width={280}
      position="bottom-end"
      onOptionSubmit={(path) => {
        const picked = told.find((one) => one.path === path)
        combobox.closeDropdown()
        if (picked) onPick(picked)
      }}
    >
      <Combobox.Target withAriaAttributes={false} withKeyboardNavigation={false}>
        <ActionIcon
          variant="subtle"
          color="gray"
          title="Insert something that is known by then"
          aria-label={`Insert a placeholder into ${label}`}
          aria-haspopup="listbox"
          aria-expanded={combobox.dropdownOpened}
          onClick={() => combobox.toggleDropdown()}
        >
          <IconBraces size={16} aria-hidden />
        </ActionIcon>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          aria-label="Find a placeholder"
          placeholder="Find…"
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value)
            combobox.updateSelectedOptionIndex()
          }}
        />
        <Combobox.Options aria-label="Placeholders" className={styles['placeholders'] ?? ''}>
          {[...groups].map(([group, all]) => (
            <Combobox.Group key={group} label={group}>
              {all.map((one) => (
                <Combobox.Option key={one.path} value={one.path}>
                  {one.label}
                </Combobox.Option>
              ))}
            </Combobox.Group>
          ))}
          {found.length === 0 && <Combobox.Empty>Nothing found</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  )
}

type TextProps = {
  label: string
  value: string
  onChange(value: string): void
  told: readonly Placeholder[]
  /** The label is for screen readers only: the place says it already. */
  hiddenLabel?: boolean
  description?: string
  placeholder?: string
  required?: boolean
  error?: string | undefined
  multiline?: boolean
  /** Code rather than prose. */
  mono?: boolean
  /** What is inserted for a placeholder, given what stands before it; by default the placeholder in braces. */
  insertion?(placeholder: Placeholder, before: string): string
  type?: 'url'
}

/** A text that may hold placeholders; how it reads stands below. */
export function PlaceholderText({
  label,
  hiddenLabel,
  value,
  onChange,
  told,
  multiline,
  mono,
  insertion,
  ...props
}: TextProps) {
  const input = useRef<HTMLInputElement & HTMLTextAreaElement>(null)
  const insert = (placeholder: Placeholder) => {
    const [from, to] = [input.current?.selectionStart ?? value.length, input.current?.selectionEnd ?? value.length]
    const before = value.slice(0, from)
    const inserted = insertion?.(placeholder, before) ?? braced(placeholder)
    onChange(before + inserted + value.slice(to))
    const end = from + inserted.length
    setTimeout(() => {
      input.current?.focus()
      input.current?.setSelectionRange(end, end)
    })
  }
  const shared = {
    ...props,
    ...(hiddenLabel ? { 'aria-label': label } : { label }),
    ref: input,
    value,
    rightSection: <Insert told={told} label={label} onPick={insert} />,
    rightSectionWidth: told.length > 0 ? 34 : 0,
    ...(mono && { classNames: { input: styles['mono'] ?? '' } }),
    error: props.error,
  }
  const Input = multiline ? Textarea : TextInput
  return (
    <div className={styles['text']}>
      <Input
        {...shared}
        {...(multiline && { autosize: true, minRows: 2, maxRows: 16 })}
        onChange={(event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value)}
        {...(mono && { spellCheck: false })}
      />
      {hasPlaceholders(value) && !mono && <p className={styles['reading']}>{readablePlaceholders(value, told)}</p>}
    </div>
  )
}
