import { Button, Group, Modal, MultiSelect, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import type { Scope } from '@openfield/schema'
import { scopes } from '@openfield/schema/scopes'
import { messageOf } from '../../../app/problem.tsx'
import { client } from '../../../app/server.ts'
import { useSession } from '../../../app/session.tsx'
import { Secret, useChange } from '../parts.tsx'

const lifetimes: Record<string, number | undefined> = { never: undefined, '30 days': 30, '90 days': 90, '1 year': 365 }

/** Asks what a key is for, makes it, and shows it this once. */
export function NewKey({ onClose }: { onClose(): void }) {
  const { member } = useSession()
  const form = useForm({
    initialValues: { name: '', access: 'everything', scopes: [] as string[], expires: 'never', actsAs: 'you' },
    validate: {
      name: (name) => (name.trim() === '' ? 'Say what the key is for, e.g. “Website form”.' : null),
      scopes: (chosen, { access }) =>
        access === 'some' && chosen.length === 0 ? 'Choose what the key may do, or let it do everything.' : null,
    },
  })
  const make = useChange(
    ({ name, access, scopes: chosen, expires, actsAs }: typeof form.values) => {
      const days = lifetimes[expires]
      return client.admin.apiKeys.create({
        name,
        ...(access === 'some' && { scopes: chosen as Scope[] }),
        ...(actsAs === 'you' && { memberId: member.id }),
        ...(days && { expiresAt: new Date(Date.now() + days * 86_400_000).toISOString() }),
      })
    },
    [['apiKeys']],
  )
  if (make.data) return <Made apiKey={make.data.key} onClose={onClose} />
  return (
    <Modal opened onClose={onClose} title="New API key" size="lg">
      <form onSubmit={form.onSubmit((values) => make.mutate(values))}>
        <Stack>
          <TextInput label="What it is for" data-autofocus {...form.getInputProps('name')} />
          <SegmentedControl
            aria-label="What it may do"
            data={[
              { value: 'everything', label: 'May do everything' },
              { value: 'some', label: 'Only some things' },
            ]}
            {...form.getInputProps('access')}
          />
          {form.values.access === 'some' && (
            <MultiSelect
              label="Scopes"
              data={[...scopes]}
              searchable
              clearable
              maxDropdownHeight={220}
              {...form.getInputProps('scopes')}
            />
          )}
          <Group grow align="flex-start">
            <Select
              label="Acts as"
              description="Whose name its changes carry."
              data={[
                { value: 'you', label: 'You' },
                { value: 'workspace', label: 'The workspace' },
              ]}
              allowDeselect={false}
              {...form.getInputProps('actsAs')}
            />
            <Select
              label="Expires"
              description="After that it is refused."
              data={Object.keys(lifetimes)}
              allowDeselect={false}
              {...form.getInputProps('expires')}
            />
          </Group>
          {make.error && (
            <Text role="alert" c="var(--of-danger)">
              {messageOf(make.error)}
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={make.isPending}>
              Make the key
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

function Made({ apiKey, onClose }: { apiKey: string; onClose(): void }) {
  return (
    <Modal opened onClose={onClose} title="Your new key" size="lg">
      <Stack>
        <Text>Copy it now: it is stored as a hash only and cannot be shown again.</Text>
        <Secret text={apiKey} label="API key" />
        <Group justify="flex-end">
          <Button onClick={onClose}>Done</Button>
        </Group>
      </Stack>
    </Modal>
  )
}
