import { Table, Text, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense } from 'react'
import styles from './dashboard.module.css'

/** Charts are large, and come when everything else is there. */
const Chart = lazy(() => import('./chart.tsx'))

/** What is counted; what is counted in something else than the first is in the table only, and has no colour. */
export type Series = { name: string; color?: string }
/** One line of the table and one place of the chart: each number leads to its records. */
export type Row = { label: string; values: readonly Cell[] }
export type Cell = { value: number; shown: ReactNode; to: string; search: Readonly<Record<string, unknown>> }

type PanelProps = {
  title: string
  /** What is counted, in a sentence. */
  about: string
  series: readonly Series[]
  rows: readonly Row[]
  stacked?: boolean
  /** What to do when there is nothing to show. */
  empty: ReactNode
}

/** A figure: as a chart to see, and as a table whose numbers lead to the records. */
export function Panel({ title, about, series, rows, stacked = false, empty }: PanelProps) {
  const isEmpty = rows.every(({ values }) => values.every(({ value }) => value === 0))
  return (
    <section className={styles['panel']} aria-label={title}>
      <Title order={2}>{title}</Title>
      <Text className="muted" size="sm">
        {about}
      </Text>
      {isEmpty ? (
        <p className="muted">{empty}</p>
      ) : (
        <>
          <div className={styles['chart']} aria-hidden>
            <Suspense>
              <Chart series={series} rows={rows} stacked={stacked} />
            </Suspense>
          </div>
          <Numbers title={title} series={series} rows={rows} />
        </>
      )}
    </section>
  )
}

function Numbers({ title, series, rows }: Pick<PanelProps, 'title' | 'series' | 'rows'>) {
  return (
    <Table aria-label={title} withRowBorders={false} verticalSpacing={2} fz="sm">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>
            <span className="visually-hidden">Group</span>
          </Table.Th>
          {series.map(({ name }) => (
            <Table.Th key={name} ta="right">
              {name}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(({ label, values }) => (
          <Table.Tr key={label}>
            <Table.Th scope="row" fw={400}>
              {label}
            </Table.Th>
            {values.map(({ value, shown, to, search }, index) => (
              <Table.Td key={series[index]?.name} ta="right" className={styles['number']}>
                {value === 0 ? (
                  <span className="muted">0</span>
                ) : (
                  <Link to={to} search={search as never}>
                    {shown}
                  </Link>
                )}
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
