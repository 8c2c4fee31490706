import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { queryClient } from '../../../app/queries.ts'
import { client } from '../../../app/server.ts'
import { Secret } from '../parts.tsx'
import { allEvents, everyType } from '../workflows/words.ts'
import { type WebhookDraft, WebhookForm } from './form.tsx'
import { webhooksKey } from './queries.ts'
import { HowToVerify } from './verify.tsx'

/** Asks for an address and what it is to be told, and shows the secret that goes with it. */
export function NewWebhook({ onClose }: { onClose(): void }) {
  const [draft, setDraft] = useState<WebhookDraft>({ url: '', name: '', objectTypes: [everyType], events: allEvents })
  const navigate = useNavigate()
  const goTo = (item: string) => navigate({ to: '/settings/$section/$item', params: { section: 'webhooks', item } })
  const make = useMutation({
    mutationFn: ({ name, ...rest }: WebhookDraft) =>
      client.admin.webhooks.create({ ...rest, ...(name.trim() && { name: name.trim() }) }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: webhooksKey }),
  })
  if (make.data) {
    return (
      <Modal opened onClose={onClose} title="The webhook is on" size="lg">
        <Stack>
          <Text>This is the secret that every request is signed with. You find it again on the webhook’s page.</Text>
          <Secret text={make.data.secret} label="Signing secret" />
          <HowToVerify secret={make.data.secret} />
          <Group justify="flex-end">
            <Button onClick={() => goTo(make.data.id)}>Done</Button>
          </Group>
        </Stack>
      </Modal>
    )
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    make.mutate(draft)
  }
  return (
    <Modal opened onClose={onClose} title="New webhook" size="lg">
      <form noValidate onSubmit={submit}>
        <WebhookForm draft={draft} onChange={setDraft} error={make.error} />
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={make.isPending}>
            Add the webhook
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
