import { Button, Group, List, Modal, Progress, Select, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconPencil, IconTrash } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { messageOf } from '../../app/problem.tsx'
import { LinkPicker } from '../../records/link-picker.tsx'
import type { ShownType } from '../../records/object-types.ts'
import type { AnyRecord, Definitions } from '../../records/record.ts'
import { viewOf, written } from '../../values/index.ts'
import { type Change, type Done, deleteAll, restoreAll, setAll, unsetAll } from './bulk.ts'
import { isWritable } from './cell.tsx'
import styles from './list.module.css'
import { gather, type ListQuery } from './rows.ts'
import type { Selection } from './selection.ts'
import { type Subject, subjectsOf } from './subjects.ts'

type BulkProps = {
  type: ShownType
  definitions: Definitions
  query: ListQuery
  selection: Selection
  total: number
}

type Run = (records: readonly AnyRecord[], onProgress: (through: number) => void) => Promise<Done>

/** What can be done with the records that are selected. */
export function BulkBar({ type, definitions, query, selection, total }: BulkProps) {
  const [open, setOpen] = useState<'edit' | 'delete'>()
  const [progress, setProgress] = useState<{ through: number; of: number }>()
  const [failed, setFailed] = useState<Done['failed']>([])
  const { count } = selection

  /** Does something with all that is selected, says what became of it, and offers to take it back. */
  async function run(say: (count: number) => string, keys: readonly string[], act: Run, undo: Run) {
    setOpen(undefined)
    setProgress({ through: 0, of: count })
    try {
      const wanted = selection.isAll ? 'all' : selection.ids
      const records = await gather(type.name, { ...query, fields: [...new Set([...type.title, ...keys])] }, wanted)
      const result = await act(records, (through) => setProgress({ through, of: records.length }))
      if (result.done.length > 0) offerUndo(say(result.done.length), () => undoAll(result.done, undo))
      setFailed(result.failed)
      selection.clear()
    } catch (error) {
      notifications.show({ color: 'red', message: messageOf(error) })
    } finally {
      setProgress(undefined)
    }
  }

  async function undoAll(records: readonly AnyRecord[], undo: Run) {
    const result = await undo(records, () => {})
    notifications.show({ message: `Taken back for ${countOf(type, result.done.length)}.` })
    setFailed(result.failed)
  }

  const edit = (change: Change) =>
    run(
      (done) => `Changed ${countOf(type, done)}.`,
      [change.key],
      (records, onProgress) => setAll(type, records, change, onProgress),
      (records, onProgress) => unsetAll(type, records, change, onProgress),
    )
  const remove = () =>
    run(
      (done) => `Deleted ${countOf(type, done)}.`,
      [],
      (records, onProgress) => deleteAll(type, records, onProgress),
      (records, onProgress) => restoreAll(type, records, onProgress),
    )

  return (
    <>
      {count > 0 && (
        <section className={styles['bulk']} aria-label="Selected">
          <Text size="sm" fw={550} role="status">
            {countOf(type, count)} selected
          </Text>
          {!selection.isAll && count < total && (
            <Button variant="subtle" onClick={selection.selectAll}>
              Select all {total.toLocaleString()}
            </Button>
          )}
          {progress ? (
            <Progress
              flex={1}
              aria-label={`${progress.through} of ${progress.of}`}
              value={(100 * progress.through) / Math.max(1, progress.of)}
            />
          ) : (
            <>
              {type.verbs.includes('update') && (
                <Button
                  variant="default"
                  leftSection={<IconPencil size={14} aria-hidden />}
                  onClick={() => setOpen('edit')}
                >
                  Edit a field
                </Button>
              )}
              {type.verbs.includes('delete') && (
                <Button
                  variant="default"
                  leftSection={<IconTrash size={14} aria-hidden />}
                  onClick={() => (count > askFrom ? setOpen('delete') : void remove())}
                >
                  Delete
                </Button>
              )}
              <Button variant="subtle" color="gray" onClick={selection.clear}>
                Clear selection
              </Button>
            </>
          )}
        </section>
      )}
      <Modal opened={open === 'edit'} onClose={() => setOpen(undefined)} title={`Edit ${countOf(type, count)}`}>
        <EditForm type={type} definitions={definitions} onDone={edit} />
      </Modal>
      <Modal opened={open === 'delete'} onClose={() => setOpen(undefined)} title={`Delete ${countOf(type, count)}?`}>
        <Stack>
          <Text size="sm">They go to the trash, from where they can be restored.</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setOpen(undefined)}>
              Keep them
            </Button>
            <Button color="red" onClick={() => void remove()}>
              Delete {countOf(type, count)}
            </Button>
          </Group>
        </Stack>
      </Modal>
      <Modal
        opened={failed.length > 0}
        onClose={() => setFailed([])}
        title={`Not done for ${countOf(type, failed.length)}`}
      >
        <List size="sm" spacing="xs">
          {failed.slice(0, failedMax).map(({ id, title, message }) => (
            <List.Item key={id}>
              <strong>{title}</strong>: {message}
            </List.Item>
          ))}
        </List>
        {failed.length > failedMax && <Text size="sm">And {failed.length - failedMax} more.</Text>}
      </Modal>
    </>
  )
}

/** With so many, deleting asks first, although it can be taken back. */
const askFrom = 20
const failedMax = 50

const countOf = ({ label, pluralLabel }: ShownType, count: number) =>
  `${count.toLocaleString()} ${(count === 1 ? label : pluralLabel).toLowerCase()}`

const undoMs = 10_000

function offerUndo(message: string, undo: () => Promise<void>) {
  const id = notifications.show({
    autoClose: undoMs,
    closeButtonProps: { 'aria-label': 'Dismiss' },
    message: (
      <Group justify="space-between" wrap="nowrap">
        <span>{message}</span>
        <Button
          variant="default"
          onClick={() => {
            notifications.hide(id)
            void undo()
          }}
        >
          Undo
        </Button>
      </Group>
    ),
  })
}

type FormProps = { type: ShownType; definitions: Definitions; onDone(change: Change): void }

/** Chooses a field, and what all are to have in it. */
function EditForm({ type, definitions, onDone }: FormProps) {
  const subjects = subjectsOf(definitions).filter((subject) => isSettable(type, subject))
  const [key, setKey] = useState<string | null>(null)
  const [value, setValue] = useState<unknown>(null)
  const subject = subjects.find((one) => one.key === key)
  function submit(event: FormEvent) {
    event.preventDefault()
    if (subject?.kind === 'field') onDone({ part: 'fields', key: subject.key, value: written(value, subject.field) })
    else if (subject) onDone({ part: 'relationships', key: subject.key, value: value ?? [] })
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <Select
          label="Field"
          data={subjects.map((one) => ({ value: one.key, label: one.label }))}
          value={key}
          onChange={(next) => {
            setKey(next)
            setValue(null)
          }}
          searchable
          selectFirstOptionOnChange
          data-autofocus
        />
        {subject && <NewValue key={subject.key} subject={subject} value={value} onChange={setValue} />}
        <Group justify="flex-end">
          <Button type="submit" disabled={!subject}>
            {isNothing(value) ? 'Clear it' : 'Set it'}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

const isNothing = (value: unknown) => value === null || value === '' || (Array.isArray(value) && value.length === 0)

/** What many records can be given at once: what they are called is each one's own. */
const isSettable = ({ title }: ShownType, subject: Subject) =>
  isWritable(subject) &&
  (subject.kind === 'field' ? subject.key !== title[0] : subject.relationship.cardinality === 'HAS_ONE')

type ValueProps = { subject: Subject; value: unknown; onChange(value: unknown): void }

function NewValue({ subject, value, onChange }: ValueProps) {
  if (subject.kind === 'relationship') {
    return <LinkPicker definition={subject.relationship} ids={(value ?? []) as readonly string[]} onChange={onChange} />
  }
  const { Input } = viewOf(subject.field.valueType)
  return (
    <Input
      value={value}
      onChange={onChange}
      configuration={subject.field.typeConfiguration}
      label={`New ${subject.label.toLowerCase()}`}
    />
  )
}
