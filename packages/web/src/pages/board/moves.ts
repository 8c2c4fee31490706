import { useMemo, useState } from 'react'
import { keys, queryClient } from '../../app/queries.ts'
import { type Edit, useEdits } from '../../app/saves.ts'
import type { AnyRecord } from '../../records/record.ts'

/** Cards that were moved and that the lists of the server do not show in their new column yet. */
export type Moves = {
  /** The option a card is to be shown under. */
  columnOf(record: AnyRecord): string | undefined
  /** The cards that were moved into a column, latest first. */
  into(column: string): readonly AnyRecord[]
  remember(record: AnyRecord, column: string): void
  /** A list of the server shows these in this column. */
  seen(column: string, ids: readonly string[]): void
}

type Move = { record: AnyRecord; column: string; at: number }

/** How long a card that is saved may take to show in the list of its column, in ms. */
const patienceMs = 10_000

export function useMoves(objectType: string, key: string): Moves {
  const [moved, setMoved] = useState<ReadonlyMap<string, Move>>(new Map())
  const edits = useEdits()
  return useMemo(() => {
    const valid = [...moved.values()].filter((move) => holds(move, edits, objectType, key)).reverse()
    return {
      columnOf: (record) =>
        valid.find((one) => one.record.id === record.id)?.column ?? (record.fields[key]?.value as string | undefined),
      into: (column) => valid.filter((one) => one.column === column).map(({ record }) => record),
      remember: (record, column) =>
        setMoved((all) => new Map([...without(all, [record.id]), [record.id, { record, column, at: Date.now() }]])),
      seen: (column, ids) => {
        const arrived = ids.filter((id) => moved.get(id)?.column === column)
        if (arrived.length > 0) setMoved((all) => new Map(without(all, arrived)))
      },
    }
  }, [moved, edits, objectType, key])
}

/** A move holds while it is on its way, and then as long as the record is known to be there. */
function holds({ record, column, at }: Move, edits: readonly Edit[], objectType: string, key: string): boolean {
  const edit = edits.find((one) => one.recordId === record.id && one.key === key)
  if (edit) return edit.state !== 'refused' && edit.value === column
  const saved = queryClient.getQueryData<AnyRecord>(keys.record(objectType, record.id))
  return saved?.fields[key]?.value === column && Date.now() - at < patienceMs
}

const without = <V>(map: ReadonlyMap<string, V>, ids: readonly string[]) => [...map].filter(([id]) => !ids.includes(id))
