import { draggable } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { ActionIcon, Menu } from '@mantine/core'
import type { Option } from '@openfield/schema'
import { IconDots } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { recordPath, type ShownType } from '../../records/object-types.ts'
import type { AnyRecord, FieldDefinition, RelationshipDefinition } from '../../records/record.ts'
import { titleText } from '../../records/titles.ts'
import { viewOf } from '../../values/index.ts'
import { exact, readableDay } from '../../values/moments.ts'
import styles from './board.module.css'
import type { CardParts } from './cards.ts'

type CardProps = {
  type: ShownType
  record: AnyRecord
  names: Readonly<Record<string, string>>
  parts: CardParts
  column: string
  options: readonly Option[]
  isLifted: boolean
  onMove(record: AnyRecord, to: string): void
  onCarry(record: AnyRecord, step: 'lift' | 'drop' | 'cancel' | -1 | 1): void
}

/** A record that can be dragged, carried by keyboard, or sent to a column by its menu. */
export function Card({ type, record, names, parts, column, options, isLifted, onMove, onCarry }: CardProps) {
  const element = useRef<HTMLDivElement>(null)
  const isDragging = useDraggable(element, record)
  const title = titleText(type, record)

  function onKeyDown(event: KeyboardEvent) {
    const step = stepOf(event, isLifted)
    if (step === undefined || event.target !== element.current) return
    event.preventDefault()
    onCarry(record, step)
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: a button may hold no link
    <div
      ref={element}
      className={styles['card']}
      role="group"
      aria-label={title}
      aria-roledescription="card that can be moved with space and arrow keys"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is carried by keyboard
      tabIndex={0}
      data-dragging={isDragging || undefined}
      data-lifted={isLifted || undefined}
      onKeyDown={onKeyDown}
    >
      <Link to={recordPath(type, record.id)} className={styles['title'] ?? ''} draggable={false}>
        {title}
      </Link>
      <div className={styles['line']}>
        <Linked record={record} definition={parts.parent} names={names} />
        <Value record={record} definition={parts.amount} />
      </div>
      <div className={styles['line']}>
        <Linked record={record} definition={parts.owner} names={names} />
        <Day value={parts.date && record.fields[parts.date.key]?.value} />
      </div>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon
            className={styles['more'] ?? ''}
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={`Move ${title}`}
          >
            <IconDots size={14} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Move to</Menu.Label>
          {options
            .filter(({ id }) => id !== column)
            .map(({ id, label }) => (
              <Menu.Item key={id} onClick={() => onMove(record, id)}>
                {label}
              </Menu.Item>
            ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}

function stepOf({ key }: KeyboardEvent, isLifted: boolean) {
  if (key === ' ') return isLifted ? 'drop' : 'lift'
  if (!isLifted) return undefined
  return ({ Enter: 'drop', Escape: 'cancel', ArrowLeft: -1, ArrowRight: 1 } as const)[key]
}

function Value({ record, definition }: { record: AnyRecord; definition: FieldDefinition | undefined }) {
  const value = definition && record.fields[definition.key]?.value
  if (!definition || value === null || value === undefined) return <span />
  const { Line } = viewOf(definition.valueType)
  return (
    <span>
      <Line value={value} configuration={definition.typeConfiguration} />
    </span>
  )
}

/** The day of a moment; a card has no room for more. */
function Day({ value }: { value: unknown }) {
  if (typeof value !== 'string') return <span />
  return (
    <time dateTime={value} title={exact(value)}>
      {readableDay(value)}
    </time>
  )
}

type LinkedProps = Pick<CardProps, 'record' | 'names'> & { definition: RelationshipDefinition | undefined }

function Linked({ record, definition, names }: LinkedProps) {
  const [id] = (definition && record.relationships?.[definition.key]?.values) ?? []
  return <span>{id && names[id]}</span>
}

function useDraggable(element: React.RefObject<HTMLDivElement | null>, record: AnyRecord): boolean {
  const [isDragging, setIsDragging] = useState(false)
  useEffect(() => {
    if (!element.current) return
    return draggable({
      element: element.current,
      getInitialData: () => ({ card: record }),
      onDragStart: () => setIsDragging(true),
      onDrop: () => setIsDragging(false),
    })
  }, [element, record])
  return isDragging
}
