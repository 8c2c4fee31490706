import { Progress, Table } from '@mantine/core'
import type { Limit } from '@openfield/sdk'
import { useQuery } from '@tanstack/react-query'
import { ProblemView } from '../../../app/problem.tsx'
import { client } from '../../../app/server.ts'
import { Head } from '../parts.tsx'
import styles from '../settings.module.css'

const number = new Intl.NumberFormat()
const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']

/** How much there is of everything, and how much there may be. */
export default function Limits() {
  const { data, error, refetch } = useQuery({
    queryKey: ['limits'],
    queryFn: () => client.admin.limits.list(),
    staleTime: 0,
  })
  return (
    <>
      <Head
        title="Usage and limits"
        about="What this workspace has. Without a limit there is room for as much as the server has."
      />
      {error && <ProblemView error={error} retry={refetch} />}
      {data && (
        <div className={styles['scroll']}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>What</Table.Th>
                <Table.Th ta="right">Used</Table.Th>
                <Table.Th ta="right">Limit</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.data.map((limit) => (
                <Line key={limit.key} limit={limit} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </>
  )
}

function Line({ limit: { label, used, limit, unit } }: { limit: Limit }) {
  const text = (amount: number | null) =>
    amount === null ? '–' : unit === 'bytes' ? sizeText(amount) : number.format(amount)
  return (
    <Table.Tr>
      <Table.Td>
        {label}
        {used !== null && limit !== null && (
          <Progress size="xs" mt={4} value={(used / limit) * 100} aria-label={`${label}: how much is used`} />
        )}
      </Table.Td>
      <Table.Td ta="right">{text(used)}</Table.Td>
      <Table.Td ta="right">{text(limit)}</Table.Td>
    </Table.Tr>
  )
}

function sizeText(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1)
  return `${number.format(Math.round((bytes / 1024 ** power) * 10) / 10)} ${units[power]}`
}
