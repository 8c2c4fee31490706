import { Alert, Badge, Button, Table } from '@mantine/core'
import type { Workflow } from '@openfield/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { ProblemView } from '../../../app/problem.tsx'
import { exact, readable } from '../../../values/moments.ts'
import { Head, momentText } from '../parts.tsx'
import settings from '../settings.module.css'
import { lastRunQuery, workflowsQuery } from './queries.ts'
import { TriggerSaid } from './said.tsx'
import { starts } from './starts.ts'
import { states } from './states.ts'
import styles from './workflows.module.css'

const at = { to: '/settings/$section/$item' } as const
const item = (id: string) => ({ ...at, params: { section: 'workflows', item: id } })

/** All workflows, or what one could begin with. */
export function WorkflowList() {
  const navigate = useNavigate()
  const { data, error, refetch } = useQuery(workflowsQuery)
  return (
    <>
      <Head
        title="Workflows"
        about="Things that happen by themselves: when a record changes, at a time, when another system calls, or when you say so."
        action={<Button onClick={() => navigate(item('new'))}>New workflow</Button>}
      />
      {error && <ProblemView error={error} retry={refetch} />}
      {data && data.data.length > 0 && <Rows workflows={data.data} />}
      {data && (
        <section className={styles['begin']} aria-label="Starting points">
          <h3>{data.data.length === 0 ? 'There is none yet. Begin with one of these' : 'Begin another one'}</h3>
          <ul className={styles['starts']}>
            {starts.map(({ slug, title, about }) => (
              <li key={slug}>
                <Link {...item('new')} search={{ from: slug }}>
                  {title}
                </Link>
                <span className="muted">{about}</span>
              </li>
            ))}
            <li>
              <Link to="/settings/$section" params={{ section: 'webhooks' }}>
                Tell another system of every change
              </Link>
              <span className="muted">A webhook: an address that is told what happens, signed and tried again.</span>
            </li>
          </ul>
        </section>
      )}
    </>
  )
}

function Rows({ workflows }: { workflows: readonly Workflow[] }) {
  return (
    <div className={settings['scroll']}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Workflow</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Last run</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {workflows.map((workflow) => (
            <Table.Tr key={workflow.id}>
              <Table.Td>
                <Link {...item(workflow.id)}>{workflow.name}</Link>
                <div className="muted">
                  <TriggerSaid trigger={workflow.trigger} />
                </div>
                {workflow.problem && <div className={styles['wrong']}>{workflow.problem}</div>}
              </Table.Td>
              <Table.Td>
                <Switched enabled={workflow.enabled} problem={workflow.problem} />
              </Table.Td>
              <Table.Td>
                <LastRun workflow={workflow} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

/** Whether something is on, and whether the server has switched it off. */
export function Switched({ enabled, problem }: { enabled: boolean; problem: string | null }) {
  if (enabled) return <Badge miw="max-content">on</Badge>
  return problem ? (
    <Badge miw="max-content" color="red">
      stopped
    </Badge>
  ) : (
    <Badge miw="max-content" color="gray">
      off
    </Badge>
  )
}

function LastRun({ workflow: { id, failingSince } }: { workflow: Workflow }) {
  const { data } = useQuery(lastRunQuery(id))
  const [run] = data?.data ?? []
  if (!data) return null
  if (!run) return <span className="muted">never</span>
  const { label, color } = states[run.status]
  return (
    <>
      <Link {...item(id)} search={{ run: run.id }} title={exact(run.createdAt)}>
        {readable(run.createdAt)}
      </Link>{' '}
      <Badge miw="max-content" color={color}>
        {label}
      </Badge>
      {failingSince && <div className={styles['wrong']}>failing since {momentText(failingSince)}</div>}
    </>
  )
}

/** Why the server has switched something off, and what to do about it. */
export const Stopped = ({ problem, what }: { problem: string; what: string }) => (
  <Alert color="red" variant="light" title={`The server has switched this ${what} off`}>
    {problem} Put it right, then switch it on again.
  </Alert>
)
