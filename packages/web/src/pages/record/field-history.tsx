import { ActionIcon, Button, Popover, Text } from '@mantine/core'
import { IconHistory } from '@tabler/icons-react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { messageOf } from '../../app/problem.tsx'
import { operationsOf, type ShownType } from '../../records/object-types.ts'
import type { FieldDefinition } from '../../records/record.ts'
import { viewOf } from '../../values/index.ts'
import { exact, readable } from '../../values/moments.ts'
import styles from './record.module.css'
import { useAuthors } from './use-timeline.ts'

type Props = { type: ShownType; recordId: string; definition: FieldDefinition }

/** The values that a field has had, with when they came and from whom. */
export function FieldHistory({ type, recordId, definition }: Props) {
  const [opened, setOpened] = useState(false)
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="right-start"
      width={300}
      shadow="md"
      trapFocus
      returnFocus
      withinPortal
    >
      <Popover.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="xs"
          className={styles['clock'] ?? ''}
          aria-label={`History of ${definition.label}`}
          onClick={() => setOpened(!opened)}
        >
          <IconHistory size={13} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={`History of ${definition.label}`} className={styles['history'] ?? ''} tabIndex={-1}>
        {opened && <Entries type={type} recordId={recordId} definition={definition} />}
      </Popover.Dropdown>
    </Popover>
  )
}

const pageSize = 20

function Entries({ type, recordId, definition }: Props) {
  const history = useInfiniteQuery({
    queryKey: ['record', type.name, recordId, 'history', definition.key],
    queryFn: ({ pageParam }) =>
      operationsOf(type).fieldHistory(recordId, definition.key, {
        limit: pageSize,
        ...(pageParam && { after: pageParam }),
      }) as Promise<Awaited<ReturnType<ReturnType<typeof operationsOf>['fieldHistory']>>>,
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  })
  const authorOf = useAuthors(recordId)
  const { Line } = viewOf(definition.valueType)
  if (history.error) return <Text c="var(--of-danger)">{messageOf(history.error)}</Text>
  const entries = history.data?.pages.flatMap(({ data }) => data)
  if (!entries) return <Text className="muted">Reading…</Text>
  return (
    <>
      <Text fw={600} size="sm" mb={4}>
        History of {definition.label}
      </Text>
      {entries.length === 0 && <Text className="muted">It has never had a value.</Text>}
      <ol className={styles['entries']}>
        {entries.map(({ value, recordedAt }) => (
          <li key={recordedAt}>
            <div className={styles['was']}>
              {value === null ? (
                <span className="muted">Cleared</span>
              ) : (
                <Line value={value} configuration={definition.typeConfiguration} />
              )}
            </div>
            <div className="muted">
              <time dateTime={recordedAt} title={exact(recordedAt)}>
                {readable(recordedAt)}
              </time>
              {authorOf(recordedAt) && ` · ${authorOf(recordedAt)}`}
            </div>
          </li>
        ))}
      </ol>
      {history.hasNextPage && (
        <Button variant="subtle" size="compact-xs" onClick={() => void history.fetchNextPage()}>
          Show earlier values
        </Button>
      )}
    </>
  )
}
