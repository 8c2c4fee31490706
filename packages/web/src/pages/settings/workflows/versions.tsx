import { Badge, Button, Table, Text } from '@mantine/core'
import type { Workflow, WorkflowVersion } from '@openfield/sdk'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ProblemView } from '../../../app/problem.tsx'
import { client } from '../../../app/server.ts'
import { useObjectTypes } from '../../../records/object-types.ts'
import { exact, readable } from '../../../values/moments.ts'
import { nameOfActor } from '../../record/use-timeline.ts'
import { Confirm, useChange } from '../parts.tsx'
import settings from '../settings.module.css'
import { versionsQuery, workflowsKey } from './queries.ts'
import { differences } from './words.ts'
import styles from './workflows.module.css'

/** What a workflow was, what each version changed, and the way back to one. */
export function Versions({ workflow }: { workflow: Workflow }) {
  const types = useObjectTypes()
  const { data, error, refetch } = useQuery(versionsQuery(workflow.id))
  const [chosen, choose] = useState<WorkflowVersion>()
  const goBack = useChange(
    ({ name, trigger, steps }: WorkflowVersion) => client.admin.workflows.update(workflow.id, { name, trigger, steps }),
    [workflowsKey],
  )
  if (error) return <ProblemView error={error} retry={refetch} />
  const versions = data?.data ?? []
  return (
    <div className={settings['scroll']}>
      <Table miw="32rem">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Version</Table.Th>
            <Table.Th>What changed</Table.Th>
            <Table.Th>When and by whom</Table.Th>
            <Table.Th>
              <span className="visually-hidden">Actions</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {versions.map((one, index) => (
            <Table.Tr key={one.version}>
              <Table.Td>
                {one.version} {one.version === workflow.version && <Badge miw="max-content">now</Badge>}
              </Table.Td>
              <Table.Td>
                <ul className={styles['changes']}>
                  {differences(types, one, versions[index + 1]).map((difference) => (
                    <li key={difference}>{difference}</li>
                  ))}
                </ul>
              </Table.Td>
              <Table.Td>
                <time dateTime={one.createdAt} title={exact(one.createdAt)}>
                  {readable(one.createdAt)}
                </time>
                <Text size="sm" className="muted">
                  {nameOfActor(one.actor)}
                </Text>
              </Table.Td>
              <Table.Td ta="right">
                {one.version !== workflow.version && (
                  <Button
                    variant="default"
                    onClick={() => choose(one)}
                    aria-label={`Go back to version ${one.version}`}
                  >
                    Go back
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {chosen && (
        <Confirm
          title={`Go back to version ${chosen.version}?`}
          action="Go back"
          onConfirm={() => goBack.mutate(chosen)}
          onClose={() => choose(undefined)}
        >
          It becomes the newest version; the others stay here. Runs that are under way go on as they began.
        </Confirm>
      )}
    </div>
  )
}
