import type { SearchParams } from '../../app/search-params.ts'
import { type Column, readColumns, writeColumns } from './columns.ts'
import { type Conditions, readConditions, writeConditions } from './filters.ts'

export type Layout = 'table' | 'board'

/** All that the address of a list says. Whoever opens the same address sees the same list. */
export type ListAddress = Conditions & {
  /** The saved view that it began from. */
  view: string | undefined
  layout: Layout
  /** What the columns of a board are by. */
  by: string | undefined
  /** As the API has it: `$amount`, `-$amount`. */
  sort: string | undefined
  /** Undefined: as usual. */
  columns: readonly Column[] | undefined
}

const own = ['view', 'layout', 'by', 'sort', 'columns'] as const

export function readAddress(params: SearchParams): ListAddress {
  const last = (key: (typeof own)[number]) => [params[key]].flat().at(-1) || undefined
  const columns = last('columns')
  return {
    ...readConditions(filtersOf(params)),
    view: last('view'),
    layout: last('layout') === 'board' ? 'board' : 'table',
    by: last('by'),
    sort: last('sort'),
    columns: columns === undefined ? undefined : readColumns(columns),
  }
}

/** What of an address is the API's: its filters as they are written. */
export const filtersOf = (params: SearchParams): SearchParams =>
  Object.fromEntries(Object.entries(params).filter(([key]) => !own.some((one) => one === key)))

export function writeAddress({ view, layout, by, sort, columns, ...conditions }: ListAddress): SearchParams {
  const all = {
    view,
    layout: layout === 'board' ? layout : undefined,
    by,
    // A view of which nothing is left is no longer the view: an address that only names one means all that it says.
    sort: sort ?? (view && isBare(conditions) ? '-createdAt' : undefined),
    columns: columns && writeColumns(columns),
    ...writeConditions(conditions),
  }
  return Object.fromEntries(Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined))
}

const isBare = ({ conditions, quick }: Conditions) => conditions.length === 0 && !quick?.length
