import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import type { FullDefinitions } from '@openfield/sdk'
import { useNavigate } from '@tanstack/react-router'
import { client } from '../../../app/server.ts'
import { useChange } from '../parts.tsx'
import { slugOf } from './slug.ts'

const outdated = [['objects'], ['objectTypes'], ['object']] as const

/** Makes an object type of the workspace's own, or changes what one is called. */
export function TypeDialog({ type, onClose }: { type?: FullDefinitions; onClose(): void }) {
  const navigate = useNavigate()
  const form = useForm({
    initialValues: { label: type?.label ?? '', pluralLabel: type?.pluralLabel ?? '', slug: type?.objectType ?? '' },
    validate: {
      label: (label) => (label.trim() === '' ? 'Give it a name, e.g. “Subscription”.' : null),
      slug: (slug, { label }) =>
        (slug || slugOf(label)) === '' ? 'Programs need a name of letters and digits for it.' : null,
    },
  })
  const save = useChange(
    ({ label, pluralLabel, slug }: typeof form.values) =>
      type
        ? client.admin.objects.update(type.objectType, { label, pluralLabel: pluralLabel || null })
        : client.admin.objects.create({ slug: slug || slugOf(label), label, ...(pluralLabel && { pluralLabel }) }),
    outdated,
    ({ objectType }) => {
      onClose()
      void navigate({ to: '/settings/$section/$item', params: { section: 'objects', item: objectType } })
    },
  )
  return (
    <Modal opened onClose={onClose} title={type ? `Rename ${type.label}` : 'New object'}>
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack>
          <TextInput label="Name of one" placeholder="Subscription" data-autofocus {...form.getInputProps('label')} />
          <TextInput label="Name of several" placeholder="Subscriptions" {...form.getInputProps('pluralLabel')} />
          {!type && (
            <TextInput
              label="Name for programs"
              description="In addresses and in the API. It stays as it is."
              placeholder={slugOf(form.values.label)}
              {...form.getInputProps('slug')}
            />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              {type ? 'Save' : 'Make the object'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
