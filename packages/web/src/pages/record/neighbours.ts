import { queryClient } from '../../app/queries.ts'
import type { AnyRecord } from '../../records/record.ts'

/** The records before and after one in the list that was looked at last, as far as that is still at hand. */
export function neighboursOf(objectType: string, id: string): { previous?: string; next?: string } {
  const pages = queryClient
    .getQueryCache()
    .findAll({ queryKey: ['records', objectType] })
    .map(({ state }) => ({ at: state.dataUpdatedAt, data: recordsIn(state.data) }))
    .filter(({ data }) => data.length > 1 && data.some((record) => record.id === id))
  const newest = pages.reduce<(typeof pages)[number] | undefined>(
    (best, one) => (best && best.at > one.at ? best : one),
    undefined,
  )
  if (!newest) return {}
  const at = newest.data.findIndex((record) => record.id === id)
  const [previous, next] = [newest.data[at - 1]?.id, newest.data[at + 1]?.id]
  return { ...(previous && { previous }), ...(next && { next }) }
}

function recordsIn(data: unknown): readonly AnyRecord[] {
  return typeof data === 'object' && data !== null && 'data' in data && Array.isArray(data.data) ? data.data : []
}
