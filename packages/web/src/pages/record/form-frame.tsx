import { Button, Group, Text } from '@mantine/core'
import type { FormEvent, ReactNode } from 'react'
import { messageOf } from '../../app/problem.tsx'
import styles from './record.module.css'

type FrameProps = {
  children: ReactNode
  save: string
  /** What else can be done with it. */
  more?: ReactNode
  isPending: boolean
  error: Error | null
  onSubmit(): void
  onDone(): void
}

/** A form that Ctrl or ⌘ and Enter sends. */
export function FormFrame({ children, save, more, isPending, error, onSubmit, onDone }: FrameProps) {
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isPending) onSubmit()
  }
  return (
    <form
      className={styles['form']}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event)
      }}
    >
      {children}
      {error && (
        <Text size="sm" c="var(--of-danger)" role="alert">
          {messageOf(error)}
        </Text>
      )}
      <Group justify="flex-end" gap="xs">
        <span className={`muted ${styles['hint']}`}>Ctrl+Enter: {save.toLowerCase()}</span>
        {more}
        <Button variant="default" onClick={onDone}>
          Discard
        </Button>
        <Button type="submit" loading={isPending}>
          {save}
        </Button>
      </Group>
    </form>
  )
}
