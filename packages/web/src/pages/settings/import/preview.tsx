import { Badge, Table, Title } from '@mantine/core'
import type { Import, PreviewedRow } from '@openfield/sdk'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ProblemView } from '../../../app/problem.tsx'
import { client } from '../../../app/server.ts'
import styles from '../settings.module.css'

/** The first rows as they would be written. */
export function Preview({ draft }: { draft: Import }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['imports', draft.id, 'preview', draft.mapping, draft.match, draft.createMissing],
    queryFn: () => client.admin.imports.preview(draft.id, { limit: 20 }),
    placeholderData: keepPreviousData,
  })
  const targets = draft.mapping.flatMap(({ to }) => to ?? [])
  return (
    <section aria-label="Preview">
      <Title order={3}>The first rows, as they would come in</Title>
      {error && <ProblemView error={error} retry={refetch} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
      <section className={styles['scroll']} tabIndex={0} aria-label="Rows of the preview">
        <Table fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Row</Table.Th>
              <Table.Th>What happens</Table.Th>
              {[...new Set(targets.map((to) => to.split('.')[0] ?? ''))].map((key) => (
                <Table.Th key={key}>{key.replace('$', '')}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data?.data.map((row) => (
              <Row key={row.row} row={row} targets={[...new Set(targets.map((to) => to.split('.')[0] ?? ''))]} />
            ))}
          </Table.Tbody>
        </Table>
      </section>
    </section>
  )
}

const outcomes: Record<PreviewedRow['outcome'], { label: string; color: string }> = {
  create: { label: 'new', color: 'field' },
  update: { label: 'update', color: 'blue' },
  skip: { label: 'left alone', color: 'gray' },
  refused: { label: 'refused', color: 'red' },
}

function Row({ row, targets }: { row: PreviewedRow; targets: readonly string[] }) {
  const { label, color } = outcomes[row.outcome]
  return (
    <Table.Tr>
      <Table.Td>{row.row}</Table.Td>
      <Table.Td>
        <Badge color={color}>{label}</Badge> {row.error}
      </Table.Td>
      {targets.map((key) => (
        <Table.Td key={key}>{readable(row.record?.fields[key] ?? row.record?.relationships[key])}</Table.Td>
      ))}
    </Table.Tr>
  )
}

/** A value as it is written, in one line. */
function readable(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(readable).join(', ')
  if (typeof value === 'object') return Object.values(value).map(readable).filter(Boolean).join(' ')
  return String(value)
}
