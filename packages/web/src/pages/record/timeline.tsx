import { Button, Group, SegmentedControl, Text } from '@mantine/core'
import { useIntersection } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import { messageOf } from '../../app/problem.tsx'
import type { ShownType } from '../../records/object-types.ts'
import type { AnyRecord, Definitions } from '../../records/record.ts'
import type { Relation } from '../../records/relations.ts'
import { Composer } from './composer.tsx'
import { dayOf, readableDay } from './days.ts'
import { TimelineEntry } from './entry.tsx'
import styles from './record.module.css'
import { Section } from './shared.tsx'
import { type Entry, useTimeline } from './use-timeline.ts'

type Props = {
  type: ShownType
  record: AnyRecord
  definitions: Definitions
  title: string
  relations: readonly Relation[]
}

/** The kinds of entries that one can look at alone; what is no record of its own is a change. */
const kinds = [
  { value: 'all', label: 'All' },
  { value: 'note', label: 'Notes' },
  { value: 'task', label: 'Tasks' },
  { value: 'meeting', label: 'Meetings' },
  { value: 'email', label: 'E-mails' },
  { value: 'message', label: 'Messages' },
  { value: 'file', label: 'Files' },
  { value: 'change', label: 'Changes' },
]

const kindOf = (entry: Entry) => ('record' in entry ? entry.kind : 'change')

/** What happened to a record and around it, newest first, and where one writes what happens next. */
export function Timeline({ type, record, definitions, title, relations }: Props) {
  const [kind, setKind] = useState('all')
  const timeline = useTimeline(record.id)
  const entries = timeline.entries?.filter((entry) => kind === 'all' || kindOf(entry) === kind)
  return (
    <Section title="Timeline">
      <Composer type={type} record={record} title={title} relations={relations} />
      <div className={styles['kinds']}>
        <SegmentedControl
          size="xs"
          aria-label="What to show"
          value={kind}
          onChange={setKind}
          data={kinds}
          withItemsBorders={false}
        />
      </div>
      {timeline.error && !entries && (
        <Group gap="xs" role="alert">
          <Text c="var(--of-danger)">{messageOf(timeline.error)}</Text>
          <Button variant="default" onClick={() => void timeline.refetch()}>
            Try again
          </Button>
        </Group>
      )}
      {entries?.length === 0 && !timeline.hasNextPage && (
        <Text size="sm" className="muted">
          {kind === 'all' ? 'Nothing has happened yet.' : 'Nothing of this kind yet.'} Write a note, add a task or log a
          meeting above: it stands here from then on.
        </Text>
      )}
      <ol className={styles['timeline']} aria-label="Timeline">
        {entries?.map((entry, index) => {
          const day = dayOf(entry.at)
          const isNew = index === 0 || dayOf(entries[index - 1]?.at ?? '') !== day
          return (
            <li key={`${entry.kind} ${entry.id}`}>
              {isNew && <h3 className={styles['day']}>{readableDay(entry.at)}</h3>}
              <TimelineEntry entry={entry} type={type} record={record} definitions={definitions} />
            </li>
          )
        })}
      </ol>
      {timeline.hasNextPage && (
        <More
          // What was filtered away fills no room, so that more is read until it does.
          key={`${kind} ${timeline.data?.pages.length}`}
          isBusy={timeline.isFetchingNextPage}
          onMore={() => void timeline.fetchNextPage()}
        />
      )}
    </Section>
  )
}

/** Reads more when one comes near the end, or when one asks. */
function More({ isBusy, onMore }: { isBusy: boolean; onMore(): void }) {
  const { ref, entry } = useIntersection({ rootMargin: '600px' })
  const isNear = entry?.isIntersecting ?? false
  // biome-ignore lint/correctness/useExhaustiveDependencies: coming near is what asks for more
  useEffect(() => {
    if (isNear && !isBusy) onMore()
  }, [isNear])
  return (
    <div ref={ref}>
      <Button variant="subtle" size="compact-xs" loading={isBusy} onClick={onMore}>
        Show earlier
      </Button>
    </div>
  )
}
