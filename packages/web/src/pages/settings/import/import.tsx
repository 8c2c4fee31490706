import { Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ProblemView } from '../../../app/problem.tsx'
import { client } from '../../../app/server.ts'
import { useType } from '../../../records/object-types.ts'
import { Draft } from './draft.tsx'
import { Progress } from './progress.tsx'
import { isMoving, stateLabels } from './states.ts'

const lookAgainMs = 500

/** One import: what it is to do before it starts, how far it is, what came of it. */
export function ImportPage({ id }: { id: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['imports', id],
    queryFn: () => client.admin.imports.retrieve(id),
    refetchInterval: (query) => (query.state.data && isMoving(query.state.data.state) ? lookAgainMs : false),
  })
  if (error) return <ProblemView error={error} retry={refetch} />
  if (!data) return null
  return (
    <>
      <Link to="/settings/$section" params={{ section: 'import' }}>
        All imports
      </Link>
      <ImportHead {...data} />
      {data.state === 'draft' ? <Draft draft={data} /> : <Progress of={data} />}
    </>
  )
}

function ImportHead({
  filename,
  objectType,
  counts,
  state,
}: {
  filename: string
  objectType: string
  counts: { total: number }
  state: keyof typeof stateLabels
}) {
  const type = useType(objectType)
  return (
    <>
      <Title order={2}>{filename}</Title>
      <p className="muted">
        {counts.total.toLocaleString()} rows as {type.pluralLabel}, {stateLabels[state]}.
      </p>
    </>
  )
}
