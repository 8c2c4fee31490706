import { NumberInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { numberFormat, separators } from './formats.ts'
import styles from './values.module.css'
import { type FilterProps, type InputProps, labelled, type ValueView } from './view.ts'

/** A number with at most two decimals, grouped as the viewer's country does. */
export const number: ValueView<number> = {
  Line: ({ value }) => <NumberLine>{numberFormat().format(value)}</NumberLine>,
  Input: (props) => <NumberField {...props} />,
  Filter: (props) => <NumberFilter {...props} />,
  text: (value) => numberFormat().format(value),
  width: 110,
  align: 'right',
}

export const NumberLine = ({ children }: { children: string }) => (
  <span className={`${styles['line']} ${styles['number']}`}>{children}</span>
)

/** `unit` stands before the number. */
export function NumberField({
  value,
  onChange,
  configuration: _,
  unit,
  ...props
}: InputProps<number> & { unit?: ReactNode }) {
  return (
    <NumberInput
      {...labelled(props)}
      {...separators()}
      value={value ?? ''}
      onChange={(typed) => onChange(numberIn(typed))}
      decimalScale={2}
      hideControls
      leftSection={unit}
      leftSectionWidth={unit ? 48 : undefined}
    />
  )
}

export const NumberFilter = ({ text, onChange, label, unit }: FilterProps & { unit?: ReactNode }) => (
  <NumberInput
    {...separators()}
    aria-label={label}
    value={text}
    onChange={(typed) => onChange(String(typed))}
    hideControls
    leftSection={unit}
    leftSectionWidth={unit ? 48 : undefined}
  />
)

function numberIn(typed: number | string): number | null {
  const value = typed === '' ? Number.NaN : Number(typed)
  return Number.isFinite(value) ? value : null
}
