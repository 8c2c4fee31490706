import { Button, Pagination, Table, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { EnrichmentRunDetail } from '@openfield/sdk'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ProblemView } from '../../../app/problem.tsx'
import { keys } from '../../../app/queries.ts'
import { client } from '../../../app/server.ts'
import { RecordLink } from '../../../records/record-link.tsx'
import { momentText, useChange } from '../parts.tsx'
import styles from '../settings.module.css'

const pageSize = 10

/** What was looked up lately, what came of it, and the way back. */
export function Runs() {
  const [page, setPage] = useState(1)
  const { data, error, refetch } = useQuery({
    queryKey: [...keys.enrichmentRuns, page],
    queryFn: () => client.admin.enrichment.runs({ limit: pageSize, offset: (page - 1) * pageSize }),
    placeholderData: keepPreviousData,
  })
  return (
    <section aria-labelledby="enrichment-runs">
      <Title order={3} id="enrichment-runs" mt="xl" mb="xs">
        Recent runs
      </Title>
      {error && <ProblemView error={error} retry={refetch} />}
      {data?.totalCount === 0 && (
        <p className="muted">
          Nothing has been looked up yet. Create an account with a website, or choose “Look up what is missing” in the
          menu of an account or a contact.
        </p>
      )}
      {data && data.totalCount > 0 && <Entries runs={data.data} />}
      {data && data.totalCount > pageSize && (
        <Pagination
          total={Math.ceil(data.totalCount / pageSize)}
          value={page}
          onChange={setPage}
          mt="md"
          getControlProps={(control) => ({ 'aria-label': `${control} page` })}
        />
      )}
    </section>
  )
}

function Entries({ runs }: { runs: readonly EnrichmentRunDetail[] }) {
  const revert = useChange(
    (id: string) => client.admin.enrichment.revert(id),
    [keys.enrichmentRuns, ['enrichment'], ['record'], ['timeline']],
    ({ reverted, left }) =>
      notifications.show({
        message: `Taken back: ${reverted.length}.${left.length > 0 ? ` Changed since, and left: ${left.length}.` : ''}`,
      }),
  )
  return (
    <div className={styles['scroll']}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Record</Table.Th>
            <Table.Th>When</Table.Th>
            <Table.Th>What came of it</Table.Th>
            <Table.Th>
              <span className="visually-hidden">Actions</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map((run) => {
            const filled = run.fields.filter(({ outcome }) => outcome === 'filled' || outcome === 'accepted')
            return (
              <Table.Tr key={run.id}>
                <Table.Td>
                  {run.entityTitle === null ? (
                    <span className="muted">No longer there</span>
                  ) : (
                    <RecordLink id={run.entityId} objectType={run.entityType} name={run.entityTitle} />
                  )}
                </Table.Td>
                <Table.Td>
                  {momentText(run.createdAt)}
                  <div className="muted">
                    {run.trigger === 'creation' ? 'when it was created' : 'when somebody asked'}
                  </div>
                </Table.Td>
                <Table.Td>
                  {filled.length > 0
                    ? `Filled ${filled.map(({ label }) => label).join(', ')}`
                    : (run.reason ?? 'Under way…')}
                  {run.page && <div className="muted">{URL.parse(run.page.url)?.host}</div>}
                </Table.Td>
                <Table.Td ta="right">
                  {filled.length > 0 && (
                    <Button
                      variant="default"
                      aria-label={`Take back what was filled of ${run.entityTitle ?? 'it'}`}
                      loading={revert.isPending && revert.variables === run.id}
                      onClick={() => revert.mutate(run.id)}
                    >
                      Take back
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            )
          })}
        </Table.Tbody>
      </Table>
    </div>
  )
}
