import { TextInput } from '@mantine/core'
import type { FullName } from '@openfield/schema/values/full-name'
import styles from './values.module.css'
import { type InputProps, labelled, type ValueView } from './view.ts'

/** A person's name. */
export const fullName: ValueView<FullName> = {
  Line: ({ value }) => <span className={styles['line']}>{firstAndLast(value)}</span>,
  Input: NameInput,
  text: firstAndLast,
  write({ firstName, lastName }) {
    const name = { firstName: firstName?.trim() || null, lastName: lastName?.trim() || null }
    return name.firstName === null && name.lastName === null ? null : name
  },
  fromText(text) {
    const words = text.trim().split(/\s+/)
    const lastName = words.length > 1 ? (words.pop() ?? null) : null
    return { firstName: words.join(' ') || null, lastName }
  },
  width: 180,
  roomy: () => true,
}

function firstAndLast({ firstName, lastName }: FullName): string {
  return [firstName, lastName].filter(Boolean).join(' ')
}

function NameInput({ value, onChange, label, configuration: _, hiddenLabel, ...props }: InputProps<FullName>) {
  const name = value ?? { firstName: null, lastName: null }
  const part = (said: string) => (hiddenLabel || label === 'Name' ? said : `${label}: ${said.toLowerCase()}`)
  return (
    <div className={styles['pair']}>
      <TextInput
        {...labelled({ ...props, label: part('First name') })}
        value={name.firstName ?? ''}
        onChange={(event) => onChange({ ...name, firstName: event.currentTarget.value })}
        autoComplete="off"
      />
      <TextInput
        label={part('Last name')}
        value={name.lastName ?? ''}
        onChange={(event) => onChange({ ...name, lastName: event.currentTarget.value })}
        autoComplete="off"
      />
    </div>
  )
}
