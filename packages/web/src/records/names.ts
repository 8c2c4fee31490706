import { useQuery } from '@tanstack/react-query'
import { keys, queryClient } from '../app/queries.ts'
import { client } from '../app/server.ts'

/** What records are called, by id. */
export type Names = Readonly<Record<string, string>>

/** What a record is called: undefined while that is not known, null when there is none that one may see. */
export function useName(id: string, known?: string): string | null | undefined {
  const { data } = useQuery({
    queryKey: keys.name(id),
    queryFn: () => nameOf(id),
    enabled: known === undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })
  return known ?? data
}

/** Keeps names that came with an answer, so that nobody asks for them. */
export function keepNames(names: Names) {
  for (const [id, name] of Object.entries(names)) queryClient.setQueryData(keys.name(id), name)
}

const batchMs = 10
const batchMax = 100
let waiting: { ids: Set<string>; names: Promise<ReadonlyMap<string, string>> } | undefined

/** Asks for one name, together with all others that are asked for at the same time. */
async function nameOf(id: string): Promise<string | null> {
  if (!waiting || waiting.ids.size >= batchMax) waiting = newBatch()
  waiting.ids.add(id)
  return (await waiting.names).get(id) ?? null
}

function newBatch() {
  const ids = new Set<string>()
  const names = new Promise((resolve) => setTimeout(resolve, batchMs)).then(async () => {
    if (waiting?.ids === ids) waiting = undefined
    const all = await client.admin.records.names([...ids])
    return new Map(all.map(({ id, title }) => [id, title]))
  })
  return { ids, names }
}
