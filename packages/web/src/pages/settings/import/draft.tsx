import { Alert, Button, Checkbox, Group, Select, Stack, Table, Text, Title } from '@mantine/core'
import type { Import, ImportMapping } from '@openfield/sdk'
import { client } from '../../../app/server.ts'
import { useDefinitions, useType } from '../../../records/object-types.ts'
import { useChange } from '../parts.tsx'
import styles from '../settings.module.css'
import { Preview } from './preview.tsx'
import { readingOf, targetsOf } from './targets.ts'

/** What each column becomes, which records the rows are, and how the first rows come out. */
export function Draft({ draft: kept }: { draft: Import }) {
  const outdated = [['imports']] as const
  const update = useChange(
    (change: Parameters<typeof client.admin.imports.update>[1]) => client.admin.imports.update(kept.id, change),
    outdated,
  )
  // What is chosen shows at once.
  const draft = { ...kept, ...(update.isPending && (update.variables as Partial<Import>)) }
  const start = useChange(() => client.admin.imports.start(kept.id), outdated)
  return (
    <Stack gap="lg">
      <Text size="sm" className="muted">
        Read as {draft.encoding.toUpperCase()}, columns separated by {delimiterName(draft.delimiter)}.
      </Text>
      <Mapping draft={draft} onChange={(mapping) => update.mutate({ mapping })} />
      <Matching draft={draft} onChange={(change) => update.mutate(change)} />
      <Preview draft={kept} />
      {draft.problems.length > 0 && (
        <Alert color="red" title="Before it can start" variant="light">
          {draft.problems.map((problem) => (
            <div key={problem}>{problem}</div>
          ))}
        </Alert>
      )}
      <Group>
        <Button
          size="sm"
          disabled={draft.problems.length > 0 || update.isPending}
          loading={start.isPending}
          onClick={() => start.mutate(undefined)}
        >
          Import {draft.counts.total.toLocaleString()} rows
        </Button>
        <Text size="sm" className="muted">
          It can be taken back afterwards.
        </Text>
      </Group>
    </Stack>
  )
}

const delimiterName = (delimiter: string) =>
  ({ ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars' })[delimiter] ?? `“${delimiter}”`

function Mapping({ draft, onChange }: { draft: Import; onChange(mapping: ImportMapping[]): void }) {
  const definitions = useDefinitions(useType(draft.objectType))
  const targets = targetsOf(definitions)
  const of = (column: number) => draft.mapping.find((one) => one.column === column)
  const change = (column: number, part: Partial<ImportMapping>) =>
    onChange([
      ...draft.mapping.filter((one) => one.column !== column),
      { to: null, ...of(column), ...part, column } as ImportMapping,
    ])
  return (
    <section aria-label="Columns">
      <Title order={3}>What the columns become</Title>
      <div className={styles['scroll']}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Column</Table.Th>
              <Table.Th>For example</Table.Th>
              <Table.Th>Becomes</Table.Th>
              <Table.Th>Read as</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {draft.columns.map(({ column, name, samples }) => {
              const mapping = of(column)
              return (
                <Table.Tr key={column}>
                  <Table.Td>{name}</Table.Td>
                  <Table.Td className="muted">{samples.filter(Boolean).slice(0, 2).join(' · ')}</Table.Td>
                  <Table.Td>
                    <Select
                      aria-label={`${name} becomes`}
                      size="xs"
                      data={targets}
                      searchable
                      clearable
                      clearButtonProps={{ 'aria-label': `Leave ${name} out` }}
                      placeholder="Leave out"
                      value={mapping?.to ?? null}
                      onChange={(to) => change(column, { to })}
                    />
                  </Table.Td>
                  <Table.Td>
                    <Reading
                      name={name}
                      kind={readingOf(definitions, mapping?.to ?? null)}
                      mapping={mapping}
                      onChange={(part) => change(column, part)}
                    />
                  </Table.Td>
                </Table.Tr>
              )
            })}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  )
}

type ReadingProps = {
  name: string
  kind: ReturnType<typeof readingOf>
  mapping: ImportMapping | undefined
  onChange(part: Partial<ImportMapping>): void
}

/** How the texts of a column are to be read, where there is a choice; what is not chosen is found out. */
function Reading({ name, kind, mapping, onChange }: ReadingProps) {
  if (!kind) return null
  return (
    <Select
      aria-label={`How ${name} is read`}
      size="xs"
      data={choices[kind]}
      clearable={kind !== 'unknownOptions'}
      clearButtonProps={{ 'aria-label': `Find out how ${name} is written` }}
      placeholder="Found out"
      value={mapping?.[kind] ?? (kind === 'unknownOptions' ? 'refuse' : null)}
      onChange={(value) => onChange({ [kind]: value ?? undefined })}
    />
  )
}

const choices = {
  dates: [
    { value: 'day-first', label: 'Day first: 31.12.2026' },
    { value: 'month-first', label: 'Month first: 12/31/2026' },
  ],
  decimal: [
    { value: '.', label: 'Decimal point: 1,234.5' },
    { value: ',', label: 'Decimal comma: 1.234,5' },
  ],
  unknownOptions: [
    { value: 'refuse', label: 'Refuse unknown options' },
    { value: 'create', label: 'Add unknown options' },
  ],
}

type MatchingProps = {
  draft: Import
  onChange(change: { match?: Import['match']; createMissing?: Import['createMissing'] }): void
}

/** Whether a row is a new record or about one that is there, and what comes along. */
function Matching({ draft, onChange }: MatchingProps) {
  const definitions = useDefinitions(useType(draft.objectType))
  const { match, createMissing } = draft
  const mapped = new Set(draft.mapping.flatMap(({ to }) => to ?? []))
  const linksAccounts = definitions.relationships.some(
    ({ key, objectType }) => objectType === 'account' && mapped.has(key),
  )
  const keys = [
    ...definitions.fields.filter(
      ({ key, valueType, typeConfiguration }) =>
        mapped.has(key) && (typeConfiguration.unique || identifying.includes(valueType)),
    ),
    ...[
      { key: 'externalId', label: 'Id in the other system' },
      { key: 'id', label: 'Id here' },
    ].filter(({ key }) => mapped.has(key)),
  ]
  return (
    <section aria-label="Rows and records">
      <Title order={3} mb="xs">
        Which record a row is
      </Title>
      <Group align="flex-end">
        <Select
          label="A row is about the record with the same"
          w={280}
          data={[
            { value: '', label: 'Nothing: each row is a new record' },
            ...keys.map(({ key, label }) => ({ value: key, label })),
          ]}
          allowDeselect={false}
          value={match.by ?? ''}
          onChange={(by) => onChange({ match: { ...match, by: by || null } })}
        />
        {match.by && (
          <Select
            label="Where there is one"
            data={[
              { value: 'update', label: 'Update it' },
              { value: 'skip', label: 'Leave it as it is' },
            ]}
            allowDeselect={false}
            value={match.onMatch}
            onChange={(onMatch) => onMatch && onChange({ match: { ...match, onMatch: onMatch as 'update' | 'skip' } })}
          />
        )}
      </Group>
      {linksAccounts && (
        <Checkbox
          mt="sm"
          label="Create accounts that are not there yet"
          checked={createMissing.accounts}
          onChange={(event) => onChange({ createMissing: { accounts: event.currentTarget.checked } })}
        />
      )}
    </section>
  )
}

const identifying: readonly string[] = ['EMAIL', 'URL', 'TELEPHONE']
