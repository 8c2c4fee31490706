import { Button, Checkbox, Group, Modal, Progress, Stack, TagsInput, Text, TextInput } from '@mantine/core'
import type { MailboxSync } from '@openfield/sdk'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../../../app/server.ts'
import { momentText, useChange } from '../parts.tsx'

export const syncKey = (id: string) => ['mailboxes', id, 'sync'] as const

const [soonMs, laterMs] = [2000, 30_000]

/** How a mailbox stands with its server, looked at more often while something is under way. */
export const useSync = (id: string) =>
  useQuery({
    queryKey: syncKey(id),
    queryFn: () => client.admin.mailboxes.sync(id),
    refetchInterval: ({ state }) => (isUnderWay(state.data) ? soonMs : laterMs),
  })

const isUnderWay = (sync: MailboxSync | undefined) =>
  sync !== undefined && ['pending', 'syncing', 'gap', 'retrying'].includes(sync.status)

const said: Readonly<Record<MailboxSync['status'], (sync: MailboxSync) => string>> = {
  pending: () => 'Its e-mails are about to be brought in.',
  syncing: ({ progress }) => `Bringing in ${count(progress.done)} of ${count(progress.total)} e-mails…`,
  up_to_date: ({ checkedAt }) => `All its e-mails are accounted for, as of ${momentText(checkedAt)}.`,
  gap: ({ progress }) => `${count(progress.missing)} e-mails are missing; they are fetched next.`,
  retrying: ({ nextAttemptAt }) =>
    nextAttemptAt
      ? `The server cannot be read; the next attempt is at ${momentText(nextAttemptAt)}.`
      : 'No e-mails come in for now.',
  needs_reconnect: () => 'Nothing is read until it is connected again.',
  paused: () => 'Paused: nothing is read.',
  off: () => 'Nothing is read from it: it only sends.',
}

const count = (number: number) => number.toLocaleString()

/** In a sentence, how the e-mails of a mailbox come in, and how far that has come. */
export function SyncState({ id }: { id: string }) {
  const { data: sync } = useSync(id)
  if (!sync) return null
  const { progress, status, problem } = sync
  return (
    <div role="status">
      <Text size="sm">{said[status](sync)}</Text>
      {status === 'syncing' && progress.total > 0 && (
        <Progress
          size="sm"
          mt={4}
          value={(100 * progress.done) / progress.total}
          aria-label={`${count(progress.done)} of ${count(progress.total)} e-mails`}
        />
      )}
      {problem && status !== 'needs_reconnect' && (
        <Text size="sm" c="var(--of-danger)">
          {problem}
        </Text>
      )}
    </div>
  )
}

/** Asks which e-mails of a mailbox are wanted. */
export function Wishes({ id, onClose }: { id: string; onClose(): void }) {
  const { data } = useSync(id)
  return (
    <Modal opened onClose={onClose} title="What to bring in">
      {data && <WishesForm id={id} sync={data} onClose={onClose} />}
    </Modal>
  )
}

function WishesForm({ id, sync, onClose }: { id: string; sync: MailboxSync; onClose(): void }) {
  const [since, setSince] = useState(sync.since ?? '')
  const [excluded, setExcluded] = useState(sync.excluded)
  const [skipInternal, setSkipInternal] = useState(sync.skipInternal)
  const change = useChange(
    () => client.admin.mailboxes.updateSync(id, { since: since || null, excluded, skipInternal }),
    [['mailboxes', id]],
    onClose,
  )
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        change.mutate(undefined)
      }}
    >
      <Stack gap="sm">
        <TextInput
          type="date"
          label="From this day on"
          description="Without one: all that is in the mailbox."
          value={since}
          onChange={(event) => setSince(event.currentTarget.value)}
        />
        <TagsInput
          label="Leave out"
          description="Addresses and domains, such as newsletter@shop.com or family.org."
          value={excluded}
          onChange={setExcluded}
          acceptValueOnBlur
          clearable
        />
        <Checkbox
          label="Leave out what is among members alone"
          checked={skipInternal}
          onChange={(event) => setSkipInternal(event.currentTarget.checked)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={change.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
