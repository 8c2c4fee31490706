import { ActionIcon, Menu } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconDots } from '@tabler/icons-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { type Column, clampWidth, type ShownColumn } from './columns.ts'
import styles from './grid.module.css'
import { GridHeader } from './parts.tsx'
import type { WidthHeader } from './widths.ts'

type HeaderProps = {
  column: ShownColumn
  index: number
  columns: readonly ShownColumn[]
  header: WidthHeader | undefined
  sort: string | undefined
  isActive: boolean
  onFocus(): void
  onSort(sort: string | undefined): void
  onColumns(columns: readonly Column[]): void
}

/** The head of a column: sorts, and can be dragged, resized and asked for more by a menu. */
export function HeaderCell(props: HeaderProps) {
  const { column, index, columns, header, sort, isActive, onFocus, onSort, onColumns } = props
  const { key, subject } = column
  const cell = useRef<HTMLDivElement>(null)
  const over = useColumnDrag(cell, key, index > 1, (dragged) => onColumns(moved(columns, dragged, index - 1)))
  const direction = sort === key ? 'ascending' : sort === `-${key}` ? 'descending' : undefined
  const Arrow = direction === 'ascending' ? IconArrowUp : IconArrowDown
  const tabIndex = isActive ? 0 : -1

  function onKeyDown(event: KeyboardEvent) {
    if (!event.altKey || !event.shiftKey || index < 2) return
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    onColumns(moved(columns, key, index - 1 + step))
  }

  return (
    <GridHeader
      ref={cell}
      aria-colindex={index + 1}
      {...(subject.sortable && { 'aria-sort': direction ?? 'none' })}
      className={`${styles['cell']} ${styles['head']} ${index === 1 ? styles['title'] : ''}`}
      data-cell={`-1 ${index}`}
      data-over={over || undefined}
      data-right={isRight(column) || undefined}
      onFocus={onFocus}
      onKeyDown={onKeyDown}
    >
      {subject.sortable ? (
        <button
          type="button"
          className={styles['sort']}
          tabIndex={tabIndex}
          title={`Sort by ${subject.label}`}
          onClick={() => onSort(direction === undefined ? key : direction === 'ascending' ? `-${key}` : undefined)}
        >
          <span className={styles['text']}>{subject.label}</span>
          {direction && <Arrow size={13} aria-hidden />}
        </button>
      ) : (
        <span className={styles['sort']} tabIndex={tabIndex}>
          <span className={styles['text']}>{subject.label}</span>
        </span>
      )}
      <HeaderMenu {...props} tabIndex={tabIndex} />
      {header && (
        <div
          className={styles['resize']}
          data-edge
          aria-hidden
          onMouseDown={header.getResizeHandler()}
          onTouchStart={header.getResizeHandler()}
          onDoubleClick={() => onColumns(columns.map((one) => (one.key === key ? { key } : one)))}
        />
      )}
    </GridHeader>
  )
}

const isRight = ({ subject }: ShownColumn) =>
  subject.kind === 'field' && (subject.field.valueType === 'NUMBER' || subject.field.valueType === 'CURRENCY')

const widthStep = 40

/** All that can be done to a column, for those who do not drag. */
function HeaderMenu({
  column: { key, subject },
  index,
  columns,
  header,
  onSort,
  onColumns,
  tabIndex,
}: HeaderProps & { tabIndex: number }) {
  const resize = (by: number) =>
    onColumns(columns.map((one) => (one.key === key ? { key, width: clampWidth((header?.getSize() ?? 0) + by) } : one)))
  return (
    <Menu position="bottom-end" width={190} withinPortal>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="xs"
          className={styles['more'] ?? ''}
          tabIndex={tabIndex}
          aria-label={`Column ${subject.label}`}
        >
          <IconDots size={14} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {subject.sortable && (
          <>
            <Menu.Item onClick={() => onSort(key)}>Sort ascending</Menu.Item>
            <Menu.Item onClick={() => onSort(`-${key}`)}>Sort descending</Menu.Item>
            <Menu.Divider />
          </>
        )}
        {index > 1 && (
          <>
            <Menu.Item disabled={index === 2} onClick={() => onColumns(moved(columns, key, index - 2))}>
              Move left
            </Menu.Item>
            <Menu.Item disabled={index === columns.length} onClick={() => onColumns(moved(columns, key, index))}>
              Move right
            </Menu.Item>
          </>
        )}
        <Menu.Item closeMenuOnClick={false} onClick={() => resize(widthStep)}>
          Wider
        </Menu.Item>
        <Menu.Item closeMenuOnClick={false} onClick={() => resize(-widthStep)}>
          Narrower
        </Menu.Item>
        {index > 1 && (
          <>
            <Menu.Divider />
            <Menu.Item onClick={() => onColumns(columns.filter((one) => one.key !== key))}>Hide column</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

/** Columns with one of them at another place; the first stays the title. */
export function moved(columns: readonly Column[], key: string, to: number): readonly Column[] {
  const from = columns.findIndex((one) => one.key === key)
  const column = columns[from]
  if (!column || to < 1 || to >= columns.length) return columns
  return columns.toSpliced(from, 1).toSpliced(to, 0, column)
}

/** Lets a column be dragged onto another. Says whether one is held above it. */
function useColumnDrag(
  cell: React.RefObject<HTMLElement | null>,
  key: string,
  enabled: boolean,
  onDrop: (dragged: string) => void,
): boolean {
  const [over, setOver] = useState(false)
  const drop = useRef(onDrop)
  drop.current = onDrop
  useEffect(() => {
    const element = cell.current
    if (!element || !enabled) return
    let stop: (() => void) | undefined
    let gone = false
    void import('./column-drag.ts').then(({ columnDrag }) => {
      if (!gone) stop = columnDrag(element, key, setOver, (dragged) => drop.current(dragged))
    })
    return () => {
      gone = true
      stop?.()
    }
  }, [cell, key, enabled])
  return over
}
