import { ActionIcon, Button, Group, Menu, Tooltip } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import {
  IconArrowsJoin2,
  IconChevronDown,
  IconChevronLeft,
  IconChevronRight,
  IconDots,
  IconEraser,
  IconHash,
  IconLink,
  IconPlus,
  IconTrash,
  IconWorldSearch,
} from '@tabler/icons-react'
import { Link, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { messageOf } from '../../app/problem.tsx'
import { queryClient } from '../../app/queries.ts'
import { useSession } from '../../app/session.tsx'
import { useShortcuts } from '../../app/shortcuts.ts'
import { factsOf } from '../../records/facts.ts'
import { iconOf } from '../../records/icons.ts'
import { EditableField } from '../../records/inline-edit.tsx'
import { operationsOf, recordPath, type ShownType } from '../../records/object-types.ts'
import type { AnyRecord, Definitions, FieldDefinition } from '../../records/record.ts'
import type { Relation } from '../../records/relations.ts'
import { viewOf } from '../../values/index.ts'
import { enrich } from './enrichment.tsx'
import { neighboursOf } from './neighbours.ts'
import styles from './record.module.css'
import { create, linkingOf } from './related.tsx'

const Erase = lazy(() => import('./erase.tsx').then(({ Erase }) => ({ default: Erase })))
const Merge = lazy(() => import('./merge.tsx').then(({ Merge }) => ({ default: Merge })))

type Props = {
  type: ShownType
  record: AnyRecord
  definitions: Definitions
  title: string
  relations: readonly Relation[]
}

/** The field that the title of a record is edited in; none when its name says nothing, or cannot be changed. */
export function titleFieldOf(type: ShownType, record: AnyRecord, { fields }: Definitions): FieldDefinition | undefined {
  const field = fields.find(({ key }) => key === type.title[0])
  const value = field && record.fields[field.key]?.value
  const isEditable = field && type.verbs.includes('update') && !field.readOnly && !field.createOnly
  return isEditable && value ? field : undefined
}

/** What the record is, in short, and what can be done with it. */
export function Head({ type, record, definitions, title, relations }: Props) {
  const Icon = iconOf(type.name)
  const titleField = titleFieldOf(type, record, definitions)
  const facts = factsOf(type.name, definitions.fields)
  return (
    <header className={styles['head']}>
      <div className={styles['bar']}>
        <Link to="/$plural" params={{ plural: type.plural }} className={styles['crumb'] ?? ''}>
          <Icon size={16} stroke={1.7} aria-hidden />
          {type.pluralLabel}
        </Link>
        <Actions type={type} record={record} definitions={definitions} title={title} relations={relations} />
      </div>
      <h1 className={styles['title']}>
        {titleField ? <EditableField record={record} type={type} definition={titleField} /> : title}
      </h1>
      <dl className={styles['facts']}>
        {facts.map(({ key, label, valueType, typeConfiguration }) => {
          const value = record.fields[key]?.value
          if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return null
          const { Line } = viewOf(valueType)
          return (
            <div key={key}>
              <dt>{label}</dt>
              <dd>
                <Line value={value} configuration={typeConfiguration} />
              </dd>
            </div>
          )
        })}
      </dl>
    </header>
  )
}

const undoMs = 10_000

function Actions({ type, record, definitions, title, relations }: Props) {
  const navigate = useNavigate()
  const { member } = useSession()
  const [isMerging, setMerging] = useState(false)
  const [isErasing, setErasing] = useState(false)
  const { previous, next } = neighboursOf(type.name, record.id)
  const can = (verb: ShownType['verbs'][number]) => type.verbs.includes(verb)
  const goTo = (id: string | undefined) => id && void navigate({ to: recordPath(type, id) })
  const creatable = relations.filter((relation) => relation.type.verbs.includes('create') && linkingOf(relation, type))

  const copy = (text: string, what: string) => {
    void navigator.clipboard.writeText(text).then(() => notifications.show({ message: `${what} copied` }))
  }
  const copyLink = () => copy(record.httpLink ?? location.href, 'Link')
  const merge = () => can('merge') && setMerging(true)
  const remove = async () => {
    if (!can('delete')) return
    try {
      await operationsOf(type).delete(record.id)
    } catch (error) {
      notifications.show({ color: 'red', title: `${title} was not deleted`, message: messageOf(error) })
      return
    }
    await navigate({ to: `/${type.plural}` })
    void queryClient.invalidateQueries({ queryKey: ['records', type.name] })
    offerUndo(type, record, title, () => goTo(record.id))
  }
  useShortcuts('On this page', [
    { keys: 'j', label: 'Next record', run: () => goTo(next) },
    { keys: 'k', label: 'Previous record', run: () => goTo(previous) },
    ...(can('merge') ? [{ keys: 'm', label: 'Merge', run: () => void merge() }] : []),
    { keys: 'mod+shift+l', label: 'Copy the link', run: copyLink },
    ...(can('delete') ? [{ keys: 'mod+backspace', label: 'Delete', run: () => void remove() }] : []),
  ])
  return (
    <Group gap={4} wrap="nowrap">
      {(previous ?? next) && (
        <>
          <Step label="Previous record" hint="K" id={previous} onStep={goTo} icon={IconChevronLeft} />
          <Step label="Next record" hint="J" id={next} onStep={goTo} icon={IconChevronRight} />
        </>
      )}
      {creatable.length > 0 && (
        <Menu position="bottom-end" width={220}>
          <Menu.Target>
            <Button
              variant="default"
              leftSection={<IconPlus size={14} aria-hidden />}
              rightSection={<IconChevronDown size={14} aria-hidden />}
            >
              Create
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {creatable.map((relation) => {
              const Icon = iconOf(relation.type.name)
              return (
                <Menu.Item
                  key={relation.relationship.key}
                  leftSection={<Icon size={15} stroke={1.7} aria-hidden />}
                  onClick={() => create(relation, type, record.id)}
                >
                  {relation.type.label}
                </Menu.Item>
              )
            })}
          </Menu.Dropdown>
        </Menu>
      )}
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label="More actions">
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconLink size={15} aria-hidden />}
            rightSection={<Keys>Ctrl ⇧ L</Keys>}
            onClick={copyLink}
          >
            Copy link
          </Menu.Item>
          <Menu.Item leftSection={<IconHash size={15} aria-hidden />} onClick={() => copy(record.id, 'Id')}>
            Copy id
          </Menu.Item>
          {type.enriched && can('update') && (
            <Menu.Item
              leftSection={<IconWorldSearch size={15} aria-hidden />}
              onClick={() => void enrich(type, record.id)}
            >
              Look up what is missing
            </Menu.Item>
          )}
          {can('merge') && (
            <Menu.Item
              leftSection={<IconArrowsJoin2 size={15} aria-hidden />}
              rightSection={<Keys>M</Keys>}
              onClick={merge}
            >
              Merge a duplicate…
            </Menu.Item>
          )}
          {can('delete') && (
            <>
              <Menu.Divider />
              <Menu.Item
                color="var(--of-danger)"
                leftSection={<IconTrash size={15} aria-hidden />}
                rightSection={<Keys>Ctrl ⌫</Keys>}
                onClick={() => void remove()}
              >
                Delete
              </Menu.Item>
            </>
          )}
          {can('update') && member.role === 'admin' && (
            <Menu.Item
              color="var(--of-danger)"
              leftSection={<IconEraser size={15} aria-hidden />}
              onClick={() => setErasing(true)}
            >
              Erase…
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Suspense>
        {isErasing && (
          <Erase
            type={type}
            record={record}
            title={title}
            definitions={definitions}
            onClose={() => setErasing(false)}
          />
        )}
      </Suspense>
      <Suspense>{isMerging && <Merge type={type} primary={record} onClose={() => setMerging(false)} />}</Suspense>
    </Group>
  )
}

const Keys = ({ children }: { children: string }) => (
  <span className="muted" aria-hidden>
    {children}
  </span>
)

type StepProps = {
  label: string
  hint: string
  id: string | undefined
  onStep(id: string | undefined): void
  icon: typeof IconChevronLeft
}

const Step = ({ label, hint, id, onStep, icon: Icon }: StepProps) => (
  <Tooltip label={`${label} (${hint})`}>
    <ActionIcon variant="subtle" color="gray" size={30} aria-label={label} disabled={!id} onClick={() => onStep(id)}>
      <Icon size={16} aria-hidden />
    </ActionIcon>
  </Tooltip>
)

/** Tells that a record is in the trash now, with the way back. */
function offerUndo(type: ShownType, { id }: AnyRecord, title: string, onBack: () => void) {
  const undo = async () => {
    notifications.hide(id)
    try {
      await operationsOf(type).restore(id)
      onBack()
    } catch (error) {
      notifications.show({ color: 'red', title: `${title} was not restored`, message: messageOf(error) })
    }
  }
  notifications.show({
    id,
    autoClose: undoMs,
    title: `${title} is in the trash`,
    message: (
      <Button variant="light" mt={6} onClick={() => void undo()}>
        Undo
      </Button>
    ),
  })
}
