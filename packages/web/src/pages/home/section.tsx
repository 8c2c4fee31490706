import { Title } from '@mantine/core'
import type { RecordQuery } from '@openfield/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { ProblemView } from '../../app/problem.tsx'
import { keys } from '../../app/queries.ts'
import { client } from '../../app/server.ts'
import type { AnyRecord } from '../../records/record.ts'
import styles from './home.module.css'

type SectionProps = {
  title: string
  objectType: string
  query: RecordQuery
  /** Where all of them are. */
  all: { to: string; search: Readonly<Record<string, unknown>> }
  empty: ReactNode
  row(record: AnyRecord): ReactNode
}

/** The first records of a list, and the way to all of them. */
export function Section({ title, objectType, query, all, empty, row }: SectionProps) {
  const { data, error, refetch } = useQuery({
    queryKey: keys.records(objectType, query),
    queryFn: ({ signal }) => client.admin.records.list(objectType, query, { signal }),
    placeholderData: (previous) => previous,
  })
  return (
    <section aria-label={title}>
      <Title order={2}>{title}</Title>
      {error && <ProblemView error={error} retry={refetch} />}
      {data?.totalCount === 0 && <p className="muted">{empty}</p>}
      <ul className={styles['list']}>
        {data?.data.map((record) => (
          <li key={record.id}>{row(record)}</li>
        ))}
      </ul>
      {data && data.totalCount > data.data.length && (
        <p>
          <Link to={all.to} search={all.search as never}>
            All {data.totalCount.toLocaleString()}
          </Link>
        </p>
      )}
    </section>
  )
}
