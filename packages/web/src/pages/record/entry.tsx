import { ActionIcon, Checkbox, Text } from '@mantine/core'
import { IconFile, IconHistory, IconPencil } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { type ReactNode, Suspense, useState } from 'react'
import { save, useEdited } from '../../app/saves.ts'
import { iconOf } from '../../records/icons.ts'
import { EditableField } from '../../records/inline-edit.tsx'
import { recordPath, type ShownType, useDefinitions, useType } from '../../records/object-types.ts'
import type { AnyRecord, Definitions } from '../../records/record.ts'
import { RecordLink } from '../../records/record-link.tsx'
import { viewOf } from '../../values/index.ts'
import { exact } from '../../values/moments.ts'
import { ActorName } from './actor-name.tsx'
import { timeText } from './days.ts'
import { download, sizeText } from './downloads.ts'
import { EmailHead, EmailText } from './email-entry.tsx'
import styles from './record.module.css'
import { type Entry, nameOfActor } from './use-timeline.ts'

type Props = { entry: Entry; type: ShownType; record: AnyRecord; definitions: Definitions }

/** One thing that happened: a change of the record, or a record that has to do with it. */
export function TimelineEntry(props: Props) {
  const { entry } = props
  if (!('record' in entry)) return <Changes {...props} entry={entry} />
  if (entry.kind === 'file') return <FileEntry entry={entry} />
  if (entry.kind === 'email') {
    return (
      <Suspense>
        <Frame icon={iconOf('email')} at={entry.at} head={<EmailHead email={entry.record} />}>
          <EmailText email={entry.record} />
        </Frame>
      </Suspense>
    )
  }
  return (
    <Suspense>
      <Around entry={entry} />
    </Suspense>
  )
}

type FrameProps = {
  icon: ReturnType<typeof iconOf>
  at: string
  head: ReactNode
  action?: ReactNode
  children?: ReactNode
}

function Frame({ icon: Icon, at, head, action, children }: FrameProps) {
  return (
    <article className={styles['entry']}>
      <span className={styles['mark']}>
        <Icon size={14} stroke={1.7} aria-hidden />
      </span>
      <div className={styles['happened']}>
        <div className={styles['line']}>
          <div className={styles['told']}>{head}</div>
          {action}
          <time dateTime={at} title={exact(at)} className={styles['time']}>
            {timeText(at)}
          </time>
        </div>
        {children}
      </div>
    </article>
  )
}

type ChangeEntry = Exclude<Entry, { record: unknown }>

const verbs: Readonly<Record<ChangeEntry['kind'], string>> = {
  created: 'created it',
  updated: 'changed',
  trashed: 'moved it to the trash',
  restored: 'restored it',
  merged: 'merged a duplicate into it',
}

/** More are counted: which, is said below. */
const namedMost = 3

function Changes({ entry, definitions, type }: Omit<Props, 'entry'> & { entry: ChangeEntry }) {
  const { kind, changes = [], links = [] } = entry
  const isCreation = kind === 'created'
  const labels = [...changes, ...links].map(({ label }) => label)
  const isOne = kind === 'updated' && labels.length === 1
  const what = kind === 'updated' ? (labels.length > namedMost ? `${labels.length} fields` : labels.join(', ')) : ''
  return (
    <Frame
      icon={IconHistory}
      at={entry.at}
      head={
        <>
          <strong>
            <ActorName actor={entry.actor} />
          </strong>{' '}
          {isCreation ? `created this ${type.label.toLowerCase()}` : verbs[kind]} {what}
        </>
      }
    >
      {!isCreation && (
        <ul className={styles['changes']}>
          {changes.map((change) => (
            <li key={change.key}>
              {!isOne && <span className="muted">{change.label}: </span>}
              <Said change={change} which="before" definitions={definitions} />
              <span aria-hidden> → </span>
              <span className="visually-hidden"> became </span>
              <Said change={change} which="after" definitions={definitions} />
            </li>
          ))}
          {links.map(({ key, label, added, removed }) => (
            <li key={key}>
              {!isOne && <span className="muted">{label}: </span>}
              {added.length > 0 && <Linked verb="linked" links={added} />}
              {removed.length > 0 && <Linked verb="unlinked" links={removed} />}
            </li>
          ))}
        </ul>
      )}
    </Frame>
  )
}

type Change = NonNullable<ChangeEntry['changes']>[number]

/** A value that a field had, as it is shown elsewhere; what belongs to a field that is no more, in words. */
function Said({ change, which, definitions }: { change: Change; which: 'before' | 'after'; definitions: Definitions }) {
  const value = change[which]
  const field = definitions.fields.find(({ key }) => key === change.key)
  if (value === null || value === undefined) return <span className="muted">empty</span>
  if (!field) return <span>{change[`${which}Text`] ?? ''}</span>
  const { Line } = viewOf(field.valueType)
  return (
    <span className={styles['value']}>
      <Line value={value} configuration={field.typeConfiguration} />
    </span>
  )
}

type LinkedRecords = NonNullable<ChangeEntry['links']>[number]['added']

const Linked = ({ verb, links }: { verb: string; links: LinkedRecords }) => (
  <span className={styles['linked']}>
    <span className="muted">{verb}</span>
    {links.map(({ id, title, objectType }) => (
      <RecordLink key={id} id={id} objectType={objectType} name={title ?? undefined} />
    ))}
  </span>
)

type FileEntryProps = { entry: Extract<Entry, { kind: 'file' }> }

const FileEntry = ({ entry: { at, actor, record: file } }: FileEntryProps) => (
  <Frame
    icon={IconFile}
    at={at}
    head={
      <>
        <strong>{nameOfActor(actor)}</strong> attached{' '}
        <button type="button" className={styles['name']} title={file.filename} onClick={() => void download(file)}>
          {file.filename}
        </button>{' '}
        <span className="muted">{sizeText(file.sizeBytes)}</span>
      </>
    }
  />
)

/** What is shown of records of each type that stand in timelines: its long text, and facts in its head. */
const shownOf: Readonly<Record<string, { verb: string; body: string; facts: readonly string[] }>> = {
  note: { verb: 'wrote', body: '$content', facts: [] },
  task: { verb: 'added the task', body: '$description', facts: ['$status', '$dueAt'] },
  meeting: { verb: 'logged the meeting', body: '$description', facts: [] },
  message: { verb: 'wrote', body: '$text', facts: [] },
}

type AroundProps = { entry: Exclude<Extract<Entry, { record: unknown }>, { kind: 'file' | 'email' }> }

function Around({ entry }: AroundProps) {
  const type = useType(entry.kind)
  const record = useEdited(entry.record as AnyRecord)
  const { fields } = useDefinitions(type)
  const [isEditing, setEditing] = useState(false)
  const { verb, body, facts } = shownOf[entry.kind] ?? { verb: '', body: '', facts: [] }
  const field = fields.find(({ key }) => key === body)
  const title = fields.find(({ key }) => key === type.title[0])
  const mayEdit = type.verbs.includes('update') && record.accessLevel !== 'METADATA' && field && !field.createOnly
  const Shown = field && (viewOf(field.valueType).Whole ?? viewOf(field.valueType).Line)
  const text = field && record.fields[field.key]?.value
  return (
    <Frame
      icon={iconOf(type.name)}
      at={entry.at}
      head={
        <>
          <strong>{authorOf(entry)}</strong> <span className="muted">{verb}</span>{' '}
          {entry.kind !== 'message' && <Link to={recordPath(type, record.id)}>{entry.record.title}</Link>}
          {facts.map((key) => (
            <Fact key={key} record={record} definitions={{ fields, relationships: [] }} name={key} />
          ))}
        </>
      }
      action={
        mayEdit && (
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={`Edit ${entry.record.title}`}
            aria-pressed={isEditing}
            onClick={() => setEditing(!isEditing)}
          >
            <IconPencil size={13} aria-hidden />
          </ActionIcon>
        )
      }
    >
      {entry.kind === 'task' && <Done type={type} record={record} title={entry.record.title} />}
      {isEditing && field && title ? (
        <div className={styles['inplace']}>
          <EditableField record={record} type={type} definition={title} />
          <EditableField record={record} type={type} definition={field} />
        </div>
      ) : (
        Shown &&
        field &&
        text !== null &&
        text !== undefined && (
          <div className={styles['text']}>
            <Shown value={text} configuration={field.typeConfiguration} />
          </div>
        )
      )}
      {record.accessLevel === 'METADATA' && (
        <Text size="sm" className="muted">
          What was said is for those who took part.
        </Text>
      )}
    </Frame>
  )
}

/** A message is from whoever sent it, everything else from whoever entered it. */
function authorOf({ kind, actor, record }: AroundProps['entry']): string {
  const sender = kind === 'message' ? (record as AnyRecord).fields['$senderName']?.value : undefined
  return typeof sender === 'string' && sender !== '' ? sender : nameOfActor(actor)
}

function Fact({ record, definitions, name }: { record: AnyRecord; definitions: Definitions; name: string }) {
  const field = definitions.fields.find(({ key }) => key === name)
  const value = record.fields[name]?.value
  if (!field || value === null || value === undefined) return null
  const { Line } = viewOf(field.valueType)
  return (
    <span className={styles['value']}>
      {' '}
      <Line value={value} configuration={field.typeConfiguration} />
    </span>
  )
}

const [toDo, complete] = ['TODO', 'COMPLETE']

/** Ticks a task off, and takes that back. */
function Done({ type, record, title }: { type: ShownType; record: AnyRecord; title: string }) {
  const before = record.fields['$status']?.value
  const isDone = before === complete
  const tick = () =>
    void save({
      ...{ objectType: type.name, recordId: record.id, title, label: 'Status', part: 'fields', key: '$status', before },
      value: isDone ? toDo : complete,
    })
  return (
    <Checkbox
      size="xs"
      label={isDone ? 'Done' : 'Mark as done'}
      aria-label={`${title}: done`}
      checked={isDone}
      onChange={tick}
    />
  )
}
