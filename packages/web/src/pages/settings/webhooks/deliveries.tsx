import { Button, Group, Select, Table, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { Delivery, DeliveryAttempt, Webhook, WorkflowRunStatus } from '@openfield/sdk'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Fragment, useState } from 'react'
import { ProblemView } from '../../../app/problem.tsx'
import { client } from '../../../app/server.ts'
import { exact, readable } from '../../../values/moments.ts'
import { useChange } from '../parts.tsx'
import settings from '../settings.module.css'
import { durationText } from '../workflows/lengths.ts'
import { ReplayFailed } from '../workflows/replay-failed.tsx'
import { Answer } from '../workflows/run.tsx'
import { Cause, State } from '../workflows/runs.tsx'
import { allStates, isOver, isTriedAgain, states } from '../workflows/states.ts'
import styles from '../workflows/workflows.module.css'
import { deliveriesQuery, webhooksKey } from './queries.ts'

/** What became of everything that a webhook was told, followed while it goes on. */
export function Deliveries({ webhook: { id, failingSince } }: { webhook: Webhook }) {
  const [status, setStatus] = useState<WorkflowRunStatus>()
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    ...deliveriesQuery(id, status),
    placeholderData: keepPreviousData,
  })
  const replayFailed = useChange(
    (since: string) => client.admin.webhooks.replayFailed(id, { since }),
    [webhooksKey],
    ({ count }) => notifications.show({ message: `${count.toLocaleString()} deliveries are tried again.` }),
  )
  if (error) return <ProblemView error={error} retry={refetch} />
  const deliveries = data?.pages.flatMap((page) => page.data) ?? []
  return (
    <>
      <Group justify="space-between">
        <Select
          aria-label="State of the deliveries"
          w="12rem"
          size="xs"
          data={[
            { value: '', label: 'All deliveries' },
            ...allStates.map((value) => ({ value, label: `Only ${states[value].label}` })),
          ]}
          value={status ?? ''}
          onChange={(next) => setStatus((next || undefined) as WorkflowRunStatus | undefined)}
          allowDeselect={false}
        />
        <ReplayFailed
          failingSince={failingSince}
          action="Deliver what failed again"
          onReplay={(since) => replayFailed.mutate(since)}
        />
      </Group>
      {data && deliveries.length === 0 && (
        <p className="muted">
          {status
            ? 'No delivery is in this state.'
            : 'Nothing has been delivered yet. Send a test to see that it works.'}
        </p>
      )}
      {deliveries.length > 0 && (
        <div className={settings['scroll']}>
          <Table miw="34rem">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>When</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>What it told</Table.Th>
                <Table.Th>Answered</Table.Th>
                <Table.Th>
                  <span className="visually-hidden">Actions</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {deliveries.map((delivery) => (
                <DeliveryRow key={delivery.id} webhookId={id} delivery={delivery} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {hasNextPage && (
        <Button variant="default" loading={isFetchingNextPage} onClick={() => fetchNextPage()}>
          Show more
        </Button>
      )}
    </>
  )
}

function DeliveryRow({ webhookId, delivery }: { webhookId: string; delivery: Delivery }) {
  const [isOpen, setOpen] = useState(false)
  const replay = useChange(() => client.admin.webhooks.replay(webhookId, delivery.id), [webhooksKey])
  const { createdAt, attempts } = delivery
  const last = attempts.at(-1)
  return (
    <Fragment>
      <Table.Tr>
        <Table.Td>
          <button
            type="button"
            className={styles['opens']}
            aria-expanded={isOpen}
            title={exact(createdAt)}
            onClick={() => setOpen(!isOpen)}
          >
            {readable(createdAt)}
          </button>
        </Table.Td>
        <Table.Td>
          <State run={delivery} />
        </Table.Td>
        <Table.Td>
          <Cause run={delivery} />
        </Table.Td>
        <Table.Td>
          {last ? (last.status ?? 'nothing') : '–'}
          {attempts.length > 1 && <span className="muted"> at attempt {attempts.length}</span>}
        </Table.Td>
        <Table.Td ta="right">
          {(isTriedAgain(delivery) || (isOver(delivery) && delivery.status !== 'refused')) && (
            <Button
              variant="subtle"
              loading={replay.isPending}
              onClick={() => replay.mutate(undefined)}
              aria-label={`Deliver that of ${readable(createdAt)} ${isOver(delivery) ? 'again' : 'now'}`}
            >
              {isOver(delivery) ? 'Again' : 'Now'}
            </Button>
          )}
        </Table.Td>
      </Table.Tr>
      {isOpen && (
        <Table.Tr>
          <Table.Td colSpan={5}>
            <Text size="sm" className="muted">
              Known to the receiver as <code>{delivery.webhookId}</code>.
            </Text>
            <ol className={styles['story']} aria-label="Attempts">
              {attempts.map((attempt, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: attempts only become more
                <li key={index} data-kind={attempt.problem ? 'failed' : 'done'}>
                  <Attempt attempt={attempt} number={index + 1} />
                </li>
              ))}
            </ol>
          </Table.Td>
        </Table.Tr>
      )}
    </Fragment>
  )
}

const Attempt = ({
  attempt: { at, status, durationMs, problem, body },
  number,
}: {
  attempt: DeliveryAttempt
  number: number
}) => (
  <div className={styles['told']}>
    <strong>Attempt {number}</strong> <time dateTime={at}>{exact(at)}</time>:{' '}
    {status === null ? 'no answer' : `answered ${status}`} after {durationText(durationMs)}.{' '}
    {problem && <span className={styles['wrong']}>{problem}</span>}
    {body && <Answer text={body} />}
  </div>
)
