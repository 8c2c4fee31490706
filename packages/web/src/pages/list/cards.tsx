import { Checkbox } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useEffect, useLayoutEffect, useRef } from 'react'
import { useEdited } from '../../app/saves.ts'
import type { Names } from '../../records/names.ts'
import { recordPath, type ShownType } from '../../records/object-types.ts'
import type { AnyRecord } from '../../records/record.ts'
import { titleText } from '../../records/titles.ts'
import styles from './cards.module.css'
import { CellText } from './cell.tsx'
import type { ShownColumn } from './columns.ts'
import type { Completion } from './completion.ts'
import { DoneCheckbox, isOverdue } from './row.tsx'
import { type Rows, windowsAround } from './rows.ts'
import type { Selection } from './selection.ts'

const cardHeight = 60
/** How many columns a card has room for besides the title. */
const detailsMax = 3

type CardsProps = {
  type: ShownType
  columns: readonly ShownColumn[]
  rows: Rows
  selection: Selection
  completion: Completion | undefined
  onWindows(windows: string): void
}

/** Records in two lines each, where there is no room for columns. */
export function Cards({ type, columns, rows, selection, completion, onWindows }: CardsProps) {
  const box = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({
    count: rows.total ?? 0,
    getScrollElement: () => box.current,
    estimateSize: () => cardHeight,
    overscan: 8,
  })
  const windows = windowsAround(virtualizer.range?.startIndex ?? 0, virtualizer.range?.endIndex ?? 0)
  useEffect(() => onWindows(windows), [windows, onWindows])
  const shownQuery = JSON.stringify([rows.query.filters, rows.query.sort])
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is what begins again
  useLayoutEffect(() => {
    box.current?.scrollTo({ top: 0 })
  }, [shownQuery])
  return (
    <div ref={box} className={styles['box']}>
      <ul aria-label={type.pluralLabel} className={styles['list']} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const record = rows.at(index)
          return (
            <li
              key={record?.id ?? index}
              aria-setsize={rows.total}
              aria-posinset={index + 1}
              className={styles['card']}
              style={{ transform: `translateY(${start}px)` }}
            >
              {record && (
                <Card
                  type={type}
                  index={index}
                  record={record}
                  names={rows.namesAt(index)}
                  columns={columns}
                  completion={completion}
                  isSelected={selection.has(record.id)}
                  onSelect={selection.toggle}
                />
              )}
            </li>
          )
        })}
      </ul>
    </div>
  )
}

type CardProps = {
  type: ShownType
  index: number
  record: AnyRecord
  names: Names
  columns: readonly ShownColumn[]
  completion: Completion | undefined
  isSelected: boolean
  onSelect: Selection['toggle']
}

const Card = memo(function Card({ record: sent, ...props }: CardProps) {
  const { type, index, names, columns, completion, isSelected, onSelect } = props
  const record = useEdited(sent)
  const title = titleText(type, record)
  return (
    <>
      <Checkbox
        size="sm"
        aria-label={`Select ${title}`}
        checked={isSelected}
        onChange={() => onSelect(index, record, false)}
      />
      {completion && <DoneCheckbox completion={completion} type={type} record={record} title={title} />}
      <Link to={recordPath(type, record.id)} className={styles['text'] ?? ''}>
        <span className={styles['title']}>{title}</span>
        <span className={styles['details']}>
          {columns.slice(1, 1 + detailsMax).map(({ key, subject }) => (
            <span key={key} data-overdue={(completion && isOverdue(completion, key, record)) || undefined}>
              <CellText subject={subject} record={record} names={names} />
            </span>
          ))}
        </span>
      </Link>
    </>
  )
})
