import { Button, Group, Tabs, TagsInput, Text, TextInput } from '@mantine/core'
import { IconCalendarEvent, IconCheckbox, IconNote } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { messageOf } from '../../app/problem.tsx'
import { queryClient } from '../../app/queries.ts'
import { client } from '../../app/server.ts'
import { useSession } from '../../app/session.tsx'
import { LinkInput } from '../../records/link-input.tsx'
import { operationsOf, type ShownType, useDefinitions, useType } from '../../records/object-types.ts'
import type { AnyRecord } from '../../records/record.ts'
import type { Relation } from '../../records/relations.ts'
import { viewOf } from '../../values/index.ts'
import { momentOf } from '../../values/moments.ts'
import { useDraft, type Writing } from './draft.ts'
import styles from './record.module.css'

type Props = { type: ShownType; record: AnyRecord; title: string; relations: readonly Relation[] }

/** What can be written about a record, in the order of the tabs. */
const tabs = [
  { name: 'note', label: 'Note', icon: IconNote, save: 'Save note' },
  { name: 'task', label: 'Task', icon: IconCheckbox, save: 'Add task' },
  { name: 'meeting', label: 'Meeting', icon: IconCalendarEvent, save: 'Log meeting' },
] as const

type TabName = (typeof tabs)[number]['name']

/** Where one writes a note, adds a task or logs a meeting, which is then linked to the record. A draft survives a reload. */
export function Composer({ type, record, title, relations }: Props) {
  const { draft, change, clear } = useDraft(record.id)
  const possible = tabs.filter(({ name }) =>
    relations.some((relation) => relation.type.name === name && relation.far.length > 0),
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

type FormProps = {
  type: ShownType
  record: AnyRecord
  title: string
  link: Record<string, string[]>
  draft: Writing
  onChange(part: Writing): void
  onDone(): void
  save: string
}

const forms: Readonly<Record<TabName, (props: FormProps) => React.ReactNode>> = {
  note: NoteForm,
  task: TaskForm,
  meeting: MeetingForm,
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

type FrameProps = {
  children: React.ReactNode
  save: string
  isPending: boolean
  error: Error | null
  onSubmit(): void
  onDone(): void
}

/** A form that Ctrl or ⌘ and Enter sends. */
function Frame({ children, save, isPending, error, onSubmit, onDone }: FrameProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isPending) onSubmit()
  }
  return (
    <form
      className={styles['form']}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event)
      }}
    >
      {children}
      {error && (
        <Text size="sm" c="var(--of-danger)" role="alert">
          {messageOf(error)}
        </Text>
      )}
      <Group justify="flex-end" gap="xs">
        <span className={`muted ${styles['hint']}`}>Ctrl+Enter saves</span>
        <Button variant="default" onClick={onDone}>
          Discard
        </Button>
        <Button type="submit" loading={isPending}>
          {save}
        </Button>
      </Group>
    </form>
  )
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
    <Frame save={save} isPending={create.isPending} error={create.error} onSubmit={submit} onDone={onDone}>
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
    </Frame>
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
    <Frame save={save} isPending={create.isPending} error={create.error} onSubmit={submit} onDone={onDone}>
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
    </Frame>
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
    <Frame save={save} isPending={create.isPending} error={create.error} onSubmit={submit} onDone={onDone}>
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
    </Frame>
  )
}

/** The addresses of the people who have to do with a record: itself, or the contacts it is linked to. */
function useAddresses(type: ShownType, record: AnyRecord): string[] {
  const own = addressesOf(record)
  const { relationships } = useDefinitions(type)
  const linked = relationships
    .filter(({ objectType }) => objectType === 'contact')
    .flatMap(({ key }) => record.relationships?.[key]?.values ?? [])
    .slice(0, 25)
  const { data = [] } = useQuery({
    queryKey: ['record', type.name, record.id, 'addresses', linked.join(' ')],
    queryFn: () => Promise.all(linked.map((id) => client.contact.retrieve(id))),
    enabled: own.length === 0 && linked.length > 0,
  })
  return [...new Set([...own, ...data.flatMap((contact) => addressesOf(contact as AnyRecord))])]
}

function addressesOf({ fields }: AnyRecord): string[] {
  const addresses = fields['$email']?.value
  return [...new Set(Array.isArray(addresses) ? (addresses as string[]) : [])]
}
