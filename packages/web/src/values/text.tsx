import { TextInput } from '@mantine/core'
import styles from './values.module.css'
import { labelled, type ValueView } from './view.ts'

/** Plain text, in one line. */
export const text: ValueView<string> = {
  Line: ({ value }) => <span className={styles['line']}>{value}</span>,
  Whole: ({ value }) => <span className={styles['kept']}>{value}</span>,
  Input: ({ value, onChange, configuration: _, ...props }) => (
    <TextInput {...labelled(props)} value={value ?? ''} onChange={(event) => onChange(event.currentTarget.value)} />
  ),
  text: (value) => value,
  write: (value) => (value.trim() === '' ? null : value),
  width: 200,
}
