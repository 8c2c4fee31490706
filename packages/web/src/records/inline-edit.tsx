import { useEffect, useRef, useState } from 'react'
import { atInput } from '../app/problem.tsx'
import { claim, drop, type Edit, save, useEdit } from '../app/saves.ts'
import { viewOf, written } from '../values/index.ts'
import { configurationFor } from '../values/options.tsx'
import { type End, InPlace, type Place } from './in-place.tsx'
import styles from './inline-edit.module.css'
import { LinkPicker } from './link-picker.tsx'
import type { ShownType } from './object-types.ts'
import type { AnyRecord, FieldDefinition, RelationshipDefinition } from './record.ts'
import { RecordLink } from './record-link.tsx'
import { titleText } from './titles.ts'

type Props = {
  record: AnyRecord
  type: ShownType
  /** Where it stands: the cell of a list, whose height is given, or a page. */
  place?: Place
  tabIndex?: number
}

/** A field of a record: shown, and edited in its place. */
export function EditableField({
  record,
  type,
  definition,
  place = 'page',
  tabIndex,
}: Props & { definition: FieldDefinition }) {
  const { key, label, valueType } = definition
  const edit = useClaimedEdit({ recordId: record.id, part: 'fields', key })
  const refused = edit?.state === 'refused' ? edit : undefined
  const stored = record.fields[key]?.value ?? null
  const value = edit && !refused ? edit.value : stored
  const view = viewOf(valueType)
  const configuration = configurationFor(definition.typeConfiguration, (other) => record.fields[other]?.value)
  const draft = useRef<Draft>(undefined)
  const commit = ({ typed, before }: Draft) => {
    const next = written(typed, definition)
    if (isEqual(next, before)) return refused && drop(refused)
    const title = titleText(type, record)
    void save({
      objectType: type.name,
      recordId: record.id,
      title,
      label,
      part: 'fields',
      key,
      before,
      value: next,
    })
  }
  const onEnd = (end: End) => {
    const ended = draft.current
    draft.current = undefined
    if (end === 'commit' && ended) commit(ended)
    else if (refused && end === 'cancel') drop(refused)
  }
  useLeave(() => onEnd('commit'))
  const { toggled } = view
  const Shown = (place === 'page' && view.Whole) || view.Line
  return (
    <InPlace
      label={label}
      place={place}
      readOnly={whyReadOnly(type, record, definition)}
      panel={place === 'cell' && (view.roomy?.(configuration) ?? false)}
      multiline={view.multiline ?? false}
      align={place === 'cell' ? view.align : undefined}
      toggle={toggled && { checked: value === true, onClick: () => commit({ typed: toggled(value), before: value }) }}
      keptOpen={refused !== undefined && !toggled}
      tabIndex={tabIndex}
      onEnd={onEnd}
      editor={(done) => (
        <FieldEditor
          definition={{ ...definition, typeConfiguration: configuration }}
          initial={refused ? refused.value : value}
          error={refused?.message && atInput(refused.message)}
          stored={value}
          onDraft={(typed) => {
            draft.current = typed
          }}
          onChosen={view.immediate ? done : undefined}
        />
      )}
    >
      {value === null ? <Nothing place={place} /> : <Shown value={value} configuration={configuration} />}
    </InPlace>
  )
}

/** What was typed, and what the field had when that began: what comes in meanwhile is somebody else's. */
type Draft = { typed: unknown; before: unknown }

type FieldEditorProps = {
  definition: FieldDefinition
  initial: unknown
  /** What the field has now. */
  stored: unknown
  error: string | undefined
  onDraft(draft: Draft): void
  /** Told when there is nothing more to do than what was done. */
  onChosen: (() => void) | undefined
}

function FieldEditor({ definition, initial, stored, error, onDraft, onChosen }: FieldEditorProps) {
  const [value, setValue] = useState(initial)
  const [before] = useState(stored)
  const { Input, multiline } = viewOf(definition.valueType)
  return (
    <>
      <Input
        value={value}
        onChange={(next) => {
          setValue(next)
          onDraft({ typed: next, before })
          onChosen?.()
        }}
        configuration={definition.typeConfiguration}
        label={definition.label}
        hiddenLabel
        required={definition.required}
        error={error}
        autoFocus
        inPlace
      />
      {multiline && <div className={styles['hint']}>Ctrl+Enter saves, Escape discards</div>}
    </>
  )
}

type LinksProps = Props & {
  definition: RelationshipDefinition
  /** What linked records are called, as far as the answer that the record came with says. */
  names?: Readonly<Record<string, string>>
}

/** A relationship of a record: the linked records, and a search for others to link. */
export function EditableLinks({ record, type, definition, names, place = 'page', tabIndex }: LinksProps) {
  const { key, label, cardinality } = definition
  const edit = useClaimedEdit({ recordId: record.id, part: 'relationships', key })
  const refused = edit?.state === 'refused' ? edit : undefined
  const links = record.relationships?.[key]
  const ids = edit && !refused ? (edit.value as readonly string[]) : (links?.values ?? [])
  const many = cardinality === 'HAS_MANY'
  const change = (value: readonly string[]) =>
    void save({
      objectType: type.name,
      recordId: record.id,
      title: titleText(type, record),
      label,
      part: 'relationships',
      key,
      many,
      before: ids,
      value,
    })
  return (
    <InPlace
      label={label}
      place={place}
      readOnly={whyReadOnly(type, record, definition)}
      panel
      keptOpen={refused !== undefined}
      tabIndex={tabIndex}
      onEnd={() => refused && drop(refused)}
      editor={(done) => (
        <LinkPicker
          definition={definition}
          ids={ids}
          names={names}
          error={refused?.message}
          onChange={(next) => {
            if (refused) drop(refused)
            change(next)
            if (!many) done()
          }}
        />
      )}
    >
      {ids.length === 0 ? (
        <Nothing place={place} />
      ) : (
        <span className={styles['links']}>
          {ids.map((id) => (
            <RecordLink key={id} id={id} objectType={definition.objectType} name={names?.[id]} />
          ))}
          {links?.hasMore && <span className="muted">and more</span>}
        </span>
      )}
    </InPlace>
  )
}

const Nothing = ({ place }: { place: Place }) =>
  place === 'page' ? (
    <span className="muted" aria-hidden>
      —
    </span>
  ) : null

/** The edit of a field that is on its way; that it was refused is shown here and nowhere else. */
function useClaimedEdit({ recordId, part, key }: Pick<Edit, 'recordId' | 'part' | 'key'>): Edit | undefined {
  useEffect(() => claim({ recordId, part, key }), [recordId, part, key])
  return useEdit(recordId, part, key)
}

/** Does something when the component goes away, as when a list is scrolled while one types. */
function useLeave(leave: () => void) {
  const latest = useRef(leave)
  latest.current = leave
  useEffect(() => () => latest.current(), [])
}

function whyReadOnly(
  type: ShownType,
  { accessLevel }: AnyRecord,
  { readOnly, createOnly }: FieldDefinition | RelationshipDefinition,
): string | undefined {
  if (accessLevel === 'METADATA') return 'Only its participants can change it'
  if (!type.verbs.includes('update')) return 'Cannot be changed here'
  if (createOnly) return 'Chosen when it was made'
  return readOnly ? 'Read only: filled in by the system' : undefined
}

const isEqual = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)
