import { ActionIcon, Button, Group, Popover, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconLinkPlus, IconPlus, IconX } from '@tabler/icons-react'
import { keepPreviousData, useMutation, useQueries } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Suspense, useState } from 'react'
import { openCreate } from '../../app/create-dialog.tsx'
import { messageOf } from '../../app/problem.tsx'
import { keys, queryClient } from '../../app/queries.ts'
import { client } from '../../app/server.ts'
import { factsOf } from '../../records/facts.ts'
import { LinkPicker } from '../../records/link-picker.tsx'
import { keepNames } from '../../records/names.ts'
import { operationsOf, recordPath, type ShownType, useDefinitions } from '../../records/object-types.ts'
import type { AnyRecord, FieldDefinition } from '../../records/record.ts'
import type { FarEnd, Relation } from '../../records/relations.ts'
import { titleText } from '../../records/titles.ts'
import { viewOf } from '../../values/index.ts'
import { memberLists } from './members-of-lists.ts'
import styles from './record.module.css'
import { Section } from './shared.tsx'

/** Whether the records of a relationship are shown as a group of their own, rather than among the fields. */
export const isGroup = ({ relationship, far, type }: Relation) =>
  relationship.cardinality === 'HAS_MANY' && (far.length > 0 || memberLists[relationship.key]?.type === type.name)

/** How records of a relationship are linked: from this end or, where that is read only, from the other. */
export type Linking = {
  link(recordId: string, otherId: string): Promise<unknown>
  unlink?(recordId: string, otherId: string): Promise<unknown>
  /** What a new record at the other end begins with, so that it is linked. */
  given(recordId: string): Record<string, readonly string[]>
  /** What is left to do when it has been made. */
  afterwards?(recordId: string, otherId: string): Promise<unknown>
}

/** How a relationship is written; undefined when neither end can. */
export function linkingOf({ relationship, far }: Relation, type: ShownType): Linking | undefined {
  const end = far.find((one) => isWritable(one.type, one.relationship))
  if (!isWritable(type, relationship)) return end && throughFarEnd(end)
  const change = (id: string, how: 'add' | 'remove', other: string) =>
    operationsOf(type).update(id, { relationships: { [relationship.key]: { [how]: other } } })
  return {
    link: (id, other) => change(id, 'add', other),
    unlink: (id, other) => change(id, 'remove', other),
    given: (id) => (end ? { [end.relationship.key]: [id] } : {}),
    ...(!end && { afterwards: (id, other) => change(id, 'add', other) }),
  }
}

const isWritable = ({ verbs }: ShownType, { readOnly, createOnly }: Relation['relationship']) =>
  verbs.includes('update') && !readOnly && !createOnly

function throughFarEnd({ type, relationship: { key, cardinality, required } }: FarEnd): Linking {
  const isOne = cardinality === 'HAS_ONE'
  const change = (other: string, how: object) => operationsOf(type).update(other, { relationships: { [key]: how } })
  return {
    link: (id, other) => change(other, isOne ? { replace: id } : { add: id }),
    ...(!required && { unlink: (id, other) => change(other, isOne ? { replace: null } : { remove: id }) }),
    given: (id) => ({ [key]: [id] }),
  }
}

/** Has a new record made that is linked to this one. */
export const create = (relation: Relation, type: ShownType, recordId: string) => {
  const linking = linkingOf(relation, type)
  openCreate({
    type: relation.type.name,
    relationships: linking?.given(recordId) ?? {},
    async onCreated({ id }) {
      await linking?.afterwards?.(recordId, id)
      await reread(relation, type, recordId)
    },
  })
}

const reread = ({ type: other }: Relation, type: ShownType, recordId: string) =>
  Promise.all([
    queryClient.invalidateQueries({ queryKey: keys.records(other.name) }),
    queryClient.invalidateQueries({ queryKey: keys.record(type.name, recordId) }),
    queryClient.invalidateQueries({ queryKey: keys.timeline(recordId) }),
  ])

const shownAtFirst = 5

type Props = { type: ShownType; record: AnyRecord; relation: Relation }

/** The records that a relationship leads to: the newest, each with what says most about it, and the way to all. */
export function Related({ type, record, relation }: Props) {
  const { relationship, type: other } = relation
  const { fields } = useDefinitions(other)
  const { records, total, error } = useRelated(record.id, relation, fields)
  const linking = linkingOf(relation, type)
  const refresh = () => reread(relation, type, record.id)
  const unlink = useMutation({
    mutationFn: (id: string) => linking?.unlink?.(record.id, id) ?? Promise.resolve(),
    onSuccess: refresh,
    onError: (problem) =>
      notifications.show({ color: 'red', title: 'It is still linked', message: messageOf(problem) }),
  })
  const mayCreate = linking && other.verbs.includes('create')
  return (
    <Section
      title={relationship.label}
      count={total}
      action={
        <Group gap={2} wrap="nowrap">
          {linking && <Linker relation={relation} linking={linking} recordId={record.id} onLinked={refresh} />}
          {mayCreate && (
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`New ${other.label.toLowerCase()} in ${relationship.label}`}
              onClick={() => create(relation, type, record.id)}
            >
              <IconPlus size={15} aria-hidden />
            </ActionIcon>
          )}
        </Group>
      }
    >
      {error && <Text c="var(--of-danger)">{messageOf(error)}</Text>}
      {total === 0 && (
        <Text size="sm" className="muted">
          None yet
        </Text>
      )}
      <ul className={styles['rows']}>
        {records.map((one) => (
          <Row
            key={one.id}
            type={other}
            record={one}
            fields={fields}
            onUnlink={linking?.unlink && (() => unlink.mutate(one.id))}
          />
        ))}
      </ul>
      {total !== undefined && total > records.length && (
        <ShowAll relation={relation} recordId={record.id} total={total} />
      )}
    </Section>
  )
}

/** A union has a list for each of its parts: a record in several of them is shown once. */
function useRelated(recordId: string, { relationship, type, far }: Relation, fields: readonly FieldDefinition[]) {
  const shown = [...type.title, ...factsOf(type.name, fields).map(({ key }) => key)]
  const members = memberLists[relationship.key]
  const sources = far.length > 0 ? far.map((end) => end.relationship.key) : ['members']
  const answers = useQueries({
    queries: sources.map((key) => ({
      queryKey: keys.records(type.name, 'of', recordId, key),
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        if (far.length === 0 && members) return members.list(recordId, shownAtFirst)
        const page = await client.admin.records.list(
          type.name,
          { filter: { [`${key}[equal]`]: recordId }, limit: shownAtFirst, fields: shown },
          { signal },
        )
        keepNames(page.names)
        return page
      },
      placeholderData: keepPreviousData,
    })),
  })
  const pages = answers.flatMap(({ data }) => data ?? [])
  const records = new Map(
    pages.flatMap(({ data }) => data as readonly AnyRecord[]).map((record) => [record.id, record]),
  )
  const isWhole = pages.length === sources.length
  const isShort = pages.every(({ data, totalCount }) => totalCount === data.length)
  const total = isShort ? records.size : pages.reduce((sum, { totalCount }) => sum + totalCount, 0)
  return {
    records: [...records.values()],
    total: isWhole ? total : undefined,
    error: answers.find(({ error }) => error !== null)?.error,
  }
}

type RowProps = {
  type: ShownType
  record: AnyRecord
  fields: readonly FieldDefinition[]
  onUnlink: (() => void) | undefined
}

function Row({ type, record, fields, onUnlink }: RowProps) {
  const title = titleText(type, record)
  const facts = factsOf(type.name, fields).filter(({ key }) => !type.title.includes(key))
  return (
    <li className={styles['item']}>
      <div className={styles['about']}>
        {type.verbs.includes('retrieve') ? <Link to={recordPath(type, record.id)}>{title}</Link> : title}
        <span className={styles['said']}>
          {facts.map(({ key, valueType, typeConfiguration }) => {
            const value = record.fields[key]?.value
            const { Line } = viewOf(valueType)
            return value === null || value === undefined || (Array.isArray(value) && value.length === 0) ? null : (
              <span key={key}>
                <Line value={value} configuration={typeConfiguration} />
              </span>
            )
          })}
        </span>
      </div>
      {onUnlink && (
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          className={styles['unlink'] ?? ''}
          aria-label={`Unlink ${title}`}
          onClick={onUnlink}
        >
          <IconX size={13} aria-hidden />
        </ActionIcon>
      )}
    </li>
  )
}

type ShowAllProps = { relation: Relation; recordId: string; total: number }

/** The way to the list of the other type, filtered by the record. */
const ShowAll = ({ relation: { type, far }, recordId, total }: ShowAllProps) => (
  <Group gap="xs">
    {far.map(({ relationship }) => (
      <Button
        key={relationship.key}
        variant="subtle"
        size="compact-xs"
        component={Link}
        to={`/${type.plural}`}
        search={{ [`${relationship.key}[equal]`]: recordId } as never}
      >
        {far.length === 1 ? `Show all ${total.toLocaleString()}` : `All as ${relationship.label.toLowerCase()}`}
      </Button>
    ))}
  </Group>
)

type LinkerProps = { relation: Relation; linking: Linking; recordId: string; onLinked(): Promise<unknown> }

/** Finds a record that is there, and links it. */
function Linker({ relation, linking, recordId, onLinked }: LinkerProps) {
  const [opened, setOpened] = useState(false)
  const link = useMutation({
    mutationFn: (id: string) => linking.link(recordId, id),
    async onSuccess() {
      setOpened(false)
      await onLinked()
    },
  })
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={300} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={`Link to ${relation.relationship.label}`}
          onClick={() => setOpened(!opened)}
        >
          <IconLinkPlus size={15} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p="xs" aria-label={`Link to ${relation.relationship.label}`}>
        {opened && (
          <Suspense>
            <LinkPicker
              definition={relation.relationship}
              ids={[]}
              onChange={([id]) => id && link.mutate(id)}
              error={link.error ? messageOf(link.error) : undefined}
            />
          </Suspense>
        )}
      </Popover.Dropdown>
    </Popover>
  )
}
