import { Button, Group, Tabs, TagsInput, TextInput } from '@mantine/core'
import { IconCalendarEvent, IconCheckbox, IconMail, IconNote } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { type ComponentType, lazy, Suspense, useState } from 'react'
import { queryClient } from '../../app/queries.ts'
import { useSession } from '../../app/session.tsx'
import { LinkInput } from '../../records/link-input.tsx'
import { operationsOf, type ShownType, useDefinitions, useType } from '../../records/object-types.ts'
import type { AnyRecord } from '../../records/record.ts'
import type { Relation } from '../../records/relations.ts'
import { viewOf } from '../../values/index.ts'
import { momentOf } from '../../values/moments.ts'
import { useAddresses } from './addresses.ts'
import { useDraft, type Writing } from './draft.ts'
import { FormFrame } from './form-frame.tsx'
import styles from './record.module.css'

type Props = { type: ShownType; record: AnyRecord; title: string; relations: readonly Relation[] }

const EmailForm = lazy(() => import('./email-form.tsx').then(({ EmailForm }) => ({ default: EmailForm })))

/** What can be written about a record, in the order of the tabs. */
const tabs = [
  { name: 'note', label: 'Note', icon: IconNote, save: 'Save note' },
  { name: 'task', label: 'Task', icon: IconCheckbox, save: 'Add task' },
  { name: 'meeting', label: 'Meeting', icon: IconCalendarEvent, save: 'Log meeting' },
  { name: 'email', label: 'E-mail', icon: IconMail, save: 'Send' },
] as const

type TabName = (typeof tabs)[number]['name']

/** Whether a record has to do with people who can be written to. */
const hasAddresses = (type: ShownType, relations: readonly Relation[]) =>
  type.name === 'contact' || relations.some((relation) => relation.type.name === 'contact')

/**
 * Where one writes a note, adds a task, logs a meeting or writes an e-mail, which is then linked to the record. A draft
 * survives a reload.
 */
export function Composer({ type, record, title, relations }: Props) {
  const { draft, change, clear } = useDraft(record.id)
  const possible = tabs.filter(({ name }) =>
    name === 'email'
      ? hasAddresses(type, relations)
      : relations.some((relation) => relation.type.name === name && relation.far.length > 0),
  )
  const [isOpen, setOpen] = useState(draft !== undefined)
  const first = possible[0]
  if (!first) return null
  const tab = possible.find(({ name }) => name === draft?.tab) ?? first
  if (!isOpen) {
    return (
      <Group gap="xs" className={styles['write'] ?? ''}>
        {possible.map(({ name, label, icon: Icon }) => (
          <Button
            key={name}
            variant="default"
            leftSection={<Icon size={14} aria-hidden />}
            onClick={() => {
              change({ tab: name })
              setOpen(true)
            }}
          >
            {label}
          </Button>
        ))}
      </Group>
    )
  }
  const close = () => {
    clear()
    setOpen(false)
  }
  const Form = forms[tab.name]
  return (
    <div className={styles['composer']}>
      <Tabs value={tab.name} onChange={(name) => name && change({ tab: name })} keepMounted={false}>
        <Tabs.List>
          {possible.map(({ name, label, icon: Icon }) => (
            <Tabs.Tab key={name} value={name} leftSection={<Icon size={14} aria-hidden />}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab.name} pt="xs">
          <Suspense>
            <Form
              type={type}
              record={record}
              title={title}
              link={linkTo(relations, tab.name, record.id)}
              draft={draft ?? { tab: tab.name }}
              onChange={change}
              onDone={close}
              save={tab.save}
            />
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </div>
  )
}

/** The relationship by which something new is linked to the record; none where it follows from something else. */
function linkTo(relations: readonly Relation[], name: TabName, id: string): Record<string, string[]> {
  const far = relations.find((relation) => relation.type.name === name)?.far[0]
  return far && !far.relationship.readOnly ? { [far.relationship.key]: [id] } : {}
}

export type FormProps = {
  type: ShownType
  record: AnyRecord
  title: string
  link: Record<string, string[]>
  draft: Writing
  onChange(part: Writing): void
  onDone(): void
  save: string
}

const forms: Readonly<Record<TabName, ComponentType<FormProps>>> = {
  note: NoteForm,
  task: TaskForm,
  meeting: MeetingForm,
  email: EmailForm,
}

/** Creates a record of a type, then has everything that shows the record read again. */
function useCreate(name: TabName, { type, record, onDone }: FormProps) {
  const made = useType(name)
  return useMutation({
    mutationFn: (input: Parameters<ReturnType<typeof operationsOf>['create']>[0]) => operationsOf(made).create(input),
    async onSuccess() {
      onDone()
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: ['timeline', record.id] }),
        queryClient.invalidateQueries({ queryKey: ['records', name] }),
        queryClient.invalidateQueries({ queryKey: ['record', type.name, record.id] }),
      ])
    },
  })
}

function NoteForm(props: FormProps) {
  const { draft, onChange, onDone, save, link, title } = props
  const create = useCreate('note', props)
  const { Input } = inputOf(useDefinitions(useType('note')).fields, '$content')
  const heading = draft.title ?? ''
  const submit = () =>
    create.mutate({
      fields: {
        $title: heading.trim() || firstLine(draft.text) || `Note on ${title}`,
        ...(draft.text?.trim() && { $content: draft.text }),
      },
      relationships: link,
    })
  return (
    <FormFrame save={save} isPending={create.isPending} error={create.error} onSubmit={submit} onDone={onDone}>
      <TextInput
        aria-label="Title of the note"
        placeholder="Title"
        value={heading}
        onChange={(event) => onChange({ title: event.currentTarget.value })}
        autoFocus
      />
      <Input
        value={draft.text ?? null}
        onChange={(text) => onChange({ text: text as string })}
        configuration={{}}
        label="Note"
        hiddenLabel
      />
    </FormFrame>
  )
}

const titleMax = 80

/** A note without a title is called what it begins with. */
const firstLine = (text = '') =>
  text
    .split('\n')
    .map((line) => line.replace(/^[#>*\-\s]+/, '').trim())
    .find((line) => line !== '')
    ?.slice(0, titleMax)

const inputOf = (fields: readonly { key: string; valueType: Parameters<typeof viewOf>[0] }[], key: string) => {
  const field = fields.find((one) => one.key === key)
  if (!field) throw new Error(`there is no field ${key}`)
  return viewOf(field.valueType)
}

function TaskForm(props: FormProps) {
  const { draft, onChange, onDone, save, link } = props
  const { member } = useSession()
  const create = useCreate('task', props)
  const { fields, relationships } = useDefinitions(useType('task'))
  const { Input: Due } = inputOf(fields, '$dueAt')
  const assignedTo = relationships.find(({ key }) => key === '$assignedTo')
  const assignee = draft.assignee ?? member.id
  const submit = () =>
    create.mutate({
      fields: { $title: draft.title ?? '', $status: 'TODO', ...(draft.dueAt && { $dueAt: draft.dueAt }) },
      relationships: { ...link, $assignedTo: [assignee] },
    })
  return (
    <FormFrame save={save} isPending={create.isPending} error={create.error} onSubmit={submit} onDone={onDone}>
      <TextInput
        aria-label="What is to be done"
        placeholder="What is to be done?"
        required
        value={draft.title ?? ''}
        onChange={(event) => onChange({ title: event.currentTarget.value })}
        autoFocus
      />
      <div className={styles['pair']}>
        <Due
          value={draft.dueAt ?? null}
          onChange={(dueAt) => onChange({ dueAt: dueAt as string | null })}
          configuration={{}}
          label="Due"
        />
        {assignedTo && (
          <LinkInput definition={assignedTo} ids={[assignee]} onChange={([id]) => id && onChange({ assignee: id })} />
        )}
      </div>
    </FormFrame>
  )
}

const halfHourMs = 30 * 60_000

function MeetingForm(props: FormProps) {
  const { type, record, draft, onChange, onDone, save, title } = props
  const { member } = useSession()
  const create = useCreate('meeting', props)
  const { fields } = useDefinitions(useType('meeting'))
  const { Input: Start } = inputOf(fields, '$startDate')
  const known = useAddresses(type, record)
  const attendees = draft.attendees ?? known.slice(0, 1)
  const [start] = useState(() =>
    new Date(Math.floor((Date.now() - halfHourMs) / halfHourMs) * halfHourMs).toISOString(),
  )
  const startDate = draft.startDate ?? start
  const minutes = Number(draft.minutes ?? 30)
  const submit = () =>
    create.mutate({
      fields: {
        $title: draft.title?.trim() || `Meeting with ${title}`,
        $startDate: startDate,
        $endDate: new Date(Date.parse(startDate) + minutes * 60_000).toISOString(),
        $organizerEmail: member.email,
        $attendeeEmails: attendees,
        ...(draft.text?.trim() && { $description: draft.text }),
      },
    })
  return (
    <FormFrame save={save} isPending={create.isPending} error={create.error} onSubmit={submit} onDone={onDone}>
      <TextInput
        aria-label="What the meeting was about"
        placeholder={`Meeting with ${title}`}
        value={draft.title ?? ''}
        onChange={(event) => onChange({ title: event.currentTarget.value })}
        autoFocus
      />
      <div className={styles['pair']}>
        <Start
          value={startDate}
          onChange={(next) => onChange({ startDate: (next as string | null) ?? momentOf(start.slice(0, 10), '09:00') })}
          configuration={{}}
          label="Start"
          required
        />
        <TextInput
          type="number"
          label="Minutes"
          min={1}
          required
          value={draft.minutes ?? '30'}
          onChange={(event) => onChange({ minutes: event.currentTarget.value })}
        />
      </div>
      <TagsInput
        label="Attendees"
        description="The meeting is shown with the contacts and accounts of these addresses."
        placeholder={attendees.length === 0 ? 'jane@acme.com' : ''}
        value={attendees}
        onChange={(next) => onChange({ attendees: next })}
        data={known}
        acceptValueOnBlur
        clearable
      />
      <TextInput
        aria-label="What was said"
        placeholder="What was said"
        value={draft.text ?? ''}
        onChange={(event) => onChange({ text: event.currentTarget.value })}
      />
    </FormFrame>
  )
}
