import { Combobox, Modal, TextInput, useCombobox } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useSearched } from '../records/find.ts'
import { type Icon, iconOf } from '../records/icons.ts'
import { useName } from '../records/names.ts'
import { recordPath, type ShownType, useObjectTypes } from '../records/object-types.ts'
import { recentRecords } from '../records/recent.ts'
import type { Command } from './commands.ts'
import { Keys } from './keyboard.tsx'
import styles from './palette.module.css'

type Props = { offers: 'everything' | 'create'; commands: readonly Command[]; onClose(): void }

type Item = {
  id: string
  group: string
  label: string | undefined
  /** The record whose name is the label. */
  record?: string
  hint?: string | undefined
  keys?: string | undefined
  icon: Icon
  run(): void
}

const most = { records: 8, recent: 6 }

/** Finds any record and any command by a few letters. */
export function Palette(props: Props) {
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

function Search({ offers, commands, onClose, label }: Props & { label: string }) {
  const [text, setText] = useState('')
  const { items, isSearching } = useItems(text.trim(), offers, commands)
  const combobox = useCombobox({ opened: true })
  const shown = items.map(({ id }) => id).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the first is chosen whenever there are others
  useEffect(() => {
    combobox.selectFirstOption()
  }, [shown])
  const choose = (id: string) => {
    onClose()
    items.find((item) => item.id === id)?.run()
  }
  return (
    <Combobox store={combobox} onOptionSubmit={choose}>
      <Combobox.EventsTarget withExpandedAttribute>
        <TextInput
          data-autofocus
          variant="unstyled"
          size="md"
          className={styles['input'] ?? ''}
          leftSection={<IconSearch size={16} aria-hidden />}
          aria-label={label}
          placeholder={offers === 'create' ? 'Create…' : 'Name, e-mail, phone, or what to do…'}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
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
        {items.length === 0 && !isSearching && (
          <Combobox.Empty>Nothing found. Try part of a name, an e-mail address or a number.</Combobox.Empty>
        )}
      </Combobox.Options>
      <div role="status" className="visually-hidden">
        {isSearching ? '' : `${items.length} ${items.length === 1 ? 'result' : 'results'}`}
      </div>
    </Combobox>
  )
}

const ItemOption = ({ item: { id, icon: Icon, record, label, hint, keys } }: { item: Item }) => (
  <Combobox.Option value={id} className={styles['option'] ?? ''}>
    <Icon size={16} stroke={1.7} aria-hidden />
    <span className={styles['label']}>{record ? <RecordName id={record} known={label} /> : label}</span>
    {hint && <span className="muted">{hint}</span>}
    {keys && <Keys keys={keys} />}
  </Combobox.Option>
)

const RecordName = ({ id, known }: { id: string; known: string | undefined }) => useName(id, known) ?? '…'

function useItems(text: string, offers: Props['offers'], commands: readonly Command[]) {
  const types = useObjectTypes()
  const navigate = useNavigate()
  const isEverything = offers === 'everything'
  const { data: found = [], isPlaceholderData, isFetching } = useSearched(isEverything ? text : '')
  const itemOf = (group: string, record: { id: string; name?: string }, type: ShownType): Item => ({
    id: `${group} ${record.id}`,
    group,
    label: record.name,
    record: record.id,
    hint: type.label,
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
  return { items, isSearching: isFetching || isPlaceholderData }
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
