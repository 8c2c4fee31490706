import { Button, Code, CopyButton, Group, Modal, Stack, Text, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { messageOf } from '../../app/problem.tsx'
import { queryClient } from '../../app/queries.ts'

/** The head of a part of the settings: what it is for, and what can be added. */
export function Head({ title, about, action }: { title: string; about: string; action?: ReactNode }) {
  return (
    <Group justify="space-between" align="flex-start" mb="md">
      <div>
        <Title order={2}>{title}</Title>
        <Text className="muted" size="sm">
          {about}
        </Text>
      </div>
      {action}
    </Group>
  )
}

/** Something that is shown this once: a key, a link. */
export function Secret({ text, label }: { text: string; label: string }) {
  return (
    <Group wrap="nowrap">
      <Code block flex={1} aria-label={label}>
        {text}
      </Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button variant="default" onClick={copy}>
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
      </CopyButton>
    </Group>
  )
}

/** A change of the settings: says what went wrong, and has what shows it read again. */
export function useChange<Input, Answer>(
  mutationFn: (input: Input) => Promise<Answer>,
  outdates: readonly (readonly string[])[],
  done?: (answer: Answer) => void,
) {
  return useMutation({
    mutationFn,
    onSuccess: done,
    onError: (error) => notifications.show({ color: 'red', title: 'That did not work', message: messageOf(error) }),
    onSettled: () => Promise.all(outdates.map((queryKey) => queryClient.invalidateQueries({ queryKey }))),
  })
}

/** Removes what a page of the settings is about, and leads back to its section: there is nothing to read again of it. */
export function useRemoval(remove: () => Promise<unknown>, section: string, listed: readonly string[], id: string) {
  const navigate = useNavigate()
  return useChange(remove, [], async () => {
    await navigate({ to: '/settings/$section', params: { section } })
    queryClient.removeQueries({ queryKey: [...listed, id] })
    await queryClient.invalidateQueries({ queryKey: listed })
  })
}

type ConfirmProps = { title: string; children: ReactNode; action: string; onConfirm(): void; onClose(): void }

/** Asks before something that cannot be taken back. */
export function Confirm({ title, children, action, onConfirm, onClose }: ConfirmProps) {
  return (
    <Modal opened onClose={onClose} title={title}>
      <Stack>
        <Text>{children}</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            color="red"
            onClick={() => {
              onConfirm()
              onClose()
            }}
          >
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

const dateFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })
const momentFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

export const dateText = (iso: string | null) => (iso === null ? '–' : dateFormat.format(new Date(iso)))
export const momentText = (iso: string | null) => (iso === null ? '–' : momentFormat.format(new Date(iso)))
