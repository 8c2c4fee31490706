import { Checkbox } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { memo, type MouseEvent as ReactMouseEvent, useLayoutEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { save, useEdited } from '../../app/saves.ts'
import { appPath } from '../../app/server.ts'
import type { Names } from '../../records/names.ts'
import { recordPath, type ShownType } from '../../records/object-types.ts'
import type { AnyRecord } from '../../records/record.ts'
import { titleText } from '../../records/titles.ts'
import { isPast } from '../../values/moments.ts'
import { Cell, isEditable, StillCell } from './cell.tsx'
import type { ShownColumn } from './columns.ts'
import { type Completion, isOver } from './completion.ts'
import styles from './grid.module.css'
import { GridCell, GridRow } from './parts.tsx'
import { isMoment } from './subjects.ts'

type RowProps = {
  type: ShownType
  index: number
  top: number
  /** Undefined while it is not read. */
  record: AnyRecord | undefined
  names: Names
  columns: readonly ShownColumn[]
  completion: Completion | undefined
  /** The column that the keyboard is at, if it is in this row. */
  activeColumn: number | undefined
  isSelected: boolean
  /** The title is shown as its field, to be typed into. */
  isRenaming: boolean
  onSelect(index: number, record: AnyRecord, extend: boolean): void
  onGo(row: number, column: number): void
}

/** One record of the grid. Most are drawn once: what others do does not concern them. */
export const Row = memo(function Row({ record, ...props }: RowProps) {
  return record ? <RecordRow record={record} {...props} /> : <WaitingRow {...props} />
})

const rowProps = (index: number, top: number) => ({
  'aria-rowindex': index + 2,
  className: styles['row'],
  style: { transform: `translateY(${top}px)` },
})

function WaitingRow({ index, top, columns, activeColumn }: Omit<RowProps, 'record'>) {
  return (
    <GridRow {...rowProps(index, top)}>
      {[{ key: '' }, ...columns].map(({ key }, column) => (
        <GridCell
          key={key}
          aria-colindex={column + 1}
          className={styles['cell']}
          tabIndex={activeColumn === column ? 0 : -1}
          data-cell={`${index} ${column}`}
          data-plain
        >
          {column > 0 && <span className={styles['waiting']} />}
        </GridCell>
      ))}
    </GridRow>
  )
}

function RecordRow({ record: sent, ...props }: RowProps & { record: AnyRecord }) {
  const { type, index, top, names, columns, completion, activeColumn, isSelected, isRenaming, onSelect, onGo } = props
  const record = useEdited(sent)
  const row = useRef<HTMLDivElement>(null)
  const title = titleText(type, record)
  // Only the row that somebody is at can be typed into: the others are drawn much faster.
  const [isPointedAt, setPointedAt] = useState(false)
  const isLive = isPointedAt || activeColumn !== undefined
  const TheCell = isLive ? Cell : StillCell
  const path = recordPath(type, record.id)
  function onClick({ target }: ReactMouseEvent) {
    const pressed = isLive ? undefined : (target as Element).closest('button')?.closest<HTMLElement>('[data-cell]')
    if (!pressed) return
    flushSync(() => setPointedAt(true))
    row.current?.querySelector<HTMLElement>(`[data-cell="${pressed.dataset['cell']}"] button`)?.click()
  }
  useLayoutEffect(() => {
    // One moves in a grid by arrows: links in it are no stops of the Tab key.
    for (const link of row.current?.querySelectorAll('a') ?? []) link.tabIndex = -1
  })
  return (
    <GridRow
      ref={row}
      aria-selected={isSelected}
      {...rowProps(index, top)}
      // At once: a press may follow before React finds the time.
      onPointerEnter={() => flushSync(() => setPointedAt(true))}
      onPointerLeave={() => setPointedAt(false)}
      onClick={onClick}
    >
      <GridCell aria-colindex={1} className={`${styles['cell']} ${styles['check']}`} data-cell={`${index} 0`}>
        <input
          type="checkbox"
          tabIndex={activeColumn === 0 ? 0 : -1}
          aria-label={`Select ${title}`}
          checked={isSelected}
          onFocus={() => onGo(index, 0)}
          onChange={(event) => onSelect(index, record, (event.nativeEvent as MouseEvent).shiftKey)}
        />
      </GridCell>
      {columns.map(({ key, subject }, place) => {
        const tabIndex = activeColumn === place + 1 ? 0 : -1
        const isTitle = place === 0 && !isRenaming
        // What is typed into has a button that has the focus.
        const isPlain = isTitle || !isEditable(type, subject, record)
        return (
          <GridCell
            key={key}
            aria-colindex={place + 2}
            aria-readonly={!isEditable(type, subject, record)}
            className={`${styles['cell']} ${place === 0 ? styles['title'] : ''}`}
            tabIndex={isPlain ? tabIndex : undefined}
            data-cell={`${index} ${place + 1}`}
            data-plain={isTitle || isMoment(subject) || undefined}
            data-overdue={(completion && isOverdue(completion, key, record)) || undefined}
            onFocus={() => onGo(index, place + 1)}
          >
            {isTitle ? (
              <>
                {completion && <DoneCheckbox completion={completion} type={type} record={record} title={title} />}
                {isLive ? (
                  <Link to={path} className={styles['link'] ?? ''} tabIndex={-1}>
                    {title}
                  </Link>
                ) : (
                  <a href={`${appPath}${path}`} className={styles['link']} tabIndex={-1}>
                    {title}
                  </a>
                )}
              </>
            ) : (
              <TheCell type={type} subject={subject} record={record} names={names} tabIndex={tabIndex} />
            )}
          </GridCell>
        )
      })}
    </GridRow>
  )
}

/** Whether a column shows until when something is to be done, and that is over. */
export function isOverdue({ status, due }: Completion, key: string, { fields }: AnyRecord): boolean {
  const until = due?.key === key ? fields[key]?.value : undefined
  return typeof until === 'string' && isPast(until) && !isOver(fields[status.key]?.value)
}

type DoneProps = { completion: Completion; type: ShownType; record: AnyRecord; title: string }

/** Completes a task, or opens it again. */
export function DoneCheckbox({ completion: { status, done, open }, type, record, title }: DoneProps) {
  const before = record.fields[status.key]?.value
  if (before === undefined) return null
  return (
    <Checkbox
      size="xs"
      radius="xl"
      tabIndex={-1}
      aria-label={`Complete ${title}`}
      checked={isOver(before)}
      onChange={(event) =>
        void save({
          objectType: type.name,
          recordId: record.id,
          title,
          label: status.label,
          part: 'fields',
          key: status.key,
          before,
          value: event.currentTarget.checked ? done : open,
        })
      }
    />
  )
}
