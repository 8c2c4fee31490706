import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { keys } from '../../app/queries.ts'
import { save } from '../../app/saves.ts'
import { client } from '../../app/server.ts'
import type { ShownType } from '../../records/object-types.ts'
import { useDefinitions } from '../../records/object-types.ts'
import type { AnyRecord, FieldDefinition } from '../../records/record.ts'
import { titleText } from '../../records/titles.ts'
import styles from './board.module.css'
import { cardKeys, cardParts, columnField } from './cards.ts'
import { Column, type Lift } from './column.tsx'
import { useMoves } from './moves.ts'

export type BoardProps = {
  type: ShownType
  /** The select whose options are the columns; by default the type's first. */
  by?: string | undefined
  /** Filters as the API reads them. */
  filters: Readonly<Record<string, string | readonly string[]>>
  sort?: string | undefined
}

/** The records of a type as cards, one column for each option of a select. */
export default function Board({ type, by, filters, sort }: BoardProps) {
  const definitions = useDefinitions(type)
  const field = columnField(definitions, by)
  if (!field) return <p className="muted">A board needs a field with options. Add one under Settings, Objects.</p>
  return <Columns key={field.key} type={type} field={field} filters={filters} sort={sort} />
}

function Columns({ type, field, filters, sort }: BoardProps & { field: FieldDefinition }) {
  const definitions = useDefinitions(type)
  const parts = cardParts(definitions)
  const totals = useTotals(type, field, parts.amount, filters)
  const moves = useMoves(type.name, field.key)
  const [lift, setLift] = useState<Lift>()
  const [said, setSaid] = useState('')
  const options = (field.typeConfiguration.options ?? []).filter((option) => !option.retired)

  function move(record: AnyRecord, to: string) {
    const from = moves.columnOf(record)
    const target = options.find(({ id }) => id === to)
    if (from === to || !target) return
    const title = titleText(type, record)
    moves.remember(record, to)
    setSaid(`${title} moved to ${target.label}.`)
    void save({
      objectType: type.name,
      recordId: record.id,
      title,
      label: field.label,
      part: 'fields',
      key: field.key,
      before: record.fields[field.key]?.value ?? null,
      value: to,
    })
  }

  /** A card is lifted, carried and put down by keyboard; each step is said. */
  function carry(record: AnyRecord, step: 'lift' | 'drop' | 'cancel' | -1 | 1) {
    const title = titleText(type, record)
    if (step === 'lift') {
      setLift({ id: record.id, over: moves.columnOf(record) ?? '' })
      return setSaid(`${title} lifted. Left and right arrows choose a column, space puts it down, escape leaves it.`)
    }
    if (!lift) return
    if (step === 'cancel') setSaid(`${title} stays.`)
    if (step === 'drop') move(record, lift.over)
    if (typeof step === 'string') return setLift(undefined)
    const next = options[options.findIndex(({ id }) => id === lift.over) + step]
    if (!next) return
    setLift({ ...lift, over: next.id })
    setSaid(`Over ${next.label}.`)
  }

  return (
    <>
      <p className="visually-hidden" role="status" aria-live="assertive">
        {said}
      </p>
      <div className={styles['board']}>
        {options.map((option) => (
          <Column
            key={option.id}
            type={type}
            field={field}
            option={option}
            options={options}
            parts={parts}
            fields={cardKeys(definitions, field, parts)}
            filters={filters}
            sort={sort}
            total={totals?.get(option.id)}
            moves={moves}
            lift={lift}
            onMove={move}
            onCarry={carry}
          />
        ))}
      </div>
    </>
  )
}

/** How many records each option has, and what their amounts come to. */
function useTotals(
  type: ShownType,
  field: FieldDefinition,
  amount: FieldDefinition | undefined,
  filters: BoardProps['filters'],
) {
  const query = { filter: filters, group: field.key, ...(amount && { sum: amount.key }) }
  const { data } = useQuery({
    queryKey: keys.totals(type.name, query),
    queryFn: ({ signal }) => client.admin.records.totals(type.name, query, { signal }),
    placeholderData: (previous) => previous,
  })
  return data && new Map(data.groups.map(({ keys: [key], count, sum }) => [String(key), { count, sum }]))
}
