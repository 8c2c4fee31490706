import { Button, Group, Stack, Text } from '@mantine/core'
import { APIError, AuthenticationError } from '@openfield/sdk'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { atInput, messageOf } from '../app/problem.tsx'
import { keys, queryClient } from '../app/queries.ts'
import { useSession } from '../app/session.tsx'
import { viewOf, written } from '../values/index.ts'
import { configurationFor } from '../values/options.tsx'
import { type Draft, forgetDraft, keepDraft, readDraft } from './draft.ts'
import { factsOf } from './facts.ts'
import { LinkInput } from './link-input.tsx'
import { keepNames } from './names.ts'
import { operationsOf, type ShownType, useDefinitions } from './object-types.ts'
import type { AnyRecord, Definitions } from './record.ts'
import { titleText } from './titles.ts'

export type NewRecordProps = {
  type: ShownType
  /** What is filled in to begin with. */
  fields?: Draft['fields'] | undefined
  relationships?: Draft['relationships'] | undefined
  onCreated(record: AnyRecord): void
  onCancel(): void
}

/** A form for a new record of any type, made from its definitions. What is typed is kept until it has become a record. */
export function RecordForm({ type, fields, relationships, onCreated, onCancel }: NewRecordProps) {
  const definitions = useDefinitions(type)
  const { member } = useSession()
  const fresh = (): Draft => beginning(definitions, member.id, { fields, relationships })
  const kept = readDraft(member.id, type.name)
  const [wasKept, setWasKept] = useState(kept !== undefined)
  const [draft, setDraft] = useState((): Draft => continued(kept, fresh(), { fields, relationships }))
  const [showsAll, setShowsAll] = useState(false)
  const [missing, setMissing] = useState<ReadonlySet<string>>(new Set())
  const create = useMutation({
    mutationFn: () => operationsOf(type).create(sent(draft, definitions)),
    async onSuccess(record) {
      forgetDraft(member.id, type.name)
      queryClient.setQueryData(keys.record(type.name, record.id), record)
      keepNames({ [record.id]: titleText(type, record) })
      onCreated(record)
      await queryClient.invalidateQueries({ queryKey: keys.records(type.name) })
    },
  })
  const change = (next: Draft) => {
    setDraft(next)
    keepDraft(member.id, type.name, next)
  }
  const startOver = () => {
    forgetDraft(member.id, type.name)
    setDraft(fresh())
    setWasKept(false)
    create.reset()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const lacking = missingOf(draft, definitions)
    setMissing(lacking)
    if (lacking.size === 0 && !create.isPending) create.mutate()
  }
  const refused = create.error instanceof APIError ? create.error.param : undefined
  const errorAt = (part: keyof Draft, key: string, label: string) => {
    if (missing.has(key)) return `${label} is needed.`
    return refused === `${part}.${key}` || refused?.startsWith(`${part}.${key}.`)
      ? atInput(messageOf(create.error))
      : undefined
  }
  const all = [...definitions.fields, ...definitions.relationships].filter(isWritable)
  const first = firstKeys(type, definitions, draft)
  const isShown = ({ key }: { key: string }) => showsAll || first.has(key)
  // That the session has ended, a dialog above the page says.
  const isSignedOut = create.error instanceof AuthenticationError
  const isAtInput = all.some(({ key }) => refused === `fields.${key}` || refused === `relationships.${key}`)
  const focused = definitions.fields.find(({ key, ...field }) => isWritable(field) && first.has(key))?.key
  return (
    <form
      noValidate
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event)
      }}
    >
      <Stack gap="sm">
        {wasKept && (
          <Group justify="space-between" wrap="nowrap">
            <Text size="sm" className="muted" role="status">
              This is what you had typed before.
            </Text>
            <Button variant="subtle" color="gray" flex="none" onClick={startOver}>
              Start over
            </Button>
          </Group>
        )}
        {definitions.fields
          .filter(isWritable)
          .filter(isShown)
          .map((field) => {
            const { Input } = viewOf(field.valueType)
            return (
              <Input
                key={field.key}
                value={draft.fields[field.key] ?? null}
                onChange={(value) => change({ ...draft, fields: { ...draft.fields, [field.key]: value } })}
                configuration={configurationFor(field.typeConfiguration, (key) => draft.fields[key])}
                label={field.label}
                description={field.description ?? undefined}
                required={field.required}
                error={errorAt('fields', field.key, field.label)}
                autoFocus={field.key === focused}
              />
            )
          })}
        {definitions.relationships
          .filter(isWritable)
          .filter(isShown)
          .map((relationship) => (
            <LinkInput
              key={relationship.key}
              definition={relationship}
              ids={draft.relationships[relationship.key] ?? []}
              onChange={(ids) =>
                change({ ...draft, relationships: { ...draft.relationships, [relationship.key]: ids } })
              }
              error={errorAt('relationships', relationship.key, relationship.label)}
            />
          ))}
        {create.error && !isAtInput && !isSignedOut && (
          <Text c="var(--of-danger)" role="alert">
            {messageOf(create.error)}
          </Text>
        )}
        <Group justify="space-between">
          {all.length > first.size ? (
            <Button variant="subtle" color="gray" onClick={() => setShowsAll(!showsAll)} aria-expanded={showsAll}>
              {showsAll ? 'Fewer fields' : 'More fields'}
            </Button>
          ) : (
            <span />
          )}
          <Group gap="xs">
            <Button variant="default" onClick={onCancel}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending} title="Ctrl+Enter">
              Create
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  )
}

const isWritable = ({ readOnly }: { readOnly: boolean }) => !readOnly

type Given = { fields: Draft['fields'] | undefined; relationships: Draft['relationships'] | undefined }

/** What a form begins with: the first choice where one must be made, oneself where a member must be named, what is given. */
function beginning({ fields, relationships }: Definitions, memberId: string, given: Given): Draft {
  const choices = fields.flatMap(({ key, required, typeConfiguration: { options } }) => {
    const choice = required && options?.find(({ retired }) => !retired)
    return choice ? [[key, choice.id]] : []
  })
  const own = relationships
    .filter(
      ({ key, objectType, required, readOnly }) =>
        objectType === 'member' && !readOnly && (required || key === '$owner'),
    )
    .map(({ key }) => [key, [memberId]])
  return {
    fields: { ...Object.fromEntries(choices), ...given.fields },
    relationships: { ...Object.fromEntries(own), ...given.relationships },
  }
}

const continued = (kept: Draft | undefined, fresh: Draft, given: Given): Draft => ({
  fields: { ...fresh.fields, ...kept?.fields, ...given.fields },
  relationships: { ...fresh.relationships, ...kept?.relationships, ...given.relationships },
})

/** What is shown at first: the name, what must be there, what says most, and what has something. */
function firstKeys(type: ShownType, { fields, relationships }: Definitions, draft: Draft): ReadonlySet<string> {
  const needed = [...fields, ...relationships].filter(({ required }) => required).map(({ key }) => key)
  const facts = factsOf(type.name, fields).map(({ key }) => key)
  const filled = Object.entries({ ...draft.fields, ...draft.relationships })
    .filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0))
    .map(([key]) => key)
  const writable = new Set([...fields, ...relationships].filter(isWritable).map(({ key }) => key))
  return new Set([...type.title, ...needed, ...facts, ...filled].filter((key) => writable.has(key)))
}

function missingOf(draft: Draft, { fields, relationships }: Definitions): ReadonlySet<string> {
  const lacking = [
    ...fields.filter((field) => written(draft.fields[field.key], field) === null),
    ...relationships.filter(({ key }) => !draft.relationships[key]?.length),
  ]
  return new Set(lacking.filter(({ required, readOnly }) => required && !readOnly).map(({ key }) => key))
}

/** What the API takes of a draft; what is empty is left out. */
function sent(draft: Draft, { fields, relationships }: Definitions) {
  const values = fields.filter(isWritable).map((field) => [field.key, written(draft.fields[field.key], field)] as const)
  const links = relationships.filter(isWritable).map(({ key }) => [key, draft.relationships[key] ?? []] as const)
  return {
    fields: Object.fromEntries(values.filter(([, value]) => value !== null)),
    relationships: Object.fromEntries(links.filter(([, ids]) => ids.length > 0)),
  }
}
