import { ActionIcon, Button, Group, Menu, Stack, Switch, Text, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { Webhook } from '@openfield/sdk'
import { IconDots } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { ProblemView } from '../../../app/problem.tsx'
import { queryClient } from '../../../app/queries.ts'
import { client } from '../../../app/server.ts'
import { useObjectTypes } from '../../../records/object-types.ts'
import { Confirm, momentText, useChange, useRemoval } from '../parts.tsx'
import { Stopped } from '../workflows/list.tsx'
import { Signing } from '../workflows/secret.tsx'
import { changesWords, isSame } from '../workflows/words.ts'
import styles from '../workflows/workflows.module.css'
import { Deliveries } from './deliveries.tsx'
import { type WebhookDraft, WebhookForm } from './form.tsx'
import { webhookQuery, webhooksKey } from './queries.ts'
import { HowToVerify } from './verify.tsx'

/** One webhook: what it is told, its secret, and what became of every delivery. */
export function WebhookPage({ id }: { id: string }) {
  const { data: webhook, error, refetch } = useQuery(webhookQuery(id))
  const [isEditing, setEditing] = useState(false)
  if (error) return <ProblemView error={error} retry={refetch} />
  if (!webhook) return null
  return (
    <>
      <Link to="/settings/$section" params={{ section: 'webhooks' }}>
        All webhooks
      </Link>
      <Stack gap="lg">
        <WebhookHead webhook={webhook} onEdit={() => setEditing(true)} />
        {isEditing && <Edited key={webhook.version} webhook={webhook} onDone={() => setEditing(false)} />}
        <section className={styles['part']} aria-label="Deliveries">
          <h3>Deliveries</h3>
          <Deliveries webhook={webhook} />
        </section>
        <section className={styles['part']} aria-label="Signature">
          <h3>Signature</h3>
          <Signing read={() => client.admin.webhooks.secret(id)} renew={() => client.admin.webhooks.rotateSecret(id)} />
          <HowToVerify />
        </section>
      </Stack>
    </>
  )
}

function WebhookHead({ webhook, onEdit }: { webhook: Webhook; onEdit(): void }) {
  const { id, name, url, objectTypes, events, enabled, problem, failingSince } = webhook
  const types = useObjectTypes()
  const [isRemoving, setRemoving] = useState(false)
  const change = useChange((next: boolean) => client.admin.webhooks.update(id, { enabled: next }), [webhooksKey])
  const test = useChange(
    () => client.admin.webhooks.test(id),
    [webhooksKey],
    () => notifications.show({ message: 'The test is on its way: see below what becomes of it.' }),
  )
  const remove = useRemoval(() => client.admin.webhooks.remove(id), 'webhooks', webhooksKey, id)
  return (
    <Stack gap="xs">
      <Group justify="space-between" align="flex-start" gap="xs">
        <div>
          <Title order={2}>{name || url}</Title>
          <Text size="sm" className={`muted ${styles['address']}`}>
            {url} is told when {changesWords(types, objectTypes, events)}.
          </Text>
        </div>
        <Group gap="xs">
          <Switch
            label="Switched on"
            checked={enabled}
            disabled={change.isPending}
            onChange={(event) => change.mutate(event.currentTarget.checked)}
          />
          <Button variant="default" loading={test.isPending} onClick={() => test.mutate(undefined)}>
            Send a test
          </Button>
          <Button variant="default" onClick={onEdit}>
            Change
          </Button>
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" aria-label="More about this webhook">
                <IconDots size={16} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item color="red" onClick={() => setRemoving(true)}>
                Remove
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      {problem && <Stopped problem={problem} what="webhook" />}
      {!problem && failingSince && (
        <Text size="sm" c="var(--of-danger)">
          Nothing has got through since {momentText(failingSince)}.
        </Text>
      )}
      {isRemoving && (
        <Confirm
          title={`Remove ${name || url}?`}
          action="Remove"
          onConfirm={() => remove.mutate(undefined)}
          onClose={() => setRemoving(false)}
        >
          It is told nothing more, and its deliveries are no longer shown.
        </Confirm>
      )}
    </Stack>
  )
}

function Edited({ webhook, onDone }: { webhook: Webhook; onDone(): void }) {
  const { id, url, name, objectTypes, events } = webhook
  const stored: WebhookDraft = { url, name, objectTypes, events }
  const [draft, setDraft] = useState(stored)
  const change = useMutation({
    mutationFn: () => client.admin.webhooks.update(id, draft),
    async onSuccess(next) {
      queryClient.setQueryData(webhookQuery(id).queryKey, next)
      onDone()
      await queryClient.invalidateQueries({ queryKey: webhooksKey })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    change.mutate()
  }
  return (
    <form noValidate onSubmit={submit} className={styles['step']} aria-label="Change the webhook">
      <div className={styles['stepForm']}>
        <WebhookForm draft={draft} onChange={setDraft} error={change.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" disabled={isSame(draft, stored)} loading={change.isPending}>
            Save
          </Button>
        </Group>
      </div>
    </form>
  )
}
