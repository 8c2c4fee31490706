import { useCallback, useMemo, useRef, useState } from 'react'
import type { AnyRecord } from '../../records/record.ts'
import type { Rows } from './rows.ts'

/** Which records something is to be done with: some of them, or all that the list has. */
export type Selection = {
  isAll: boolean
  count: number
  ids: ReadonlySet<string>
  has(id: string): boolean
  /** `extend`: all from where the last one was chosen to here. */
  toggle(index: number, record: AnyRecord, extend: boolean): void
  /** Chooses all from where the last one was chosen, or from the first place, to the other. */
  extend(from: number, to: number): void
  selectAll(): void
  clear(): void
}

type State = { ids: ReadonlySet<string>; isAll: boolean }
const nothing: State = { ids: new Set(), isAll: false }

/** The selection of a list, which begins anew with another query. */
export function useSelection(rows: Rows): Selection {
  const query = JSON.stringify([rows.query.filters])
  const [{ of, state }, setAll] = useState({ of: query, state: nothing })
  const current = of === query ? state : nothing
  const set = useCallback(
    (next: (state: State) => State) =>
      setAll((before) => ({ of: query, state: next(before.of === query ? before.state : nothing) })),
    [query],
  )
  const anchor = useRef<number | undefined>(undefined)
  const latest = useRef(rows)
  latest.current = rows

  const extend = useCallback(
    (first: number, to: number) => {
      anchor.current ??= first
      const from = anchor.current
      const places = Array.from({ length: Math.abs(to - from) + 1 }, (_, step) => Math.min(from, to) + step)
      const ids = places.flatMap((place) => latest.current.at(place)?.id ?? [])
      set(({ ids: before }) => ({ isAll: false, ids: new Set([...before, ...ids]) }))
    },
    [set],
  )
  const toggle = useCallback(
    (index: number, { id }: AnyRecord, isExtending: boolean) => {
      if (isExtending && anchor.current !== undefined) return extend(index, index)
      anchor.current = index
      set(({ ids, isAll }) => {
        // Of all, one is left out: what remains is what can be named.
        const next = new Set(isAll ? loadedIds(latest.current) : ids)
        if (!next.delete(id)) next.add(id)
        return { isAll: false, ids: next }
      })
    },
    [set, extend],
  )
  return useMemo(
    () => ({
      isAll: current.isAll,
      ids: current.ids,
      count: current.isAll ? (rows.total ?? 0) : current.ids.size,
      has: (id) => current.isAll || current.ids.has(id),
      toggle,
      extend,
      selectAll: () => set(() => ({ ids: new Set(), isAll: true })),
      clear: () => set(() => nothing),
    }),
    [current, rows.total, toggle, extend, set],
  )
}

function loadedIds(rows: Rows): string[] {
  return Array.from({ length: rows.total ?? 0 }, (_, index) => rows.at(index)?.id).filter((id) => id !== undefined)
}
