import { SegmentedControl } from '@mantine/core'
import type { Definitions } from '../../records/record.ts'
import type { Layout } from './address.ts'

const data = [
  { value: 'table', label: 'Table' },
  { value: 'board', label: 'Board' },
]

type SwitchProps = { definitions: Definitions; layout: Layout; onLayout(layout: Layout): void }

/** Chooses between table and board, for types that have a select to make columns of. */
export function LayoutSwitch({ definitions: { fields }, layout, onLayout }: SwitchProps) {
  const hasColumns = fields.some(({ valueType, readOnly }) => valueType === 'SINGLE_SELECT' && !readOnly)
  if (!hasColumns && layout === 'table') return null
  return (
    <SegmentedControl
      size="xs"
      aria-label="Layout"
      data={data}
      value={layout}
      onChange={(value) => onLayout(value === 'board' ? 'board' : 'table')}
    />
  )
}
