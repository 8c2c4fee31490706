import { useCallback, useState } from 'react'

/** A place in the grid. `row` is -1 in the header; `column` 0 is that of the checkboxes. */
export type Place = { row: number; column: number }

/** The one cell that the keyboard is at; it goes with its record when that moves. */
export type Cursor = {
  place: Place
  /** The record that it is at. */
  id: string | undefined
  /** Goes up with every move that takes the focus along. */
  moves: number
}

/** Where the keyboard is. `focus`: the focus goes along with a move; otherwise it is there already. */
export function useCursor() {
  const [cursor, setCursor] = useState<Cursor>({ place: { row: 0, column: 1 }, id: undefined, moves: 0 })
  const moveTo = useCallback((place: Place, id: string | undefined, focus: boolean) => {
    setCursor((before) => {
      const isSame = before.place.row === place.row && before.place.column === place.column && before.id === id
      return isSame && !focus ? before : { place, id, moves: focus ? before.moves + 1 : before.moves }
    })
  }, [])
  return { cursor, moveTo }
}

/** Where a key leads; undefined for keys that lead nowhere. */
export function placeAfter(
  { key, ctrlKey, metaKey }: { key: string; ctrlKey: boolean; metaKey: boolean },
  { row, column }: Place,
  { rows, columns, page }: { rows: number; columns: number; page: number },
): Place | undefined {
  const far = ctrlKey || metaKey
  const to = (next: Partial<Place>): Place => ({
    row: Math.max(-1, Math.min(rows - 1, next.row ?? row)),
    column: Math.max(0, Math.min(columns - 1, next.column ?? column)),
  })
  switch (key) {
    case 'ArrowUp':
      return to({ row: far ? 0 : row - 1 })
    case 'ArrowDown':
      return to({ row: far ? rows - 1 : row + 1 })
    case 'ArrowLeft':
      return to({ column: far ? 0 : column - 1 })
    case 'ArrowRight':
      return to({ column: far ? columns - 1 : column + 1 })
    case 'Home':
      return to(far ? { row: 0, column: 0 } : { column: 0 })
    case 'End':
      return to(far ? { row: rows - 1, column: columns - 1 } : { column: columns - 1 })
    case 'PageUp':
      return to({ row: Math.max(Math.min(row, 0), row - page) })
    case 'PageDown':
      return to({ row: row + page })
    default:
      return undefined
  }
}
