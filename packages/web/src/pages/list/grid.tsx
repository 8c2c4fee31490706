import { useRouter } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type FocusEvent, type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { type Shortcut, useShortcuts } from '../../app/shortcuts.ts'
import { recordPath, type ShownType } from '../../records/object-types.ts'
import type { Column, ShownColumn } from './columns.ts'
import type { Completion } from './completion.ts'
import { placeAfter, useCursor } from './cursor.ts'
import styles from './grid.module.css'
import { HeaderCell } from './header.tsx'
import { GridBox, GridHeader, GridRow } from './parts.tsx'
import { Row } from './row.tsx'
import { type Rows, windowsAround } from './rows.ts'
import type { Selection } from './selection.ts'
import { useWidths } from './widths.ts'

const rowHeight = 36

/** What the grid itself listens to, for the help. */
const shortcuts: readonly Shortcut[] = [
  { keys: 'Enter', label: 'Edit the cell' },
  { keys: 'x', label: 'Select the record, from its title' },
  { keys: 'o', label: 'Open the record, from its title' },
  { keys: 'mod+Enter', label: 'Open the record' },
]

type GridProps = {
  type: ShownType
  columns: readonly ShownColumn[]
  rows: Rows
  selection: Selection
  completion: Completion | undefined
  sort: string | undefined
  onSort(sort: string | undefined): void
  onColumns(columns: readonly Column[]): void
  /** The windows that are looked at. */
  onWindows(windows: string): void
  onTyping(isTyping: boolean): void
}

/** Records as a table that is moved about in and typed into like a spreadsheet. */
export function Grid(props: GridProps) {
  const { type, columns, rows, selection, completion, sort, onSort, onColumns, onWindows, onTyping } = props
  const box = useRef<HTMLDivElement>(null)
  const router = useRouter()
  useShortcuts('Lists', shortcuts)
  const { cursor, moveTo } = useCursor()
  const widths = useWidths(columns, onColumns)
  const [renaming, setRenaming] = useState<string>()
  const total = rows.total ?? 0
  const { column } = cursor.place
  const row = placeOf(cursor.place.row, cursor.id, rows)
  const record = rows.at(row)

  const virtualizer = useVirtualizer({
    count: total,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 6,
    scrollMargin: rowHeight,
    scrollPaddingStart: rowHeight,
    // The row that the keyboard is at stays, so that it keeps the focus and what is typed into it.
    rangeExtractor: ({ startIndex, endIndex, overscan, count }) => {
      const first = Math.max(0, startIndex - overscan)
      const last = Math.min(count - 1, endIndex + overscan)
      const seen = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
      if (row < 0 || row >= count || (row >= first && row <= last)) return seen
      return row < first ? [row, ...seen] : [...seen, row]
    },
  })
  const windows = windowsAround(virtualizer.range?.startIndex ?? 0, virtualizer.range?.endIndex ?? 0)
  useEffect(() => onWindows(windows), [windows, onWindows])

  // Another filter or order begins at its top, as soon as its rows are there.
  const { filters, sort: shownSort } = rows.query
  const shownQuery = JSON.stringify([filters, shownSort])
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is what begins again
  useLayoutEffect(() => {
    box.current?.scrollTo({ top: 0 })
  }, [shownQuery])

  // biome-ignore lint/correctness/useExhaustiveDependencies: each move takes the focus along once
  useLayoutEffect(() => {
    if (cursor.moves === 0) return
    if (row >= 0) virtualizer.scrollToIndex(row)
    focusCell(box.current, `${row} ${column}`)
  }, [cursor.moves])

  // The row that had the focus may be another by now: one that has been read, or one that came in its place.
  const hadFocus = useRef(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is another record that counts
  useLayoutEffect(() => {
    if (hadFocus.current && document.activeElement === document.body) focusCell(box.current, `${row} ${column}`)
  }, [record?.id])

  const latest = useRef(rows)
  latest.current = rows
  const noteFocus = useCallback(
    (at: number, atColumn: number) => moveTo({ row: at, column: atColumn }, latest.current.at(at)?.id, false),
    [moveTo],
  )
  const go = (to: { row: number; column: number }) => moveTo(to, rows.at(to.row)?.id, true)
  const limits = () => ({
    rows: total,
    columns: columns.length + 1,
    page: Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / rowHeight) - 2),
  })

  /** Opens the editor of the cell that has the focus. What is being typed goes into it, in place of what was there. */
  function edit(typed: boolean) {
    if (column === 1) flushSync(() => setRenaming(record?.id))
    const cell = cellAt(box.current, `${row} ${column}`)
    flushSync(() => cell?.querySelector<HTMLElement>('button[tabindex]')?.click())
    const input = document.activeElement
    if (typed && input instanceof HTMLInputElement) input.select()
  }

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    if (event.defaultPrevented || !isCellFocused(box.current)) return
    const next = event.altKey ? undefined : placeAfter(event, { row, column }, limits())
    if (next) {
      event.preventDefault()
      if (event.shiftKey && next.column === column && next.row >= 0) selection.extend(row, next.row)
      return go(next)
    }
    const act = record && row >= 0 && actionOf(event, column)
    if (!act) return
    // What is typed is no shortcut of the app's.
    event.stopPropagation()
    if (act !== 'type') event.preventDefault()
    if (act === 'open') void router.navigate({ to: recordPath(type, record.id) })
    else if (act === 'select') selection.toggle(row, record, false)
    else if (act === 'clear') selection.clear()
    else edit(act === 'type')
  }

  /** What keys do at the end of typing: Enter goes down, once it has ended it; Tab goes on, which ends it. */
  function onKeyDownCapture(event: KeyboardEvent<HTMLDivElement>) {
    if (isCellFocused(box.current) || event.nativeEvent.isComposing) return
    const typedInto = document.activeElement
    if (event.key === 'Enter') {
      setTimeout(() => {
        if (typedInto !== document.activeElement && isCellFocused(box.current)) {
          go({ row: Math.min(row + 1, total - 1), column })
        }
      })
    }
    if (event.key === 'Tab' && box.current?.contains(typedInto)) {
      event.preventDefault()
      go({ row, column: Math.max(1, Math.min(columns.length, column + (event.shiftKey ? -1 : 1))) })
    }
  }

  function onFocus({ target }: FocusEvent) {
    hadFocus.current = true
    onTyping(isTypedInto(box.current, target))
    if (renaming && !(record?.id === renaming && cursor.place.column === 1)) setRenaming(undefined)
  }

  function onBlur({ relatedTarget }: FocusEvent) {
    if (relatedTarget === null) onTyping(false)
    else if (!box.current?.contains(relatedTarget)) hadFocus.current = false
  }

  return (
    <GridBox
      ref={box}
      aria-label={type.pluralLabel}
      aria-rowcount={total + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable
      aria-describedby="grid-help"
      className={styles['grid']}
      style={widths.style}
      onKeyDown={onKeyDown}
      onKeyDownCapture={onKeyDownCapture}
      onFocus={onFocus}
      onBlur={onBlur}
    >
      <GridRow aria-rowindex={1} className={styles['header']}>
        <GridHeader aria-colindex={1} className={`${styles['cell']} ${styles['check']}`} data-cell="-1 0">
          <input
            type="checkbox"
            tabIndex={row === -1 && column === 0 ? 0 : -1}
            aria-label={`Select all ${type.pluralLabel.toLowerCase()}`}
            checked={selection.isAll}
            ref={(input) => {
              if (input) input.indeterminate = !selection.isAll && selection.count > 0
            }}
            onChange={() => (selection.isAll ? selection.clear() : selection.selectAll())}
            onFocus={() => noteFocus(-1, 0)}
          />
        </GridHeader>
        {columns.map((one, index) => (
          <HeaderCell
            key={one.key}
            column={one}
            index={index + 1}
            columns={columns}
            header={widths.headerOf(one.key)}
            sort={sort}
            isActive={row === -1 && column === index + 1}
            onFocus={() => noteFocus(-1, index + 1)}
            onSort={onSort}
            onColumns={onColumns}
          />
        ))}
      </GridRow>
      <div role="presentation" className={styles['body']} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const one = rows.at(index)
          return (
            <Row
              key={one?.id ?? index}
              type={type}
              index={index}
              top={start - rowHeight}
              record={one}
              names={rows.namesAt(index)}
              columns={columns}
              completion={completion}
              activeColumn={index === row ? column : undefined}
              isSelected={one !== undefined && selection.has(one.id)}
              isRenaming={one !== undefined && one.id === renaming}
              onSelect={selection.toggle}
              onGo={noteFocus}
            />
          )
        })}
      </div>
      <p id="grid-help" hidden>
        Arrow keys move between cells. Enter edits, Escape leaves it, Shift and Space select a row, Control and Enter
        open the record.
      </p>
    </GridBox>
  )
}

/** Where the record that the keyboard is at is by now. */
function placeOf(row: number, id: string | undefined, rows: Rows): number {
  const moved = id === undefined || rows.at(row)?.id === id ? -1 : rows.indexOf(id)
  return Math.min(moved >= 0 ? moved : row, Math.max(0, (rows.total ?? 1) - 1))
}

const cellAt = (grid: HTMLElement | null, place: string) => grid?.querySelector<HTMLElement>(`[data-cell="${place}"]`)

/** What of a cell has the focus: what is done in it, else itself. */
function focusCell(grid: HTMLElement | null, place: string) {
  const cell = cellAt(grid, place)
  const control = cell?.querySelector<HTMLElement>('button[tabindex], input[type="checkbox"][tabindex="0"]')
  ;(control ?? cell)?.focus({ preventScroll: true })
  cell?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
}

/** Whether a cell has the focus, and not something that is typed into. */
const isCellFocused = (grid: HTMLElement | null) =>
  !isTypedInto(grid, document.activeElement) && grid?.contains(document.activeElement) === true

/** Whether what has the focus is an editor: in a cell, or opened by it elsewhere in the page. */
function isTypedInto(grid: HTMLElement | null, target: Element | null): boolean {
  if (!grid?.contains(target)) return target !== document.body
  return target?.matches('input:not([type="checkbox"]), textarea, select, [contenteditable]') === true
}

type Action = 'open' | 'select' | 'clear' | 'edit' | 'type'

/** What a key does to the cell that it is pressed in. In a title `x` selects; elsewhere it is typed. */
function actionOf({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent, column: number): Action | undefined {
  if (key === 'Enter' && (ctrlKey || metaKey)) return 'open'
  if (ctrlKey || metaKey || altKey) return undefined
  if (key === ' ') return shiftKey ? 'select' : undefined
  if (key === 'Escape') return 'clear'
  if (key === 'F2') return 'edit'
  if (column === 0) return key === 'x' ? 'select' : undefined
  if (column === 1) return { x: 'select', o: 'open', Enter: 'edit' }[key] as Action | undefined
  if (key === 'Enter') return 'edit'
  return key.length === 1 ? 'type' : undefined
}
