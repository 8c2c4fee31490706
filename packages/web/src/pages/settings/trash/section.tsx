import { Button, Pagination, Table } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { TrashEntry } from '@openfield/sdk'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ProblemView } from '../../../app/problem.tsx'
import { client } from '../../../app/server.ts'
import { useObjectTypes } from '../../../records/object-types.ts'
import { titleText } from '../../../records/titles.ts'
import { Head, momentText, useChange } from '../parts.tsx'
import styles from '../settings.module.css'

const pageSize = 25

/** What was deleted, and can be brought back. */
export default function Trash() {
  const [page, setPage] = useState(1)
  const { data, error, refetch } = useQuery({
    queryKey: ['trash', page],
    queryFn: () => client.admin.trash.list({ limit: pageSize, offset: (page - 1) * pageSize }),
    placeholderData: keepPreviousData,
  })
  return (
    <>
      <Head title="Trash" about="What was deleted comes back with the links it had." />
      {error && <ProblemView error={error} retry={refetch} />}
      {data?.totalCount === 0 && <p className="muted">The trash is empty.</p>}
      {data && data.totalCount > 0 && <Entries entries={data.data} />}
      {data && data.totalCount > pageSize && (
        <Pagination
          total={Math.ceil(data.totalCount / pageSize)}
          value={page}
          onChange={setPage}
          mt="md"
          getControlProps={(control) => ({ 'aria-label': `${control} page` })}
        />
      )}
    </>
  )
}

function Entries({ entries }: { entries: readonly TrashEntry[] }) {
  const types = useObjectTypes()
  const restore = useChange(
    (id: string) => client.admin.trash.restore(id),
    [['trash'], ['records'], ['record']],
    () => notifications.show({ message: 'Brought back, with its links.' }),
  )
  return (
    <div className={styles['scroll']}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Record</Table.Th>
            <Table.Th>Type</Table.Th>
            <Table.Th>Deleted</Table.Th>
            <Table.Th>
              <span className="visually-hidden">Actions</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map(({ objectType, deletedAt, record }, index) => {
            const type = types.find(({ name }) => name === objectType)
            const title = record ? titleText({ name: objectType }, record) : 'No longer there'
            return (
              <Table.Tr key={record?.id ?? index}>
                <Table.Td>{title}</Table.Td>
                <Table.Td>{type?.label ?? objectType}</Table.Td>
                <Table.Td>{momentText(deletedAt)}</Table.Td>
                <Table.Td ta="right">
                  {record && (
                    <Button
                      variant="default"
                      aria-label={`Restore ${title}`}
                      loading={restore.isPending && restore.variables === record.id}
                      onClick={() => restore.mutate(record.id)}
                    >
                      Restore
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
