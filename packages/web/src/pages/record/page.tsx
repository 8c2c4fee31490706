import { Button } from '@mantine/core'
import { Link, useParams } from '@tanstack/react-router'
import { Suspense } from 'react'
import { ProblemView } from '../../app/problem.tsx'
import { type ShownType, useTypeAt } from '../../records/object-types.ts'
import { useRecord } from '../../records/use-record.ts'
import { Gone } from './gone.tsx'
import { RecordView } from './record-view.tsx'
import { Empty } from './shared.tsx'

/** The page of one record: every link to a record leads here. */
export function Page() {
  const { plural = '', id = '' } = useParams({ strict: false })
  const type = useTypeAt(plural)
  if (!type) {
    return (
      <Empty title={`There is nothing called “${plural}” here`}>
        <Button component={Link} to="/search">
          Search
        </Button>
      </Empty>
    )
  }
  return (
    <Suspense key={id}>
      <OneRecord type={type} id={id} />
    </Suspense>
  )
}

function OneRecord({ type, id }: { type: ShownType; id: string }) {
  const live = useRecord(type, id)
  if (live.record) return <RecordView type={type} record={live.record} live={live} />
  if (live.isGone) return <Gone type={type} id={id} />
  return live.error ? <ProblemView error={live.error} retry={live.retry} /> : null
}
