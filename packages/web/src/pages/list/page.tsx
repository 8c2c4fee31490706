import { useParams } from '@tanstack/react-router'
import { ProblemView } from '../../app/problem.tsx'
import { useTypeAt } from '../../records/object-types.ts'
import { ListPage } from './list-page.tsx'

/** The records of the type that the address names. */
export function Page() {
  const { plural = '' } = useParams({ strict: false })
  const type = useTypeAt(plural)
  if (!type?.verbs.includes('retrieve')) {
    return <ProblemView error={new Error(`there are no records at ${plural}`)} />
  }
  return <ListPage key={type.name} type={type} />
}
