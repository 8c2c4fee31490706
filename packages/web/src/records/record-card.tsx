import { Popover, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { MouseEventHandler } from 'react'
import { keys } from '../app/queries.ts'
import { viewOf } from '../values/index.ts'
import { factsOf } from './facts.ts'
import { operationsOf, type ShownType, useDefinitions } from './object-types.ts'
import styles from './record-link.module.css'

type Props = {
  type: ShownType
  id: string
  name: string | undefined
  /** What it is about, on the screen. */
  place: DOMRect
  hover: { onMouseEnter: MouseEventHandler; onMouseLeave: MouseEventHandler }
}

/** A few facts about a record, shown beside a link to it. */
export function RecordCard({ type, id, name, place, hover }: Props) {
  const { fields } = useDefinitions(type)
  const { data: record } = useQuery({
    queryKey: keys.record(type.name, id),
    queryFn: () => operationsOf(type).retrieve(id),
  })
  if (!record) return null
  const facts = factsOf(type.name, fields).filter(({ key }) => (record.fields[key]?.value ?? null) !== null)
  const { left, top, width, height } = place
  return (
    <Popover opened position="bottom-start" width={280} shadow="md" withRoles={false} trapFocus={false}>
      <Popover.Target>
        <span className={styles['anchor']} style={{ left, top, width, height }} />
      </Popover.Target>
      <Popover.Dropdown {...hover} role="dialog" aria-label={name ?? type.label} p="sm">
        <Text size="xs" className="muted">
          {type.label}
        </Text>
        <Text fw={550}>{name}</Text>
        {facts.length > 0 && (
          <dl className={styles['facts']}>
            {facts.map(({ key, label, valueType, typeConfiguration }) => {
              const { Line } = viewOf(valueType)
              return (
                <div key={key}>
                  <dt className="muted">{label}</dt>
                  <dd>
                    <Line value={record.fields[key]?.value} configuration={typeConfiguration} />
                  </dd>
                </div>
              )
            })}
          </dl>
        )}
      </Popover.Dropdown>
    </Popover>
  )
}
