import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import { keys } from '../../app/queries.ts'
import { parseSearchParams, type SearchParams, writeSearchParams } from '../../app/search-params.ts'
import { client } from '../../app/server.ts'
import type { ShownType } from '../../records/object-types.ts'
import { type ListAddress, readAddress, writeAddress } from './address.ts'
import { type Column, readColumns, writeColumns } from './columns.ts'

export type View = Awaited<ReturnType<typeof client.admin.views.list>>['data'][number]

/** What the address of a list says, the view that it names, and how to change it. */
export function useListAddress(type: ShownType) {
  const search: SearchParams = useSearch({ strict: false })
  const navigate = useNavigate()
  const { data: views, isPending } = useQuery({
    queryKey: keys.views(type.name),
    queryFn: async ({ signal }) => (await client.admin.views.list({ objectType: type.name }, { signal })).data,
  })
  const named = [search['view']].flat().at(-1)
  const view = views?.find(({ id }) => id === named)
  const isBare = named !== undefined && Object.keys(search).every((key) => key === 'view' || key === 'columns')
  const address = useMemo(() => {
    const written = readAddress(search)
    // An address that only names a view means all that the view says.
    return isBare && view ? { ...addressOf(view), columns: written.columns } : written
  }, [search, isBare, view])

  const change = useCallback(
    (changes: Partial<ListAddress>, { replace = false } = {}) =>
      void navigate({ to: '.', search: writeAddress({ ...address, ...changes }), replace }),
    [navigate, address],
  )
  const remembered = useRemembered(type.name)
  const columns = address.columns ?? (view ? columnsOf(view) : remembered.columns)
  const setColumns = useCallback(
    (next: readonly Column[]) => {
      if (!address.view) remembered.keep(next)
      change({ columns: next }, { replace: true })
    },
    [address.view, remembered.keep, change],
  )
  return {
    address,
    change,
    /** Undefined: as usual. */
    columns,
    setColumns,
    views: views ?? [],
    view,
    /** What to show is not known before the view that is named is. */
    isKnown: !(isBare && isPending),
  }
}

export type ListState = ReturnType<typeof useListAddress>

/** The address that a view is kept as. */
export const addressOf = ({ id, query, layout }: View): ListAddress => ({
  ...readAddress(parseSearchParams(query)),
  view: id,
  layout,
})

const columnsOf = ({ columns }: View): readonly Column[] | undefined =>
  columns.length > 0 ? readColumns(writeColumns(columns as Column[])) : undefined

/** What of an address a view keeps as its query. */
export const queryOf = (address: ListAddress) =>
  writeSearchParams(writeAddress({ ...address, view: undefined, layout: 'table', columns: undefined })).slice(1)

/** Whether a list is no longer as its view was saved. */
export function isChanged(view: View, { address, columns }: ListState): boolean {
  const saved = addressOf(view)
  return (
    queryOf(usual(address)) !== queryOf(usual(saved)) ||
    address.layout !== saved.layout ||
    (address.columns !== undefined && writeColumns(columns ?? []) !== writeColumns(columnsOf(view) ?? []))
  )
}

/** Newest first is the order of lists that say nothing of it. */
const usual = (address: ListAddress): ListAddress =>
  address.sort === '-createdAt' ? { ...address, sort: undefined } : address

/** The columns that somebody has chosen for the list that is no view, in this browser. */
function useRemembered(objectType: string) {
  const key = `openfield.columns.${objectType}`
  const [text, setText] = useState(() => localStorage.getItem(key))
  const columns = useMemo(() => (text === null ? undefined : readColumns(text)), [text])
  const keep = useCallback(
    (next: readonly Column[]) => {
      localStorage.setItem(key, writeColumns(next))
      setText(writeColumns(next))
    },
    [key],
  )
  return { columns, keep }
}
