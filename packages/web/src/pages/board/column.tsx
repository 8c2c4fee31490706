import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine'
import { dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { autoScrollForElements } from '@atlaskit/pragmatic-drag-and-drop-auto-scroll/element'
import type { Option } from '@openfield/schema'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState } from 'react'
import { editedBy, useEdits } from '../../app/saves.ts'
import type { ShownType } from '../../records/object-types.ts'
import type { AnyRecord, FieldDefinition } from '../../records/record.ts'
import { viewOf } from '../../values/index.ts'
import styles from './board.module.css'
import type { BoardProps } from './board.tsx'
import { Card } from './card.tsx'
import type { CardParts } from './cards.ts'
import type { Moves } from './moves.ts'
import { useWindows, windowOf } from './windows.ts'

/** The card that is carried by keyboard, and the column it is over. */
export type Lift = { id: string; over: string }

type ColumnProps = {
  type: ShownType
  field: FieldDefinition
  option: Option
  options: readonly Option[]
  parts: CardParts
  /** The keys that cards show. */
  fields: readonly string[]
  filters: BoardProps['filters']
  sort: string | undefined
  total: { count: number; sum: number | null } | undefined
  moves: Moves
  lift: Lift | undefined
  onMove(record: AnyRecord, to: string): void
  onCarry(record: AnyRecord, step: 'lift' | 'drop' | 'cancel' | -1 | 1): void
}

const cardHeight = 84

/** The cards of one option: only those near what is on the screen are in the page and read from the server. */
export function Column(props: ColumnProps) {
  const { type, field, option, options, parts, fields, filters, sort, total, moves, lift, onMove, onCarry } = props
  const scroller = useRef<HTMLDivElement>(null)
  const isOver = useDropTarget(scroller, option.id, onMove)
  const [from, setFrom] = useState(0)
  const edits = useEdits()
  const query = {
    filter: { ...filters, [`${field.key}[equal]`]: [filters[`${field.key}[equal]`] ?? [], option.id].flat() },
    sort: sort ?? '-updatedAt',
    fields,
  }
  const windows = useWindows(type.name, query, from)
  const arrived = moves.into(option.id)
  const known = windows.records.filter((record) => record === undefined || moves.columnOf(record) === option.id)
  const ids = new Set(known.map((record) => record?.id))
  const cards = [...arrived.filter(({ id }) => !ids.has(id)), ...known]

  const serverIds = windows.records.flatMap((record) =>
    record?.fields[field.key]?.value === option.id ? record.id : [],
  )
  const shown = serverIds.join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the ids say whether anything is new
  useEffect(() => moves.seen(option.id, serverIds), [shown])

  const rows = useVirtualizer({
    count: cards.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => cardHeight,
    overscan: 4,
  })
  const items = rows.getVirtualItems()
  const first = windowOf(items[0]?.index ?? 0)
  useEffect(() => setFrom(first), [first])

  const count = total?.count ?? windows.total ?? 0
  const { Line } = viewOf(parts.amount?.valueType ?? 'NUMBER')
  return (
    <section
      className={styles['column']}
      aria-label={option.label}
      data-target={isOver || lift?.over === option.id || undefined}
    >
      <div className={styles['head']}>
        <h2>{option.label}</h2>
        <span className="muted">{count.toLocaleString()}</span>
        {parts.amount && total?.sum !== null && total?.sum !== undefined && total.sum !== 0 && (
          <span className={`${styles['sum']} muted`}>
            <Line value={total.sum} configuration={parts.amount.typeConfiguration} />
          </span>
        )}
      </div>
      <div ref={scroller} className={styles['cards']} tabIndex={cards.length > 0 ? -1 : 0}>
        <ol className={styles['rows']} style={{ height: rows.getTotalSize() }}>
          {items.map(({ index, key, start, size }) => {
            const card = cards[index]
            return (
              <li
                key={card?.id ?? key}
                className={styles['row']}
                aria-setsize={count}
                aria-posinset={index + 1}
                style={{ height: size, transform: `translateY(${start}px)` }}
              >
                {card && (
                  <Card
                    type={type}
                    record={editedBy(edits, card)}
                    names={windows.names}
                    parts={parts}
                    column={option.id}
                    options={options}
                    isLifted={lift?.id === card.id}
                    onMove={onMove}
                    onCarry={onCarry}
                  />
                )}
              </li>
            )
          })}
        </ol>
      </div>
    </section>
  )
}

/** Takes cards that are dragged over it; scrolls when they come near its edge. */
function useDropTarget(
  scroller: React.RefObject<HTMLDivElement | null>,
  column: string,
  onMove: ColumnProps['onMove'],
): boolean {
  const [isOver, setIsOver] = useState(false)
  const latest = useRef(onMove)
  latest.current = onMove
  useEffect(() => {
    const element = scroller.current
    const section = element?.closest('section')
    if (!element || !section) return
    return combine(
      dropTargetForElements({
        element: section,
        canDrop: ({ source }) => 'card' in source.data,
        onDragEnter: () => setIsOver(true),
        onDragLeave: () => setIsOver(false),
        onDrop: ({ source }) => {
          setIsOver(false)
          latest.current(source.data['card'] as AnyRecord, column)
        },
      }),
      autoScrollForElements({ element }),
    )
  }, [scroller, column])
  return isOver
}
