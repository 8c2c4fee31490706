import type { TypeConfiguration } from '@openfield/schema'
import type { ReactNode } from 'react'

/** How people see and type the values of one value type. One file each in this folder. */
export type ValueView<Value = unknown> = {
  /** The value as one line: in cells, cards, chips, the timeline. Never null. */
  Line(props: ShownProps<Value>): ReactNode
  /** The whole value, where there is room; by default the line. */
  Whole?(props: ShownProps<Value>): ReactNode
  /** What one types it into, always labelled; null is no value. Says what is wrong by `error`, from the server. */
  Input(props: InputProps<Value>): ReactNode
  /** What one types the text of a filter into; by default text. */
  Filter?(props: FilterProps): ReactNode
  /** As text: for titles, copying, screen readers. */
  text(value: Value, configuration: TypeConfiguration): string
  /** What of `value` is sent, null for nothing: inputs may hold more than the API takes. By default itself. */
  write?(value: Value, configuration: TypeConfiguration): unknown
  /** The value that a text typed elsewhere means, such as the name of a new record; by default the text. */
  fromText?(text: string): Value
  /** Width of its column in a list at first, in px, and the side its values stand on. */
  width: number
  align?: 'right'
  /** Enter goes to the next line, so it ends no editing. */
  multiline?: true
  /** Whether its input takes more room than a cell has, which then opens it below itself. */
  roomy?(configuration: TypeConfiguration): boolean
  /** Choosing is all there is to do, so that a change ends editing. */
  immediate?: true
  /** A click makes this of it: there is nothing to type. */
  toggled?(value: Value | null): Value
}

export type ShownProps<Value> = { value: Value; configuration: TypeConfiguration }

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
  /** The value is being edited in its place: what there is to choose from is shown at once. */
  inPlace?: boolean
}

export type FilterProps = {
  text: string
  onChange(text: string): void
  configuration: TypeConfiguration
  label: string
}

/** What inputs of Mantine take of an input's properties. */
export const labelled = (props: Omit<InputProps<never>, 'value' | 'onChange' | 'configuration'>) => ({
  ...(props.hiddenLabel ? { 'aria-label': props.label } : { label: props.label, description: props.description }),
  required: props.required ?? false,
  error: props.error,
  autoFocus: props.autoFocus ?? false,
})
