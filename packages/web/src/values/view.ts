import type { TypeConfiguration } from '@openfield/schema'
import type { ReactNode } from 'react'

/** How people see and type the values of one value type. One file each in this folder. */
export type ValueView<Value = unknown> = {
  /** The value as one line: in cells, cards, chips, the timeline. Never null. */
  Line(props: { value: Value; configuration: TypeConfiguration }): ReactNode
  /** The whole value, where there is room; by default the line. */
  Whole?(props: { value: Value; configuration: TypeConfiguration }): ReactNode
  /** What one types it into, always labelled; null is no value. Says what is wrong by `error`, from the server. */
  Input(props: InputProps<Value>): ReactNode
  /** What one types the text of a filter into; by default text. */
  Filter?(props: FilterProps): ReactNode
  /** As text: for titles, copying, screen readers. */
  text(value: Value, configuration: TypeConfiguration): string
  /** What of `value` is sent: inputs may hold more than the API takes. By default itself. */
  write?(value: Value): unknown
  /** Width of its column in a list at first, in px, and the side its values stand on. */
  width: number
  align?: 'right'
  /** Enter goes to the next line, so it ends no editing. */
  multiline?: true
}

export type InputProps<Value> = {
  value: Value | null
  onChange(value: Value | null): void
  configuration: TypeConfiguration
  label: string
  /** The label is for screen readers only: the place says it already. */
  hiddenLabel?: boolean
  description?: string | undefined
  required?: boolean
  error?: string | undefined
  autoFocus?: boolean
}

export type FilterProps = {
  text: string
  onChange(text: string): void
  configuration: TypeConfiguration
  label: string
}
