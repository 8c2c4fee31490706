import { Stack, Text, TextInput } from '@mantine/core'
import type { Webhook } from '@openfield/sdk'
import { APIError } from '@openfield/sdk'
import { messageOf } from '../../../app/problem.tsx'
import { Changes } from '../workflows/trigger.tsx'

export type WebhookDraft = Pick<Webhook, 'url' | 'name' | 'objectTypes' | 'events'>

type FormProps = { draft: WebhookDraft; onChange(draft: WebhookDraft): void; error: unknown }

/** Where a webhook leads to, and what it tells of. What is wrong is said where it is. */
export function WebhookForm({ draft, onChange, error }: FormProps) {
  const at = (param: string) =>
    error instanceof APIError && error.param?.split('.')[0] === param ? messageOf(error) : undefined
  const isPlaced = ['url', 'name', 'objectTypes', 'events'].some((param) => at(param) !== undefined)
  return (
    <Stack gap="sm">
      <TextInput
        label="Address"
        type="url"
        placeholder="https://…"
        required
        data-autofocus
        value={draft.url}
        onChange={(event) => onChange({ ...draft, url: event.currentTarget.value })}
        error={at('url')}
      />
      <TextInput
        label="Name"
        placeholder="What is there, e.g. our accounting"
        value={draft.name}
        onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })}
        error={at('name')}
      />
      <Changes
        objectTypes={draft.objectTypes}
        events={draft.events}
        onChange={(what) => onChange({ ...draft, ...what })}
        wrong={{ objectTypes: at('objectTypes'), events: at('events') }}
      />
      {error !== null && error !== undefined && !isPlaced && (
        <Text role="alert" c="var(--of-danger)">
          {messageOf(error)}
        </Text>
      )}
    </Stack>
  )
}
