import { useInfiniteQuery } from '@tanstack/react-query'
import { keys } from '../../app/queries.ts'
import { client } from '../../app/server.ts'

type Page = Awaited<ReturnType<typeof client.admin.timeline.read>>
export type Entry = Page['data'][number]
export type Actor = NonNullable<Entry['actor']>

const pageSize = 40

/** What happened to a record and around it, newest first, a page at a time. */
export function useTimeline(recordId: string) {
  const timeline = useInfiniteQuery({
    queryKey: keys.timeline(recordId),
    queryFn: async ({ pageParam, signal }) => {
      const { data, nextCursor } = await client.admin.timeline.read(
        recordId,
        { limit: pageSize, ...(pageParam !== '' && { before: pageParam }) },
        { signal },
      )
      return { data, nextCursor }
    },
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  })
  return { ...timeline, entries: timeline.data?.pages.flatMap(({ data }) => data) }
}

/** What people call who did something: a key acts for somebody, or stands for a program. */
export function nameOfActor(actor: Actor | null): string {
  if (actor === null) return 'The system'
  if (actor.type === 'member') return actor.name ?? 'Somebody'
  if (actor.type === 'workflow') return actor.name === null ? 'A workflow' : `The workflow ${actor.name}`
  if (actor.type === 'enrichment') return actor.name === null ? 'Enrichment' : `Enrichment, from ${actor.name}`
  const key = `the key ${actor.name ?? 'of somebody'}`
  return actor.member?.name ? `${actor.member.name}, by ${key}` : key.replace('the key', 'The key')
}

/** Who wrote a record at a moment, as far as what was read of its timeline says. */
export function useAuthors(recordId: string): (at: string) => string | undefined {
  const { entries = [] } = useTimeline(recordId)
  return (at) => {
    // What one person changes within a minute is one entry, which has the time of its last change.
    const moment = Date.parse(at)
    const near = entries.filter(
      (entry) => 'changes' in entry && Date.parse(entry.at) >= moment && Date.parse(entry.at) - moment < burstMs,
    )
    const exactly = entries.find((entry) => entry.at === at && !('record' in entry)) ?? near.at(-1)
    return exactly && nameOfActor(exactly.actor)
  }
}

const burstMs = 60_000
