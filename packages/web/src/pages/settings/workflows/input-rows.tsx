import { ActionIcon, Group, Input, Select } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { LinkInput } from '../../../records/link-input.tsx'
import type { Definitions, FieldDefinition, RelationshipDefinition } from '../../../records/record.ts'
import { viewOf } from '../../../values/index.ts'
import { configurationFor } from '../../../values/options.tsx'
import { useWrongAt } from './editing.ts'
import { Insert, PlaceholderText } from './insert.tsx'
import { braced, hasPlaceholders, type Placeholder, readablePlaceholders } from './placeholders.ts'
import styles from './workflows.module.css'

type Values = Readonly<Record<string, unknown>>
export type Inputs = { fields: Values; relationships: Values }

type RowsProps = {
  verb: 'create' | 'update'
  definitions: Definitions
  inputs: Inputs
  onChange(inputs: Inputs): void
  told: readonly Placeholder[]
  path: string
}

/** What a step writes into a record: the fields and links that are to be set, and what else could be. */
export function InputRows({ verb, definitions, inputs, onChange, told, path }: RowsProps) {
  const mayWrite = ({ readOnly, createOnly }: FieldDefinition | RelationshipDefinition) =>
    !readOnly && (verb === 'create' || !createOnly)
  const fields = definitions.fields.filter(mayWrite)
  const links = definitions.relationships.filter(mayWrite)
  const isSet = ({ key, required }: { key: string; required: boolean }) =>
    key in inputs.fields || key in inputs.relationships || (verb === 'create' && required)
  const change = (part: keyof Inputs, key: string, value: unknown) =>
    onChange({ ...inputs, [part]: { ...inputs[part], [key]: value } })
  const remove = (part: keyof Inputs, key: string) => {
    const { [key]: _, ...others } = inputs[part]
    onChange({ ...inputs, [part]: others })
  }
  const removal = (part: keyof Inputs, { key, required }: { key: string; required: boolean }) =>
    verb === 'create' && required ? undefined : () => remove(part, key)
  const others = [...fields, ...links].filter((one) => !isSet(one))
  // What a placeholder stands for is not known yet.
  const known = (key: string) => (hasPlaceholders(inputs.fields[key]) ? undefined : inputs.fields[key])
  return (
    <>
      {fields.filter(isSet).map((field) => (
        <FieldRow
          key={field.key}
          field={{
            ...field,
            required: verb === 'create' && field.required,
            typeConfiguration: configurationFor(field.typeConfiguration, known),
          }}
          value={inputs.fields[field.key] ?? null}
          onChange={(value) => change('fields', field.key, value)}
          onRemove={removal('fields', field)}
          told={told}
          path={`${path}.fields.${field.key}`}
          clears={verb === 'update'}
        />
      ))}
      {links.filter(isSet).map((definition) => (
        <LinkRow
          key={definition.key}
          verb={verb}
          definition={definition}
          value={inputs.relationships[definition.key]}
          onChange={(value) => change('relationships', definition.key, value)}
          onRemove={removal('relationships', definition)}
          told={told}
          path={`${path}.relationships.${definition.key}`}
        />
      ))}
      {others.length > 0 && (
        <Select
          aria-label="Set another field"
          placeholder="Set another field…"
          w="14rem"
          size="xs"
          data={others.map(({ key, label }) => ({ value: key, label }))}
          value={null}
          onChange={(key) =>
            key && change(fields.some((one) => one.key === key) ? 'fields' : 'relationships', key, null)
          }
          searchable
          selectFirstOptionOnChange
          maxDropdownHeight={280}
        />
      )}
    </>
  )
}

type RowProps = {
  onRemove: (() => void) | undefined
  told: readonly Placeholder[]
  path: string
  onChange(value: unknown): void
}

/** Values that are text anyway, into which placeholders can be written. */
const texts = new Set(['TEXT', 'MARKDOWN', 'HTML'])

type FieldRowProps = RowProps & { field: FieldDefinition; value: unknown; clears: boolean }

/** The value of a field: typed or chosen as in every form, or taken from what is known at the step. */
function FieldRow({ field, value, onChange, onRemove, told, path, clears }: FieldRowProps) {
  const { label, valueType, typeConfiguration, required } = field
  const isText = texts.has(valueType)
  const [isTaken, setTaken] = useState(hasPlaceholders(value))
  const error = useWrongAt(path)
  const { Input: Typed } = viewOf(valueType)
  const description = clears && value === null ? 'Empty: what is there is cleared.' : undefined
  if (isText || isTaken) {
    const reset = () => {
      setTaken(false)
      onChange(null)
    }
    return (
      <Row label={label} onRemove={onRemove ?? (isTaken && !isText ? reset : undefined)}>
        <PlaceholderText
          label={label}
          value={typeof value === 'string' ? value : ''}
          onChange={(text) => onChange(text === '' ? null : text)}
          told={told}
          multiline={isText && valueType !== 'TEXT'}
          required={required}
          error={error}
          {...(description && { description })}
        />
      </Row>
    )
  }
  return (
    <Row label={label} onRemove={onRemove}>
      <div className={styles['typed']}>
        <Typed
          value={value}
          onChange={onChange}
          configuration={typeConfiguration}
          label={label}
          description={description}
          required={required}
          error={error}
        />
      </div>
      <div className={styles['beside']}>
        <Insert
          told={told}
          label={label}
          onPick={(placeholder) => {
            setTaken(true)
            onChange(braced(placeholder))
          }}
        />
      </div>
    </Row>
  )
}

type LinkRowProps = RowProps & { verb: 'create' | 'update'; definition: RelationshipDefinition; value: unknown }

/** How links of a record that is there are changed. */
const hows = { add: 'Link as well', replace: 'Link only these', remove: 'Unlink' }
type How = keyof typeof hows

function LinkRow({ verb, definition, value, onChange, onRemove, told, path }: LinkRowProps) {
  const { label, cardinality, objectType } = definition
  const isOne = cardinality === 'HAS_ONE'
  const { how, ids } = readLinks(value, isOne)
  const error = useWrongAt(path)
  const clears = verb === 'update' && ids.length === 0 && (isOne || how === 'replace')
  const write = (next: { how?: How; ids?: readonly string[] }) => {
    const [all, by] = [next.ids ?? ids, next.how ?? how]
    // A placeholder that stands alone may be several records.
    const links = all.length === 1 && (isOne || hasPlaceholders(all[0])) ? all[0] : all
    onChange(verb === 'create' ? links : { [by]: links })
  }
  const taken = ids.filter((id) => hasPlaceholders(id))
  const linked = ids.filter((id) => !hasPlaceholders(id))
  const offered = told.filter((one) => one.objectType === objectType && !ids.includes(braced(one)))
  return (
    <Row label={label} onRemove={onRemove}>
      <div className={styles['typed']}>
        {verb === 'update' && !isOne && (
          <Select
            aria-label={`How ${label} changes`}
            size="xs"
            w="10rem"
            mb={4}
            data={Object.entries(hows).map(([value, label]) => ({ value, label }))}
            value={how}
            onChange={(next) => next && write({ how: next as How })}
            allowDeselect={false}
          />
        )}
        {taken.length > 0 && (
          <Input.Wrapper label={label} error={error} required={definition.required} labelElement="div">
            {taken.map((id) => (
              <div key={id} className={styles['taken']}>
                <span>{readablePlaceholders(id, told)}</span>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size="xs"
                  aria-label={`Do not link ${readablePlaceholders(id, told)}`}
                  onClick={() => write({ ids: ids.filter((one) => one !== id) })}
                >
                  <IconX size={12} aria-hidden />
                </ActionIcon>
              </div>
            ))}
          </Input.Wrapper>
        )}
        {!(isOne && taken.length > 0) && (
          <LinkInput
            definition={taken.length > 0 ? { ...definition, label: `Other ${label.toLowerCase()}` } : definition}
            ids={linked}
            onChange={(next) => write({ ids: [...taken, ...next] })}
            error={taken.length > 0 ? undefined : error}
          />
        )}
        {clears && <p className={styles['reading']}>Nothing chosen: what is linked is unlinked.</p>}
      </div>
      <div className={styles['beside']}>
        <Insert
          told={offered}
          label={label}
          onPick={(one) => write({ ids: isOne ? [braced(one)] : [...ids, braced(one)] })}
        />
      </div>
    </Row>
  )
}

function readLinks(value: unknown, isOne: boolean): { how: How; ids: readonly string[] } {
  const usual: How = isOne ? 'replace' : 'add'
  if (value === null || value === undefined) return { how: usual, ids: [] }
  if (typeof value === 'string' || Array.isArray(value)) return { how: usual, ids: [value].flat() }
  const [[how, ids] = [usual, []]] = Object.entries(value as Record<How, string | string[] | null>)
  return { how: how as How, ids: [ids ?? []].flat() }
}

type Rowed = { label: string; onRemove: (() => void) | undefined; children: React.ReactNode }

const Row = ({ label, onRemove, children }: Rowed) => (
  <Group gap={4} wrap="nowrap" align="flex-start">
    {children}
    <div className={styles['beside']}>
      {onRemove && (
        <ActionIcon variant="subtle" color="gray" aria-label={`Leave ${label} alone`} onClick={onRemove}>
          <IconX size={14} aria-hidden />
        </ActionIcon>
      )}
    </div>
  </Group>
)
