import { Badge, Button, Group, Select, Table, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { Workflow, WorkflowRun, WorkflowRunStatus } from '@openfield/sdk'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ProblemView } from '../../../app/problem.tsx'
import { client } from '../../../app/server.ts'
import { useObjectTypes } from '../../../records/object-types.ts'
import { RecordLink } from '../../../records/record-link.tsx'
import { exact, readable } from '../../../values/moments.ts'
import { useChange } from '../parts.tsx'
import settings from '../settings.module.css'
import { runsQuery, workflowsKey } from './queries.ts'
import { ReplayFailed } from './replay-failed.tsx'
import { allStates, durationOf, states } from './states.ts'
import { allEvents, aRecord, eventWords } from './words.ts'

/** What a workflow did: its runs, newest first, followed while they go on. */
export function RunList({ workflow }: { workflow: Workflow }) {
  const [status, setStatus] = useState<WorkflowRunStatus>()
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    ...runsQuery(workflow.id, status),
    placeholderData: keepPreviousData,
  })
  const replay = useChange(
    (since: string) => client.admin.workflows.replayFailed(workflow.id, { since }),
    [workflowsKey],
    ({ count }) => notifications.show({ message: `${count.toLocaleString()} runs go on where they stopped.` }),
  )
  if (error) return <ProblemView error={error} retry={refetch} />
  const runs = data?.pages.flatMap((page) => page.data) ?? []
  return (
    <>
      <Group justify="space-between" mb="xs">
        <Select
          aria-label="State of the runs"
          w="11rem"
          size="xs"
          data={[
            { value: '', label: 'All runs' },
            ...allStates.map((value) => ({ value, label: `Only ${states[value].label}` })),
          ]}
          value={status ?? ''}
          onChange={(next) => setStatus((next || undefined) as WorkflowRunStatus | undefined)}
          allowDeselect={false}
        />
        <ReplayFailed
          failingSince={workflow.failingSince}
          action="Run what failed again"
          onReplay={(since) => replay.mutate(since)}
        />
      </Group>
      {data && runs.length === 0 && (
        <p className="muted">{status ? 'No run is in this state.' : 'It has not run yet.'}</p>
      )}
      {runs.length > 0 && (
        <div className={settings['scroll']}>
          <Table miw="28rem">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Begun</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>Because</Table.Th>
                <Table.Th ta="right">Took</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {runs.map((run) => (
                <RunRow key={run.id} run={run} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {hasNextPage && (
        <Button variant="default" mt="xs" loading={isFetchingNextPage} onClick={() => fetchNextPage()}>
          Show more
        </Button>
      )}
    </>
  )
}

const RunRow = ({ run }: { run: WorkflowRun }) => (
  <Table.Tr>
    <Table.Td>
      <Link
        to="/settings/$section/$item"
        params={{ section: 'workflows', item: run.workflowId }}
        search={{ run: run.id }}
        title={exact(run.createdAt)}
      >
        {readable(run.createdAt)}
      </Link>
    </Table.Td>
    <Table.Td>
      <State run={run} />
    </Table.Td>
    <Table.Td>
      <Cause run={run} />
    </Table.Td>
    <Table.Td ta="right">{durationOf(run)}</Table.Td>
  </Table.Tr>
)

type Stated = Pick<WorkflowRun, 'status' | 'nextAt' | 'problem'>

/** How far a run is, when it goes on, and why it did not. */
export function State({ run: { status, nextAt, problem } }: { run: Stated }) {
  const { label, color } = states[status]
  return (
    <>
      <Badge miw="max-content" color={color}>
        {label}
      </Badge>
      {nextAt && (
        <Text size="sm" className="muted">
          {problem ? 'Next attempt' : 'Goes on'}: <time dateTime={nextAt}>{readable(nextAt)}</time>
        </Text>
      )}
      {problem && (
        <Text size="sm" c="var(--of-danger)">
          {problem}
        </Text>
      )}
    </>
  )
}

/** What started a run, with the way to the record. */
export function Cause({ run: { cause, replayOf } }: { run: Pick<WorkflowRun, 'cause' | 'replayOf'> }) {
  const types = useObjectTypes()
  const { event, record } = cause
  const link = record && <RecordLink id={record.id} objectType={record.objectType} />
  const [objectType = '', what = ''] = event.split('.')
  const word = allEvents.find((one) => one === what)
  const plain = plainEvents[event]
  const again = replayOf && <span className="muted"> (again)</span>
  if (plain !== undefined) {
    return (
      <>
        {plain} {link && <>for {link}</>}
        {again}
      </>
    )
  }
  return (
    <>
      {link ?? aRecord(types, objectType)} was {word ? eventWords[word] : what}
      {again}
    </>
  )
}

const plainEvents: Readonly<Record<string, string>> = {
  schedule: 'Its time had come',
  hook: 'Another system called',
  manual: 'Somebody ran it',
  'webhook.test': 'A test',
}
