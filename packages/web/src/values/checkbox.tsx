import { Checkbox, Select } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { labelled, type ValueView } from './view.ts'

const answers = [
  { value: 'true', label: 'Yes' },
  { value: 'false', label: 'No' },
]

/** Yes or no. */
export const checkbox: ValueView<boolean> = {
  Line: ({ value }) =>
    value ? <IconCheck size={16} stroke={2.2} role="img" aria-label="Yes" /> : <span className="muted">No</span>,
  Input: ({ value, onChange, configuration: _, hiddenLabel, ...props }) => (
    <Checkbox
      {...labelled({ ...props, hiddenLabel: hiddenLabel ?? false })}
      checked={value ?? false}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  ),
  Filter: ({ text, onChange, label }) => (
    <Select aria-label={label} data={answers} value={text || null} onChange={(value) => onChange(value ?? '')} />
  ),
  text: (value) => (value ? 'Yes' : 'No'),
  width: 90,
  toggled: (value) => !value,
}
