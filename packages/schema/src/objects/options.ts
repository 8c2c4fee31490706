import { systemId } from '../ids.ts'
import type { Option } from '../values/type.ts'

/** The options a select field comes with; their ids follow from the field and the label, the same everywhere. */
export const optionsOf = (field: string, labels: readonly string[]): Option[] =>
  labels.map((label) => ({ id: systemId('opt', `${field}/${label}`), label, description: null }))
