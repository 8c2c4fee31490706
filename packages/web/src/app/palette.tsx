import { Combobox, Modal, TextInput, useCombobox } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useFound } from '../records/find.ts'
import { type Icon, iconOf } from '../records/icons.ts'
import { useName } from '../records/names.ts'
import { recordPath, type ShownType, useObjectTypes } from '../records/object-types.ts'
import { recentRecords } from '../records/recent.ts'
import type { Command } from './commands.ts'
import { Keys } from './keyboard.tsx'
import styles from './palette.module.css'

export type PaletteProps = { offers: 'everything' | 'create'; commands: readonly Command[]; onClose(): void }

type Item = {
  id: string
  group: string
  label: string | undefined
  /** The record whose name is the label. */
  record?: string
  /** What tells a record from others, and what kind it is of. */
  hint?: string | null | undefined
  type?: string
  keys?: string | undefined
  icon: Icon
  run(): void
}

const most = { records: 8, recent: 6 }

/** Finds any record and any command by a few letters. */
export function Palette(props: PaletteProps) {
  const label = props.offers === 'create' ? 'What to create' : 'Search for records and commands'
  return (
    <Modal.Root
      opened
      onClose={props.onClose}
      centered={false}
      yOffset="10vh"
      size="36rem"
      padding={0}
      transitionProps={{ duration: 0 }}
    >
      <Modal.Overlay />
      <Modal.Content aria-label={label}>
        <Search {...props} label={label} />
      </Modal.Content>
    </Modal.Root>
  )
}

function Search({ offers, commands, onClose, label }: PaletteProps & { label: string }) {
  const [text, setText] = useState('')
  const { items, isCurrent } = useItems(text.trim(), offers, commands)
  const combobox = useCombobox({ opened: true })
  const isEntered = useRef(false)
  const choose = (item: Item | undefined) => {
    if (!item) return
    onClose()
    item.run()
  }
  const shown = items.map(({ id }) => id).join()
  // What stands there is for what was typed before until the answer comes: Enter waits for it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever something else is shown
  useEffect(() => {
    if (!isCurrent) combobox.resetSelectedOption()
    else if (isEntered.current) choose(items[0])
    else combobox.selectFirstOption()
    if (isCurrent) isEntered.current = false
  }, [shown, isCurrent])
  return (
    <Combobox store={combobox} onOptionSubmit={(id) => choose(items.find((item) => item.id === id))}>
      <Combobox.EventsTarget withExpandedAttribute>
        <TextInput
          // At once, not when the dialog gets to it: what is typed right after the keys that open it belongs here.
          autoFocus
          data-autofocus
          variant="unstyled"
          size="md"
          className={styles['input'] ?? ''}
          leftSection={<IconSearch size={16} aria-hidden />}
          aria-label={label}
          placeholder={offers === 'create' ? 'Create…' : 'Name, e-mail, phone, or what to do…'}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return
            if (event.key === 'Enter') isEntered.current = !isCurrent
            // The list takes Escape for its own, and it never closes.
            if (event.key === 'Escape') onClose()
          }}
        />
      </Combobox.EventsTarget>
      <Combobox.Options className={styles['options'] ?? ''} aria-label="Results">
        {[...Map.groupBy(items, ({ group }) => group)].map(([group, members]) => (
          <Combobox.Group key={group} label={group}>
            {members.map((item) => (
              <ItemOption key={item.id} item={item} />
            ))}
          </Combobox.Group>
        ))}
        {items.length === 0 && isCurrent && (
          <Combobox.Empty>Nothing found. Try part of a name, an e-mail address or a number.</Combobox.Empty>
        )}
      </Combobox.Options>
      <div role="status" className="visually-hidden">
        {!isCurrent ? '' : `${items.length} ${items.length === 1 ? 'result' : 'results'}`}
      </div>
    </Combobox>
  )
}

const ItemOption = ({ item: { id, icon: Icon, record, label, hint, type, keys } }: { item: Item }) => (
  <Combobox.Option value={id} className={styles['option'] ?? ''}>
    <Icon size={16} stroke={1.7} aria-hidden />
    <span className={styles['label']}>
      {record ? <RecordName id={record} known={label} /> : label}
      {hint && <span className={`muted ${styles['hint']}`}>{hint}</span>}
    </span>
    {type && <span className="muted">{type}</span>}
    {keys && <Keys keys={keys} />}
  </Combobox.Option>
)

const RecordName = ({ id, known }: { id: string; known: string | undefined }) => useName(id, known) ?? '…'

function useItems(text: string, offers: PaletteProps['offers'], commands: readonly Command[]) {
  const types = useObjectTypes()
  const navigate = useNavigate()
  const isEverything = offers === 'everything'
  const { found, isCurrent } = useFound(isEverything ? text : '')
  const itemOf = (
    group: string,
    record: { id: string; name?: string; hint?: string | null },
    type: ShownType,
  ): Item => ({
    id: `${group} ${record.id}`,
    group,
    label: record.name,
    record: record.id,
    hint: record.hint,
    type: type.label,
    icon: iconOf(type.name),
    run: () => void navigate({ to: recordPath(type, record.id) }),
  })
  const typed = <One extends { objectType: string }>(all: readonly One[], make: (one: One, type: ShownType) => Item) =>
    all.flatMap((one) => {
      const type = types.find(({ name }) => name === one.objectType)
      return type ? [make(one, type)] : []
    })
  const fitting = commands.filter(
    (command) => (isEverything || command.group === 'Create') && fits(command.label, text),
  )
  const recent = isEverything && text === '' ? recentRecords().slice(0, most.recent) : []
  const items: Item[] = [
    ...typed(recent, (one, type) => itemOf('Recent', one, type)),
    ...typed(text === '' ? [] : found.slice(0, most.records), (one, type) => itemOf('Records', one, type)),
    ...fitting,
    ...(isEverything && text !== ''
      ? [allResults(text, () => void navigate({ to: '/search', search: { q: text } }))]
      : []),
  ]
  return { items, isCurrent: isCurrent || text === '' || !isEverything }
}

const allResults = (text: string, run: () => void): Item => ({
  id: 'all',
  group: 'Search',
  label: `All results for “${text}”`,
  icon: IconSearch,
  run,
})

/** Whether every word of the text begins a word of the label. */
function fits(label: string, text: string): boolean {
  const words = label.toLowerCase().split(/\s+/)
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((part) => words.some((word) => word.startsWith(part)))
}
