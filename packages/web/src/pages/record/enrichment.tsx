import { ActionIcon, Anchor, Button, Group, Loader, Popover, Stack, Text, Tooltip } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { EnrichedValue, EnrichmentStart } from '@openfield/sdk'
import { IconWorldSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { messageOf } from '../../app/problem.tsx'
import { keys, queryClient } from '../../app/queries.ts'
import { client } from '../../app/server.ts'
import type { ShownType } from '../../records/object-types.ts'
import { exact, readable } from '../../values/moments.ts'
import styles from './record.module.css'
import { Section } from './shared.tsx'

/** How often a run that is under way is asked after. */
const askEveryMs = 1000

/** Which values of a record were looked up, and what is under way; undefined while that is not known. */
function useEnrichment(type: ShownType, id: string) {
  const { data } = useQuery({
    queryKey: keys.enrichment(id),
    queryFn: () => client.admin.enrichment.record(id),
    enabled: type.enriched === true,
    refetchInterval: ({ state }) => (state.data?.running ? askEveryMs : false),
  })
  return data
}

const refresh = (type: ShownType, id: string) =>
  Promise.all(
    [keys.enrichment(id), keys.record(type.name, id), keys.timeline(id)].map((queryKey) =>
      queryClient.invalidateQueries({ queryKey }),
    ),
  )

/** Does something about a record's enrichment and has everything that shows it read again; says what went wrong. */
async function change(type: ShownType, id: string, what: () => Promise<unknown>) {
  try {
    await what()
  } catch (error) {
    notifications.show({ color: 'red', title: 'That did not work', message: messageOf(error) })
  }
  await refresh(type, id)
}

/** Has looked up what a record lacks, or what is named. */
export const enrich = (type: ShownType, id: string, fields?: readonly string[]) =>
  change(type, id, async () => {
    const entitySlug = type.plural as 'accounts' | 'contacts'
    const start = await client.enrichmentRun.enrich(id, { entitySlug, ...(fields && { fields }) })
    const message = told[start.reason ?? start.status]
    if (message) notifications.show({ message })
  })

const told: Partial<Record<NonNullable<EnrichmentStart['reason']> | EnrichmentStart['status'], string>> = {
  no_targets: 'There is nothing to look up: nothing is missing.',
  no_operations: 'There is nothing to look up what is missing by: a website or an address at a company is needed.',
  already_running: 'It is being looked up already.',
}

const revert = (type: ShownType, id: string, run: string) =>
  change(type, id, async () => {
    const { reverted, left } = await client.admin.enrichment.revert(run)
    const kept = left.length === 0 ? '' : ` ${inAll(left.length)} had been changed since and stayed.`
    notifications.show({ message: `${inAll(reverted.length)} taken back.${kept}` })
  })

const inAll = (count: number) => (count === 1 ? '1 value' : `${count} values`)

/** What a source is called: the site, or the address that says it. */
const nameOfSource = (source: string) =>
  source.startsWith('mailto:') ? source.slice('mailto:'.length) : (URL.parse(source)?.host ?? source)

type Props = { type: ShownType; recordId: string }

/** Says that a record is being looked up, and afterwards what came of it. */
export function EnrichmentStatus({ type, recordId }: Props) {
  const running = useEnrichment(type, recordId)?.running
  const watched = useRef<string>(undefined)
  useEffect(() => {
    if (running) watched.current = running.id
    else if (watched.current !== undefined) {
      void tell(type, recordId, watched.current)
      watched.current = undefined
    }
  }, [running, type, recordId])
  return (
    <div role="status">
      {running && (
        <Group gap="xs">
          <Loader size={14} aria-hidden />
          <span className="muted">Looking up…</span>
        </Group>
      )}
    </div>
  )
}

async function tell(type: ShownType, recordId: string, id: string) {
  await refresh(type, recordId)
  const run = await client.admin.enrichment.run(id).catch(() => undefined)
  if (!run) return
  const filled = run.fields.filter(({ outcome }) => outcome === 'filled')
  if (filled.length === 0) {
    notifications.show({
      ...(run.status !== 'completed' && { color: 'yellow' }),
      title: run.status === 'completed' ? 'Looked up' : 'It could not be looked up',
      message: run.reason,
    })
    return
  }
  notifications.show({
    id,
    autoClose: 10_000,
    title: `${inAll(filled.length)} filled in`,
    message: (
      <>
        {filled.map(({ label }) => label).join(', ')}
        <br />
        <Button
          variant="light"
          mt={6}
          onClick={() => {
            notifications.hide(id)
            void revert(type, recordId, id)
          }}
        >
          Take back
        </Button>
      </>
    ),
  })
}

/** A sign beside a value that was looked up, which says where and when. */
export function EnrichedSign({ type, recordId, fieldKey }: Props & { fieldKey: string }) {
  const [opened, setOpened] = useState(false)
  const value = useEnrichment(type, recordId)?.fields.find(({ key }) => key === fieldKey)
  if (!value?.source || !value.foundAt) return null
  const label = `${value.label} was looked up`
  const close = (then: Promise<void>) => {
    setOpened(false)
    void then
  }
  return (
    <Popover opened={opened} onChange={setOpened} position="right-start" width={300} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Tooltip
          label={`${nameOfSource(value.source)}, ${readable(value.foundAt)}`}
          disabled={opened}
          events={{ hover: true, focus: true, touch: true }}
        >
          <ActionIcon
            variant="subtle"
            color="gray"
            size="xs"
            className={styles['sign'] ?? ''}
            aria-label={label}
            onClick={() => setOpened(!opened)}
          >
            <IconWorldSearch size={13} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={label} tabIndex={-1}>
        <Stack gap="xs">
          <Text size="sm">
            <Source value={value} />
          </Text>
          <Group gap="xs">
            <Button variant="default" size="compact-sm" onClick={() => close(enrich(type, recordId, [value.name]))}>
              Look up again
            </Button>
            <Button variant="default" size="compact-sm" onClick={() => close(revert(type, recordId, value.runId))}>
              Take back
            </Button>
          </Group>
          <Text size="xs" className="muted">
            Taking back gives every field that was looked up at the same time what it had before.
          </Text>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}

/** Where a value was found, with a way there, and when. */
function Source({ value: { source, foundAt } }: { value: EnrichedValue }): ReactNode {
  const at = foundAt ?? ''
  const name = nameOfSource(source ?? '')
  return (
    <>
      Found{' '}
      {source?.startsWith('http') ? (
        <>
          on{' '}
          <Anchor href={source} target="_blank" rel="noreferrer noopener" underline="always" inherit>
            {name}
          </Anchor>
        </>
      ) : (
        `by ${name}`
      )}
      {', '}
      <time dateTime={at} title={exact(at)}>
        {readable(at)}
      </time>
    </>
  )
}

/** What was found and waits for somebody to decide. */
export function Suggestions({ type, recordId }: Props) {
  const suggestions = useEnrichment(type, recordId)?.suggestions ?? []
  if (suggestions.length === 0) return null
  return (
    <Section title="Suggestions" count={suggestions.length}>
      <ul className={styles['rows']}>
        {suggestions.map((value) => (
          <li key={value.key} className={styles['suggestion']}>
            <div>
              <span className="muted">{value.label}</span>{' '}
              <strong>{value.valueText ?? nameOfSource(value.source ?? '')}</strong>
              <Text size="xs" className="muted">
                <Source value={value} />
              </Text>
            </div>
            <Group gap="xs">
              <Button
                size="compact-sm"
                variant="light"
                aria-label={`Accept ${value.label}`}
                onClick={() =>
                  void change(type, recordId, () => client.admin.enrichment.accept(value.runId, value.name))
                }
              >
                Accept
              </Button>
              <Button
                size="compact-sm"
                variant="default"
                aria-label={`Dismiss ${value.label}`}
                onClick={() =>
                  void change(type, recordId, () => client.admin.enrichment.dismiss(value.runId, value.name))
                }
              >
                Dismiss
              </Button>
            </Group>
          </li>
        ))}
      </ul>
    </Section>
  )
}
