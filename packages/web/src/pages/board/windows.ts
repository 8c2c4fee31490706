import type { RecordQuery } from '@openfield/sdk'
import { useQueries } from '@tanstack/react-query'
import { keys } from '../../app/queries.ts'
import { client } from '../../app/server.ts'
import type { AnyRecord } from '../../records/record.ts'

type Page = { data: readonly AnyRecord[]; totalCount: number; names: Readonly<Record<string, string>> }

/** What of a list is known: `undefined` stands for records that have not been read. */
export type Windows = {
  total: number | undefined
  records: readonly (AnyRecord | undefined)[]
  names: Readonly<Record<string, string>>
}

const windowSize = 50

/** The window of a list that a record is in, by its place. */
export const windowOf = (index: number) => Math.floor(index / windowSize)

/** Reads a list around a window, and its beginning. */
export function useWindows(objectType: string, query: RecordQuery, around: number): Windows {
  const wanted = [...new Set([0, Math.max(0, around - 1), around, around + 1])]
  const all = useQueries({
    queries: wanted.map((number) => ({
      queryKey: keys.records(objectType, query, number),
      queryFn: ({ signal }: { signal: AbortSignal }): Promise<Page> =>
        client.admin.records.list(objectType, { ...query, limit: windowSize, offset: number * windowSize }, { signal }),
      placeholderData: (previous: Page | undefined) => previous,
    })),
  })
  const pages = new Map(wanted.map((number, index) => [number, all[index]?.data]))
  const total = pages.get(0)?.totalCount
  return {
    total,
    records: Array.from({ length: total ?? 0 }, (_, index) => pages.get(windowOf(index))?.data[index % windowSize]),
    names: Object.assign({}, ...all.map(({ data }) => data?.names)),
  }
}
