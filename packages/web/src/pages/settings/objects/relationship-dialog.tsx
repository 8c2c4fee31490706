import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import type { FullDefinitions, FullRelationship } from '@openfield/sdk'
import { client } from '../../../app/server.ts'
import { useObjectTypes } from '../../../records/object-types.ts'
import { useChange } from '../parts.tsx'
import { slugOf } from './slug.ts'

type RelationshipDialogProps = {
  type: FullDefinitions
  relationship: FullRelationship | undefined
  onClose(): void
}

const many = 'HAS_MANY'
const one = 'HAS_ONE'

/** Links an object type to another, seen from both ends; or changes what a relationship is called at this end. */
export function RelationshipDialog({ type, relationship, onClose }: RelationshipDialogProps) {
  const types = useObjectTypes().filter(({ verbs }) => verbs.includes('create'))
  const form = useForm({
    initialValues: {
      to: types[0]?.name ?? '',
      label: relationship?.label ?? '',
      cardinality: many as typeof many | typeof one,
      inverseLabel: type.pluralLabel ?? type.label,
      inverseCardinality: many as typeof many | typeof one,
    },
    validate: {
      label: (label) => (slugOf(label) === '' ? 'Give it a name, in letters.' : null),
      inverseLabel: (label) => (slugOf(label) === '' ? 'Say what the other end calls it, in letters.' : null),
    },
  })
  const { to } = form.values
  const other = types.find(({ name }) => name === to)
  const save = useChange(
    ({ label, cardinality, inverseLabel, inverseCardinality }: typeof form.values) =>
      relationship
        ? client.admin.objects.relationships.update(type.objectType, relationship.slug, { label })
        : client.admin.objects.relationships.create(type.objectType, {
            slug: slugOf(label),
            label,
            to,
            cardinality,
            inverse: { slug: slugOf(inverseLabel), label: inverseLabel, cardinality: inverseCardinality },
          }),
    [['object'], ['definitions']],
    onClose,
  )
  return (
    <Modal opened onClose={onClose} title={relationship ? `Rename ${relationship.label}` : 'New relationship'}>
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack>
          {!relationship && (
            <Select
              label="Leads to"
              data={types.map(({ name, pluralLabel }) => ({ value: name, label: pluralLabel }))}
              allowDeselect={false}
              {...form.getInputProps('to')}
            />
          )}
          <TextInput
            label={`What ${type.pluralLabel ?? type.label} call it`}
            placeholder={other?.pluralLabel}
            data-autofocus
            {...form.getInputProps('label')}
          />
          {!relationship && (
            <>
              <Select
                label={`Each ${type.label} has`}
                data={[
                  { value: one, label: `at most one ${other?.label}` },
                  { value: many, label: `any number of ${other?.pluralLabel}` },
                ]}
                allowDeselect={false}
                {...form.getInputProps('cardinality')}
              />
              <TextInput label={`What ${other?.pluralLabel} call it`} {...form.getInputProps('inverseLabel')} />
              <Select
                label={`Each ${other?.label} has`}
                data={[
                  { value: one, label: `at most one ${type.label}` },
                  { value: many, label: `any number of ${type.pluralLabel ?? type.label}` },
                ]}
                allowDeselect={false}
                {...form.getInputProps('inverseCardinality')}
              />
            </>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              {relationship ? 'Save' : 'Add the relationship'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
