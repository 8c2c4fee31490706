import { TextInput } from '@mantine/core'
import type { TypeConfiguration } from '@openfield/schema'
import { webLink } from './links.ts'
import styles from './values.module.css'
import { labelled, type ShownProps, type ValueView } from './view.ts'

const placeholders: Record<NonNullable<TypeConfiguration['handleService']>, string> = {
  LINKEDIN: 'linkedin.com/in/jane',
  TWITTER: '@jane',
  FACEBOOK: 'facebook.com/jane',
  INSTAGRAM: '@jane',
}

/** A profile on a social network, read as its handle. */
export const socialHandle: ValueView<string> = {
  Line: Profile,
  Input: ({ value, onChange, configuration: { handleService }, ...props }) => (
    <TextInput
      {...labelled(props)}
      value={value ?? ''}
      onChange={(event) => onChange(event.currentTarget.value)}
      placeholder={handleService && placeholders[handleService]}
      autoComplete="off"
    />
  ),
  text: (value) => value,
  write: (value) => value.trim() || null,
  width: 160,
}

function Profile({ value }: ShownProps<string>) {
  const to = webLink(value)
  const handle = to ? decoded(new URL(to).pathname.slice(1)) : value
  return (
    <span className={styles['line']}>
      {to ? (
        <a href={to} title={value} className={styles['link']} target="_blank" rel="noopener noreferrer">
          {handle.includes('/') ? handle : `@${handle}`}
        </a>
      ) : (
        handle
      )}
    </span>
  )
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
