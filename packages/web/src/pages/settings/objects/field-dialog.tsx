import { Button, Checkbox, Group, Modal, Select, Stack, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import type { ValueTypeName } from '@openfield/schema'
import type { FullField, NewField } from '@openfield/sdk'
import { client } from '../../../app/server.ts'
import { useChange } from '../parts.tsx'
import { type OptionDraft, Options } from './options.tsx'
import { slugOf } from './slug.ts'
import { type Extra, extrasOf, valueTypeLabels } from './value-types.ts'

type Values = {
  label: string
  slug: string
  description: string
  valueType: ValueTypeName
  options: OptionDraft[]
  currency: string
  unique: boolean
  multipleValues: boolean
  handleService: 'LINKEDIN' | 'TWITTER' | 'FACEBOOK' | 'INSTAGRAM'
}

const choices = (Object.keys(extrasOf) as ValueTypeName[]).map((value) => ({ value, label: valueTypeLabels[value] }))

/** Makes a field, or changes what one is called and which options it has. */
export function FieldDialog({
  objectType,
  field,
  onClose,
}: {
  objectType: string
  field: FullField | undefined
  onClose(): void
}) {
  const form = useForm<Values>({
    initialValues: valuesOf(field),
    validate: {
      label: (label) => (label.trim() === '' ? 'Give the field a name.' : null),
      slug: (slug, { label }) =>
        !field && (slug || slugOf(label)) === '' ? 'Programs need a name of letters and digits for it.' : null,
      options: (options, { valueType }) =>
        extrasOf[valueType]?.includes('options') && options.every(({ label }) => label.trim() === '')
          ? 'Add at least one option.'
          : null,
    },
  })
  const { valueType } = form.values
  const has = (extra: Extra) => extrasOf[valueType]?.includes(extra) ?? false
  const save = useChange(
    (values: Values) =>
      field
        ? client.admin.objects.fields.update(objectType, field.slug, {
            label: values.label,
            description: values.description || null,
            ...(has('options') && { options: written(values.options) }),
          })
        : client.admin.objects.fields.create(objectType, newField(values)),
    [['object'], ['definitions']],
    onClose,
  )
  return (
    <Modal opened onClose={onClose} title={field ? `Change ${field.label}` : 'New field'} size="lg">
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack>
          <TextInput label="Name" data-autofocus {...form.getInputProps('label')} />
          {!field && (
            <>
              <Select
                label="Type"
                data={choices}
                allowDeselect={false}
                searchable
                {...form.getInputProps('valueType')}
              />
              <TextInput
                label="Name for programs"
                description="In the API. It stays as it is."
                placeholder={slugOf(form.values.label)}
                {...form.getInputProps('slug')}
              />
            </>
          )}
          <Textarea label="What it is for" autosize minRows={2} {...form.getInputProps('description')} />
          {has('options') && (
            <Options
              options={form.values.options}
              onChange={(options) => form.setFieldValue('options', options)}
              error={form.errors['options']}
            />
          )}
          {!field && has('currency') && (
            <TextInput label="Currency" description="Its three letters." {...form.getInputProps('currency')} />
          )}
          {!field && has('handleService') && (
            <Select
              label="Network"
              data={['LINKEDIN', 'TWITTER', 'FACEBOOK', 'INSTAGRAM']}
              allowDeselect={false}
              {...form.getInputProps('handleService')}
            />
          )}
          {!field && has('multipleValues') && (
            <Checkbox label="Several values" {...form.getInputProps('multipleValues', { type: 'checkbox' })} />
          )}
          {!field && has('unique') && (
            <Checkbox label="No two records have the same" {...form.getInputProps('unique', { type: 'checkbox' })} />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              {field ? 'Save' : 'Add the field'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}

const valuesOf = (field: FullField | undefined): Values => ({
  label: field?.label ?? '',
  slug: '',
  description: field?.description ?? '',
  valueType: field?.valueType ?? 'TEXT',
  options: (field?.typeConfiguration.options ?? []).map(({ id, label, description, retired }) => ({
    id,
    label,
    description: description ?? null,
    retired: retired ?? false,
    key: id,
  })),
  currency: field?.typeConfiguration.currency ?? 'USD',
  unique: false,
  multipleValues: false,
  handleService: 'LINKEDIN',
})

/** The options as they are sent; empty lines are none. */
const written = (options: readonly OptionDraft[]) =>
  options
    .filter(({ label }) => label.trim() !== '')
    .map(({ id, label, description, retired }) => ({
      ...(id && { id }),
      label,
      description,
      ...(retired && { retired }),
    }))

function newField(values: Values): NewField {
  const { label, slug, description, valueType } = values
  const own: Record<Extra, unknown> = { ...values, options: written(values.options) }
  const extras = (extrasOf[valueType] ?? []).filter((extra) => own[extra] !== false)
  return {
    slug: slug || slugOf(label),
    label,
    valueType,
    ...(description && { description }),
    ...(extras.length > 0 && { typeConfiguration: Object.fromEntries(extras.map((extra) => [extra, own[extra]])) }),
  }
}
