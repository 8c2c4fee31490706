import { Badge, Button, Group, Table, Title } from '@mantine/core'
import type { FullDefinitions, FullField, FullRelationship } from '@openfield/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { ProblemView } from '../../../app/problem.tsx'
import { client } from '../../../app/server.ts'
import { useObjectTypes } from '../../../records/object-types.ts'
import { Confirm, Head, useChange } from '../parts.tsx'
import styles from '../settings.module.css'
import { FieldDialog } from './field-dialog.tsx'
import { RelationshipDialog } from './relationship-dialog.tsx'
import { TypeDialog } from './type-dialog.tsx'
import { valueTypeLabels } from './value-types.ts'

/** What is defined of one object type: its fields and relationships, and what can be done to them. */
export function ObjectPage({ objectType }: { objectType: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['object', objectType],
    queryFn: () => client.admin.objects.retrieve(objectType),
  })
  if (error) return <ProblemView error={error} retry={refetch} />
  if (!data) return null
  return (
    <>
      <Link to="/settings/$section" params={{ section: 'objects' }}>
        All objects
      </Link>
      <TypeHead type={data} />
      <Fields type={data} />
      <Relationships type={data} />
    </>
  )
}

function TypeHead({ type }: { type: FullDefinitions }) {
  const navigate = useNavigate()
  const [dialog, setDialog] = useState<'rename' | 'remove'>()
  const close = () => setDialog(undefined)
  const remove = useChange(
    () => client.admin.objects.remove(type.objectType),
    [['objects'], ['objectTypes']],
    () => navigate({ to: '/settings/$section', params: { section: 'objects' } }),
  )
  const actions = type.custom && (
    <Group>
      <Button variant="default" onClick={() => setDialog('rename')}>
        Rename
      </Button>
      <Button variant="default" onClick={() => setDialog('remove')}>
        Remove
      </Button>
    </Group>
  )
  return (
    <>
      <Head
        title={type.pluralLabel ?? type.label}
        about={
          type.open ? `“${type.objectType}” in the API.` : `“${type.objectType}” in the API. Its fields are fixed.`
        }
        action={actions}
      />
      {dialog === 'rename' && <TypeDialog type={type} onClose={close} />}
      {dialog === 'remove' && (
        <Confirm
          title={`Remove ${type.label}?`}
          action="Remove"
          onConfirm={() => remove.mutate(undefined)}
          onClose={close}
        >
          Only an object without records can be removed; what the trash holds of it is gone for good.
        </Confirm>
      )}
    </>
  )
}

type PanelProps = { title: string; add: ReactNode; head: readonly string[]; children: ReactNode }

function Panel({ title, add, head, children }: PanelProps) {
  return (
    <section aria-label={title}>
      <Group justify="space-between" mt="lg" mb="xs">
        <Title order={3}>{title}</Title>
        {add}
      </Group>
      <div className={styles['scroll']}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              {head.map((label) => (
                <Table.Th key={label}>{label}</Table.Th>
              ))}
              <Table.Th>
                <span className="visually-hidden">Actions</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>{children}</Table.Tbody>
        </Table>
      </div>
    </section>
  )
}

function Fields({ type }: { type: FullDefinitions }) {
  const [dialog, setDialog] = useState<{ edit?: FullField | undefined; remove?: FullField }>()
  const close = () => setDialog(undefined)
  const remove = useChange(
    (slug: string) => client.admin.objects.fields.remove(type.objectType, slug),
    [['object'], ['definitions']],
  )
  return (
    <Panel
      title="Fields"
      head={['Field', 'Type', 'In the API']}
      add={type.open && <Button onClick={() => setDialog({ edit: undefined })}>New field</Button>}
    >
      {Object.entries(type.fieldDefinitions).map(([key, field]) => (
        <Table.Tr key={key}>
          <Table.Td>
            {field.label} {field.required && <Badge color="gray">required</Badge>}
            {field.typeConfiguration.unique && <Badge color="gray">unique</Badge>}
          </Table.Td>
          <Table.Td>{valueTypeLabels[field.valueType]}</Table.Td>
          <Table.Td className="muted">{key}</Table.Td>
          <Table.Td ta="right">
            <Button variant="subtle" onClick={() => setDialog({ edit: field })} aria-label={`Change ${field.label}`}>
              Change
            </Button>
            {!field.system && (
              <Button
                variant="subtle"
                color="red"
                onClick={() => setDialog({ remove: field })}
                aria-label={`Remove ${field.label}`}
              >
                Remove
              </Button>
            )}
          </Table.Td>
        </Table.Tr>
      ))}
      {dialog && 'edit' in dialog && <FieldDialog objectType={type.objectType} field={dialog.edit} onClose={close} />}
      {dialog?.remove && (
        <Confirm
          title={`Remove ${dialog.remove.label}?`}
          action="Remove the field"
          onConfirm={() => remove.mutate(dialog.remove?.slug ?? '')}
          onClose={close}
        >
          The field goes from every record, with all its values. This cannot be undone.
        </Confirm>
      )}
    </Panel>
  )
}

function Relationships({ type }: { type: FullDefinitions }) {
  const types = useObjectTypes()
  const [dialog, setDialog] = useState<{ edit?: FullRelationship | undefined; remove?: FullRelationship }>()
  const close = () => setDialog(undefined)
  const remove = useChange(
    (slug: string) => client.admin.objects.relationships.remove(type.objectType, slug),
    [['object'], ['definitions']],
  )
  return (
    <Panel
      title="Relationships"
      head={['Relationship', 'Leads to', 'In the API']}
      add={type.open && <Button onClick={() => setDialog({ edit: undefined })}>New relationship</Button>}
    >
      {Object.entries(type.relationshipDefinitions).map(([key, relationship]) => {
        const other = types.find(({ name }) => name === relationship.objectType)
        const isOwn = !key.startsWith('$')
        return (
          <Table.Tr key={key}>
            <Table.Td>{relationship.label}</Table.Td>
            <Table.Td>
              {relationship.cardinality === 'HAS_ONE'
                ? `one ${other?.label ?? ''}`
                : `several ${other?.pluralLabel ?? ''}`}
            </Table.Td>
            <Table.Td className="muted">{key}</Table.Td>
            <Table.Td ta="right">
              {isOwn && (
                <>
                  <Button
                    variant="subtle"
                    onClick={() => setDialog({ edit: relationship })}
                    aria-label={`Rename ${relationship.label}`}
                  >
                    Rename
                  </Button>
                  <Button
                    variant="subtle"
                    color="red"
                    onClick={() => setDialog({ remove: relationship })}
                    aria-label={`Remove ${relationship.label}`}
                  >
                    Remove
                  </Button>
                </>
              )}
            </Table.Td>
          </Table.Tr>
        )
      })}
      {dialog && 'edit' in dialog && <RelationshipDialog type={type} relationship={dialog.edit} onClose={close} />}
      {dialog?.remove && (
        <Confirm
          title={`Remove ${dialog.remove.label}?`}
          action="Remove the relationship"
          onConfirm={() => remove.mutate(dialog.remove?.slug ?? '')}
          onClose={close}
        >
          It goes from both ends, with all its links. The records stay.
        </Confirm>
      )}
    </Panel>
  )
}
