import { Button, Group, Text } from '@mantine/core'
import type { Workflow, WorkflowLogEntry, WorkflowRunWithLog } from '@openfield/sdk'
import { IconCheck, IconClock, IconFlag, IconPlayerPlay, IconRefresh, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { ProblemView } from '../../../app/problem.tsx'
import { client } from '../../../app/server.ts'
import type { Icon } from '../../../records/icons.ts'
import { useObjectTypes } from '../../../records/object-types.ts'
import { RecordLink } from '../../../records/record-link.tsx'
import { exact } from '../../../values/moments.ts'
import { nameOfActor } from '../../record/use-timeline.ts'
import { momentText, useChange } from '../parts.tsx'
import { runQuery, versionsQuery, workflowsKey } from './queries.ts'
import { Cause, State } from './runs.tsx'
import { durationOf, isOver, isTriedAgain } from './states.ts'
import { stepsByKey, stepWords } from './words.ts'
import styles from './workflows.module.css'

/** One run as a story: what started it, what each step did, what it came to; told further while it goes on. */
export function RunPage({ id, workflow }: { id: string; workflow: Workflow }) {
  const { data: run, error, refetch } = useQuery(runQuery(id))
  if (error) return <ProblemView error={error} retry={refetch} />
  if (!run) return null
  return (
    <>
      <Link
        to="/settings/$section/$item"
        params={{ section: 'workflows', item: workflow.id }}
        search={{ show: 'runs' }}
      >
        All runs
      </Link>
      <RunHead run={run} />
      <Story run={run} workflow={workflow} />
    </>
  )
}

function RunHead({ run }: { run: WorkflowRunWithLog }) {
  const navigate = useNavigate()
  const cancel = useChange(() => client.admin.workflows.cancelRun(run.id), [workflowsKey])
  const replay = useChange(
    () => client.admin.workflows.replayRun(run.id),
    [workflowsKey],
    (next) =>
      navigate({
        to: '/settings/$section/$item',
        params: { section: 'workflows', item: run.workflowId },
        search: { run: next.id },
      }),
  )
  return (
    <Group justify="space-between" align="flex-start" my="sm">
      <div>
        <div className={styles['cause']}>
          <Cause run={run} />
        </div>
        <Text size="sm" className="muted">
          <time dateTime={run.cause.at} title={exact(run.cause.at)}>
            {momentText(run.cause.at)}
          </time>
          {run.cause.actor && <> by {nameOfActor(run.cause.actor)}</>}, version {run.version},{' '}
          {isOver(run) ? 'took' : 'for'} {durationOf(run)}
          {run.depth > 0 && (
            <>
              , led to by {run.depth} other {run.depth === 1 ? 'run' : 'runs'}
            </>
          )}
        </Text>
        <div role="status">
          <State run={run} />
        </div>
      </div>
      <Group gap="xs">
        {(isTriedAgain(run) || (isOver(run) && run.status !== 'refused')) && (
          <Button variant="default" loading={replay.isPending} onClick={() => replay.mutate(undefined)}>
            {!isOver(run) ? 'Try now' : run.status === 'completed' ? 'Run again' : 'Go on from here'}
          </Button>
        )}
        {!isOver(run) && (
          <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate(undefined)}>
            Cancel the run
          </Button>
        )}
      </Group>
    </Group>
  )
}

const icons: Readonly<Record<WorkflowLogEntry['kind'], Icon>> = {
  started: IconPlayerPlay,
  done: IconCheck,
  failed: IconX,
  retrying: IconRefresh,
  waiting: IconClock,
  ended: IconFlag,
}

function Story({ run, workflow }: { run: WorkflowRunWithLog; workflow: Workflow }) {
  const types = useObjectTypes()
  const { data: versions } = useQuery({ ...versionsQuery(workflow.id), enabled: run.version !== workflow.version })
  const definition =
    run.version === workflow.version ? workflow : versions?.data.find(({ version }) => version === run.version)
  const steps = stepsByKey(definition?.steps ?? [])
  const nameOf = (key: string) => {
    const step = steps.get(key)
    return step && definition ? stepWords(types, definition.trigger, step) : key
  }
  return (
    <ol className={styles['story']} aria-label="What happened">
      {run.log.map((entry, index) => {
        const IconOf = icons[entry.kind]
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a log only grows
          <li key={index} data-kind={entry.kind}>
            <span className={styles['mark']}>
              <IconOf size={14} stroke={1.7} aria-hidden />
            </span>
            <div className={styles['told']}>
              <div>
                {entry.step && <strong>{nameOf(entry.step)}</strong>} <Message entry={entry} />
              </div>
              {entry.request && <RequestTold request={entry.request} />}
            </div>
            <time dateTime={entry.at} title={exact(entry.at)} className={styles['time']}>
              {clock.format(new Date(entry.at))}
            </time>
          </li>
        )
      })}
      {run.nextAt && run.endedAt === null && (
        <li data-kind="next">
          <span className={styles['mark']}>
            <IconClock size={14} stroke={1.7} aria-hidden />
          </span>
          <div className={`${styles['told']} muted`}>
            {isTriedAgain(run) ? 'Next attempt' : 'Goes on'}: <time dateTime={run.nextAt}>{exact(run.nextAt)}</time>
          </div>
        </li>
      )}
    </ol>
  )
}

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit', second: '2-digit' })

const moments = /\d{4}-\d\d-\d\dT[\d:.]+Z/g

/** What the server says happened: ids are the records, moments are in the viewer's zone. */
function Message({ entry: { kind, message, record } }: { entry: WorkflowLogEntry }) {
  // What started it stands above.
  if (kind === 'started') return 'Started.'
  const readable = message.replace(moments, (moment) => exact(moment))
  if (!record) return readable
  const [before, ...after] = readable.split(record.id)
  return (
    <>
      {before} <RecordLink id={record.id} objectType={record.objectType} />
      {after.join(record.id)}
    </>
  )
}

type Request = NonNullable<WorkflowLogEntry['request']>

/** Where a request went, and what was answered; how that came out, the message says. */
const RequestTold = ({ request: { method, url, attempt, body } }: { request: Request }) => (
  <div className={styles['request']}>
    <div className={styles['requestLine']}>
      <code>
        {method} {url}
      </code>
      {attempt > 1 && <span className="muted">attempt {attempt}</span>}
    </div>
    {body && <Answer text={body} />}
  </div>
)

/** What a receiver answered, as text; more than a few lines only when asked. */
export const Answer = ({ text }: { text: string }) => (
  <details className={styles['answer']} open={text.length <= 200}>
    <summary>What was answered</summary>
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
    <pre tabIndex={0}>{text}</pre>
  </details>
)
