import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { client } from '../app/server.ts'
import { keepNames } from './names.ts'
import { type ShownType, useObjectTypes } from './object-types.ts'
import { titleText } from './titles.ts'

/** A record that was found. */
export type Found = { id: string; objectType: string; name: string }

/** Records of a type whose title begins with a text, or its latest ones for none. The former ones stay meanwhile. */
export const useFound = (type: ShownType, text: string) =>
  useQuery({
    queryKey: ['find', type.name, text],
    queryFn: ({ signal }) => findByTitle(type, text, 8, signal),
    staleTime: 10_000,
    placeholderData: keepPreviousData,
  })

async function findByTitle(type: ShownType, text: string, limit: number, signal: AbortSignal): Promise<Found[]> {
  const [title = '$name'] = type.title
  const filter = text === '' ? {} : { [`${title}[startsWith]`]: text }
  const { data } = await client.admin.records.list(type.name, { filter, limit, fields: type.title }, { signal })
  const found = data.map((record) => ({ id: record.id, objectType: type.name, name: titleText(type, record) }))
  keepNames(Object.fromEntries(found.map(({ id, name }) => [id, name])))
  return found
}

const debounceMs = 60
/** The types that people look for first. */
const sought = ['account', 'contact', 'opportunity', 'task', 'meeting', 'note', 'list']

/** Records of all types that a text finds. The former ones stay meanwhile. */
export function useSearched(text: string) {
  const types = useObjectTypes().filter(({ name, custom }) => custom || sought.includes(name))
  const [settled] = useDebouncedValue(text, debounceMs)
  return useQuery({
    queryKey: ['search', settled],
    async queryFn({ signal }) {
      if (settled === '') return []
      const all = await Promise.all(types.map((type) => findByTitle(type, settled, 4, signal)))
      return all.flat()
    },
    staleTime: 10_000,
    placeholderData: keepPreviousData,
  })
}
