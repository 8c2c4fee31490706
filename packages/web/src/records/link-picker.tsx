import { Combobox, Loader, TextInput, useCombobox } from '@mantine/core'
import { IconCheck, IconPlus } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { isCreating, openCreate } from '../app/create-dialog.tsx'
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

type Option = { id: string; name?: string | undefined; hint?: string | null }

const most = 8
const createValue = 'create'

/** Searches for records to link, and makes a new one of a name that there is not. Choosing a linked one unlinks it. */
export function LinkPicker({ definition, ids, names, onChange, error, otherThan }: Props) {
  const type = useType(definition.objectType)
  const [text, setText] = useState('')
  const sought = text.trim()
  const { found, isCurrent } = useFound(text, type)
  const known = [...ids.map((id) => ({ id, name: names?.[id] })), ...recentRecords(type.name)]
  const options: Option[] = (sought === '' ? uniqueById([...known, ...found]).slice(0, most) : found).filter(
    ({ id }) => id !== otherThan,
  )
  const combobox = useCombobox({ opened: true })
  const choose = (id: string) => {
    noteRecent({ id, objectType: type.name })
    onChange(definition.cardinality === 'HAS_ONE' ? (ids.includes(id) ? [] : [id]) : toggled(ids, id))
  }
  const create = useCreateByName(type, choose)
  const mayCreate = create.isPossible && otherThan === undefined
  const submit = (value: string) => (value === createValue ? create.run(sought) : choose(value))
  const isEntered = useRef(false)
  // What is chosen outright is not to be chosen again, and so unlinked, once the text has been looked up.
  const submitNow = (value: string) => {
    isEntered.current = false
    submit(value)
  }
  const shown = options.map(({ id }) => id).join()
  // Enter waits for what the text finds.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever something else is shown
  useEffect(() => {
    if (!isCurrent) combobox.resetSelectedOption()
    else if (isEntered.current) submitNow(options[0]?.id ?? createValue)
    else if (sought !== '') combobox.selectFirstOption()
    if (isCurrent) isEntered.current = false
  }, [shown, sought, isCurrent])
  return (
    <Combobox store={combobox} onOptionSubmit={submitNow}>
      <Combobox.EventsTarget withExpandedAttribute>
        <TextInput
          aria-label={`Search for ${definition.label}`}
          placeholder={`Find ${type.label.toLowerCase()}…`}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
            isEntered.current = !isCurrent && sought !== ''
            // It ends the editing when there is something to choose.
            if (isEntered.current) event.stopPropagation()
          }}
          autoFocus
          error={error ?? (create.error && messageOf(create.error))}
          rightSection={create.isPending && <Loader size={14} />}
        />
      </Combobox.EventsTarget>
      <Combobox.Options aria-label={type.pluralLabel} mt={6}>
        {options.map(({ id, name, hint }) => (
          <Combobox.Option key={id} value={id} active={ids.includes(id)} className={styles['option'] ?? ''}>
            <OptionName id={id} name={name} hint={hint} />
            {ids.includes(id) && <IconCheck size={14} role="img" aria-label="Linked" />}
          </Combobox.Option>
        ))}
        {mayCreate && sought !== '' && isCurrent && (
          <Combobox.Option value={createValue} className={styles['option'] ?? ''}>
            <IconPlus size={14} aria-hidden />
            <span>Create “{sought}”</span>
          </Combobox.Option>
        )}
        {options.length === 0 && isCurrent && !mayCreate && (
          <Combobox.Empty>
            {sought === '' ? `No ${type.pluralLabel.toLowerCase()} yet` : 'Nothing found'}
          </Combobox.Empty>
        )}
      </Combobox.Options>
    </Combobox>
  )
}

const OptionName = ({ id, name, hint }: Option) => (
  <span className={styles['name']}>
    {useName(id, name) ?? '…'}
    {hint && <span className={`muted ${styles['hint']}`}>{hint}</span>}
  </span>
)

const toggled = (ids: readonly string[], id: string) =>
  ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id]

const uniqueById = <One extends { id: string }>(all: readonly One[]) => [
  ...new Map(all.map((one) => [one.id, one])).values(),
]

/** Makes a record of a name: at once where no more is needed, otherwise in the dialog that asks for the rest. */
function useCreateByName(type: ShownType, onCreated: (id: string) => void) {
  const definitions = useDefinitions(type)
  const title = definitions.fields.find(({ key }) => key === type.title[0])
  const fieldsOf = (text: string) => (title ? { [title.key]: viewOf(title.valueType).fromText?.(text) ?? text } : {})
  const { mutate, isPending, error } = useMutation({
    mutationFn: (text: string) => operationsOf(type).create({ fields: fieldsOf(text) }),
    onSuccess({ id }, text) {
      keepNames({ [id]: text })
      onCreated(id)
    },
  })
  const isEnough = title !== undefined && needsOnly(title.key, definitions)
  return {
    isPending,
    error,
    // There is one dialog: what is being created in it cannot wait for another one.
    isPossible: title !== undefined && type.verbs.includes('create') && (isEnough || !isCreating()),
    run(text: string) {
      if (isEnough) mutate(text)
      else openCreate({ type: type.name, fields: fieldsOf(text), onCreated: ({ id }) => onCreated(id) })
    },
  }
}

const needsOnly = (title: string, { fields, relationships }: Definitions) =>
  [...fields, ...relationships].every(({ key, required }) => !required || key === title)
