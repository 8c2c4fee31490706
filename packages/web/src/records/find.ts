import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { client } from '../app/server.ts'
import { keepNames } from './names.ts'
import type { ShownType } from './object-types.ts'
import { titleText } from './titles.ts'

/** A record that was found, and what tells it from others of its name. */
export type Found = { id: string; objectType: string; name: string; hint: string | null }

const debounceMs = 60
const nothing: readonly Found[] = []

/**
 * The records that a text finds, of one type or of all; without a text, the latest ones of the type. The former ones stay
 * until there are others: `isCurrent` tells whether these are for the text.
 */
export function useFound(text: string, type?: ShownType): { found: readonly Found[]; isCurrent: boolean } {
  const sought = text.trim()
  const [settled] = useDebouncedValue(sought, debounceMs)
  const { data, isPlaceholderData, isPending } = useQuery({
    queryKey: ['search', type?.name, settled],
    async queryFn({ signal }) {
      const found = settled === '' ? await latest(type, signal) : await search(settled, type, signal)
      keepNames(Object.fromEntries(found.map(({ id, name }) => [id, name])))
      return found
    },
    staleTime: 10_000,
    placeholderData: keepPreviousData,
  })
  return { found: data ?? nothing, isCurrent: settled === sought && !isPlaceholderData && !isPending }
}

async function search(text: string, type: ShownType | undefined, signal: AbortSignal): Promise<Found[]> {
  const { data } = await client.admin.search(text, type && { types: [type.name], limit: 8 }, { signal })
  return data.map(({ id, objectType, title, subtitle }) => ({ id, objectType, name: title, hint: subtitle }))
}

async function latest(type: ShownType | undefined, signal: AbortSignal): Promise<Found[]> {
  if (!type) return []
  const query = { sort: '-createdAt', limit: 8, fields: type.title }
  const { data } = await client.admin.records.list(type.name, query, { signal })
  return data.map((record) => ({
    id: record.id,
    objectType: type.name,
    name: titleText(type, record),
    hint: null,
  }))
}
