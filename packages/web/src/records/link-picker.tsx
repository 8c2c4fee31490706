import { Combobox, Loader, TextInput, useCombobox } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconCheck, IconPlus } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { messageOf } from '../app/problem.tsx'
import { viewOf } from '../values/index.ts'
import { useFound } from './find.ts'
import styles from './link-picker.module.css'
import { keepNames, type Names, useName } from './names.ts'
import { operationsOf, type ShownType, useDefinitions, useType } from './object-types.ts'
import { noteRecent, recentRecords } from './recent.ts'
import type { Definitions, RelationshipDefinition } from './record.ts'

type Props = {
  definition: RelationshipDefinition
  /** The linked records. */
  ids: readonly string[]
  names?: Names | undefined
  onChange(ids: string[]): void
  error?: string | undefined
  /** Only records that there are, and not this one, can be chosen. */
  otherThan?: string
}

const debounceMs = 80
const createValue = 'create'

/** Searches for records to link, and makes a new one of a name that there is not. Choosing a linked one unlinks it. */
export function LinkPicker({ definition, ids, names, onChange, error, otherThan }: Props) {
  const type = useType(definition.objectType)
  const [text, setText] = useState('')
  const [sought] = useDebouncedValue(text.trim(), debounceMs)
  const { data: found, isPending } = useFound(type, sought)
  const recent = sought === '' ? recentRecords(type.name).map(({ id }) => ({ id, name: undefined })) : []
  const shown = [...ids.map((id) => ({ id, name: names?.[id] })), ...recent, ...(found ?? [])]
  const options = (sought === '' ? uniqueById(shown).slice(0, 8) : (found ?? [])).filter(({ id }) => id !== otherThan)
  const combobox = useCombobox({ opened: true })
  const choose = (id: string) => {
    noteRecent({ id, objectType: type.name })
    onChange(definition.cardinality === 'HAS_ONE' ? (ids.includes(id) ? [] : [id]) : toggled(ids, id))
  }
  const create = useCreateByName(type, choose)
  const mayCreate = create.isPossible && otherThan === undefined
  return (
    <Combobox
      store={combobox}
      onOptionSubmit={(value) => (value === createValue ? create.mutate(text.trim()) : choose(value))}
    >
      <Combobox.EventsTarget withExpandedAttribute>
        <TextInput
          aria-label={`Search for ${definition.label}`}
          placeholder={`Find ${type.label.toLowerCase()}…`}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value)
            combobox.selectFirstOption()
          }}
          autoFocus
          error={error ?? (create.error && messageOf(create.error))}
          rightSection={create.isPending && <Loader size={14} />}
        />
      </Combobox.EventsTarget>
      <Combobox.Options aria-label={type.pluralLabel} mt={6}>
        {options.map(({ id, name }) => (
          <Combobox.Option key={id} value={id} active={ids.includes(id)} className={styles['option'] ?? ''}>
            <OptionName id={id} name={name} />
            {ids.includes(id) && <IconCheck size={14} role="img" aria-label="Linked" />}
          </Combobox.Option>
        ))}
        {mayCreate && text.trim() !== '' && (
          <Combobox.Option value={createValue} className={styles['option'] ?? ''}>
            <IconPlus size={14} aria-hidden />
            <span>Create “{text.trim()}”</span>
          </Combobox.Option>
        )}
        {options.length === 0 && !isPending && !mayCreate && (
          <Combobox.Empty>
            {sought === '' ? `No ${type.pluralLabel.toLowerCase()} yet` : 'Nothing found'}
          </Combobox.Empty>
        )}
      </Combobox.Options>
    </Combobox>
  )
}

const OptionName = ({ id, name }: { id: string; name: string | undefined }) => (
  <span className={styles['name']}>{useName(id, name) ?? '…'}</span>
)

const toggled = (ids: readonly string[], id: string) =>
  ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id]

const uniqueById = <One extends { id: string }>(all: readonly One[]) => [
  ...new Map(all.map((one) => [one.id, one])).values(),
]

/** Makes a record of which only the name is known, where that is enough. */
function useCreateByName(type: ShownType, onCreated: (id: string) => void) {
  const definitions = useDefinitions(type)
  const title = definitions.fields.find(({ key }) => key === type.title[0])
  const create = useMutation({
    async mutationFn(text: string) {
      if (!title) throw new Error(`${type.name} has no title`)
      const value = viewOf(title.valueType).fromText?.(text) ?? text
      return operationsOf(type).create({ fields: { [title.key]: value } })
    },
    onSuccess({ id }, text) {
      keepNames({ [id]: text })
      onCreated(id)
    },
  })
  return {
    ...create,
    isPossible: title !== undefined && type.verbs.includes('create') && needsOnly(title.key, definitions),
  }
}

const needsOnly = (title: string, { fields, relationships }: Definitions) =>
  [...fields, ...relationships].every(({ key, required }) => !required || key === title)
