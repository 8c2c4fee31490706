import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { client } from '../app/server.ts'
import { keepNames } from './names.ts'
import type { ShownType } from './object-types.ts'
import { titleText } from './titles.ts'

/** Records of a type whose title begins with a text, or its latest ones for none. The former ones stay meanwhile. */
export const useFound = (type: ShownType, text: string) =>
  useQuery({
    queryKey: ['find', type.name, text],
    async queryFn({ signal }) {
      const [title = '$name'] = type.title
      const filter = text === '' ? {} : { [`${title}[startsWith]`]: text }
      const { data } = await client.admin.records.list(type.name, { filter, limit: 8, fields: type.title }, { signal })
      const found = data.map((record) => ({ id: record.id, name: titleText(type, record) }))
      keepNames(Object.fromEntries(found.map(({ id, name }) => [id, name])))
      return found
    },
    staleTime: 10_000,
    placeholderData: keepPreviousData,
  })
