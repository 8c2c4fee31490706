import { useDebouncedValue } from '@mantine/hooks'
import type { RecordQuery } from '@openfield/sdk'
import { useQueries, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { keys } from '../../app/queries.ts'
import type { SearchParams } from '../../app/search-params.ts'
import { client } from '../../app/server.ts'
import type { Names } from '../../records/names.ts'
import type { AnyRecord } from '../../records/record.ts'

/** Which records a list shows, in which order, and what of each. */
export type ListQuery = { filters: SearchParams; sort: string | undefined; fields: readonly string[] }

/** A page as screens that are made from definitions see it; the client knows the fields of each type. */
export type ListPage = { data: readonly AnyRecord[]; totalCount: number; nextCursor: string | null; names: Names }

const readPage = (objectType: string, query: RecordQuery, signal?: AbortSignal): Promise<ListPage> =>
  client.admin.records.list(objectType, query, signal && { signal })

const windowSize = 100
/** Rows beyond those that are seen that are read too, so that they are there before one comes to them. */
const ahead = 50
/** How long somebody who scrolls fast is waited for before what they see is read. */
const settleMs = 60
/** Windows that are far away are forgotten sooner than other answers: there may be a thousand of them. */
const keptMs = 2 * 60_000

/** The windows of a list that the rows from one to another need, as a text, so that it is the same when they are. */
export const windowsAround = (first: number, last: number) =>
  `${Math.floor(Math.max(0, first - ahead) / windowSize)}-${Math.floor((last + ahead) / windowSize)}`

function numbersOf(windows: string): number[] {
  const [from = 0, to = 0] = windows.split('-').map(Number)
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

const noNames: Names = {}

/** A long list of which only what is looked at is read. */
export type Rows = {
  /** How many records there are; undefined before the first answer. */
  total: number | undefined
  /** The record at a place; undefined while it is not read. */
  at(index: number): AnyRecord | undefined
  /** Where a record is among those that were read last; -1 for nowhere. */
  indexOf(id: string): number
  /** What the records that those around a place are linked to are called, by id. */
  namesAt(index: number): Names
  /** What is shown; another than was asked for while the answer is on its way. */
  query: ListQuery
  error: Error | null
  retry(): void
}

/**
 * Reads some windows of a list. What is shown stays as it is while something is typed into it (`still`), and while the
 * answer to another query is on its way.
 */
export function useRows(objectType: string, query: ListQuery, windows: string, still: boolean): Rows {
  const cache = useQueryClient()
  const [settled] = useDebouncedValue(windows, settleMs)
  const keyOf = (of: ListQuery, number: number) => keys.records(objectType, of, number)
  const answers = useQueries({
    queries: numbersOf(settled).map((number) => ({
      queryKey: keyOf(query, number),
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        readPage(objectType, { ...pageQuery(query), limit: windowSize, offset: number * windowSize }, signal),
      gcTime: keptMs,
      enabled: ({ state }: { state: { data: unknown } }) => !still || state.data === undefined,
    })),
  })
  const newest = answers.reduce<(typeof answers)[number] | undefined>(
    (best, one) => (one.data && (!best || one.dataUpdatedAt > best.dataUpdatedAt) ? one : best),
    undefined,
  )
  const shown = useRef<{ query: ListQuery; total: number } | undefined>(undefined)
  if (newest?.data) shown.current = { query, total: newest.data.totalCount }
  const { query: shownQuery, total } = shown.current ?? { query, total: undefined }

  const pages = new Map<number, ListPage | undefined>()
  const pageAt = (number: number) => {
    if (!pages.has(number)) pages.set(number, cache.getQueryData<ListPage>(keyOf(shownQuery, number)))
    return pages.get(number)
  }
  return {
    total,
    at: (index) => pageAt(Math.floor(index / windowSize))?.data[index % windowSize],
    indexOf: (id) => {
      for (const number of numbersOf(windows)) {
        const place = pageAt(number)?.data.findIndex((record) => record.id === id) ?? -1
        if (place >= 0) return number * windowSize + place
      }
      return -1
    },
    namesAt: (index) => pageAt(Math.floor(index / windowSize))?.names ?? noNames,
    query: shownQuery,
    error: answers.find(({ error, data }) => error !== null && !data)?.error ?? null,
    retry: () => {
      for (const { refetch } of answers) void refetch()
    },
  }
}

const pageQuery = ({ filters, sort, fields }: ListQuery): RecordQuery => ({
  filter: filters,
  ...(sort && { sort }),
  fields,
})

const gatheredMax = 1000

/** Reads all records of a list, or those of them that are wanted, a thousand at a time. */
export async function gather(
  objectType: string,
  query: ListQuery,
  wanted: ReadonlySet<string> | 'all',
): Promise<AnyRecord[]> {
  const found: AnyRecord[] = []
  let after: string | null = null
  do {
    const page: ListPage = await readPage(objectType, { ...pageQuery(query), limit: gatheredMax, after })
    found.push(...(wanted === 'all' ? page.data : page.data.filter(({ id }) => wanted.has(id))))
    after = page.nextCursor
  } while (after !== null && (wanted === 'all' || found.length < wanted.size))
  return found
}
