import { Alert, Button, Checkbox, Group, Loader, Modal, Radio, Stack, Table, Text } from '@mantine/core'
import { IconArrowsExchange } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Suspense, useState } from 'react'
import { messageOf } from '../../app/problem.tsx'
import { queryClient } from '../../app/queries.ts'
import { client } from '../../app/server.ts'
import { LinkPicker } from '../../records/link-picker.tsx'
import { recordPath, type ShownType, useDefinitions } from '../../records/object-types.ts'
import type { AnyRecord, Definitions, FieldDefinition, RelationshipDefinition } from '../../records/record.ts'
import { RecordLink } from '../../records/record-link.tsx'
import { titleText } from '../../records/titles.ts'
import { recordQuery } from '../../records/use-record.ts'
import { viewOf } from '../../values/index.ts'
import styles from './record.module.css'

type Props = { type: ShownType; primary: AnyRecord; onClose(): void }

/** Merges a duplicate into a record: which, whose values stay, and what came of it. */
export function Merge({ type, primary, onClose }: Props) {
  const [otherId, setOtherId] = useState<string>()
  return (
    <Modal opened onClose={onClose} title={`Merge a duplicate ${type.label.toLowerCase()}`} size="xl">
      {otherId === undefined ? (
        <Stack gap="xs">
          <Text className="muted">
            Which {type.label.toLowerCase()} is the same as <strong>{titleText(type, primary)}</strong>?
          </Text>
          <Suspense>
            <LinkPicker
              definition={asRelationship(type)}
              ids={[]}
              otherThan={primary.id}
              onChange={([id]) => setOtherId(id)}
            />
          </Suspense>
        </Stack>
      ) : (
        <Suspense fallback={<Loader size="sm" />}>
          <Chosen type={type} here={primary} otherId={otherId} onBack={() => setOtherId(undefined)} onClose={onClose} />
        </Suspense>
      )}
    </Modal>
  )
}

const asRelationship = (type: ShownType): RelationshipDefinition => ({
  key: 'duplicate',
  label: 'the duplicate',
  objectType: type.name,
  cardinality: 'HAS_ONE',
  readOnly: false,
  createOnly: false,
  required: true,
  system: true,
})

type Side = 'primary' | 'duplicate'
type ChosenProps = { type: ShownType; here: AnyRecord; otherId: string; onBack(): void; onClose(): void }

/** Reads the duplicate. What was read stays: after the merge there is no such record any more. */
function Chosen({ otherId, ...props }: ChosenProps) {
  const { data: there, error } = useQuery(recordQuery(props.type, otherId))
  if (there) return <Comparison {...props} there={there} />
  return error ? <Text c="var(--of-danger)">{messageOf(error)}</Text> : <Loader size="sm" />
}

type ComparisonProps = Omit<ChosenProps, 'otherId'> & { there: AnyRecord }

function Comparison({ type, here, there, onBack, onClose }: ComparisonProps) {
  const definitions = useDefinitions(type)
  const [isSwapped, setSwapped] = useState(false)
  const [primary, duplicate] = isSwapped ? [there, here] : [here, there]
  const [chosen, setChosen] = useState<Readonly<Record<string, Side>>>({})
  const [unites, setUnites] = useState(true)
  const differing = differingFields(definitions, primary, duplicate)
  const sets = differing.filter((field) => isSet(field, primary, duplicate))
  const sideOf = (field: FieldDefinition): Side =>
    chosen[field.key] ?? (isEmpty(valueIn(primary, field)) ? 'duplicate' : 'primary')
  const clash = clashingParent(definitions, primary, duplicate)
  const merge = useMutation({
    mutationFn: () =>
      mergeOf(type)({
        primaryId: primary.id,
        duplicateId: duplicate.id,
        fieldResolutions: Object.fromEntries(
          differing.filter((field) => !(unites && sets.includes(field))).map((field) => [field.key, sideOf(field)]),
        ),
        options: { multiSelectUnion: unites },
      }),
    async onSuccess({ primary: merged }) {
      queryClient.setQueryData(recordQuery(type, merged.id).queryKey, merged)
      await queryClient.invalidateQueries({ queryKey: ['records'] })
    },
  })
  if (merge.data) return <Result type={type} answer={merge.data} stays={here.id === primary.id} onClose={onClose} />
  const [left, right] = [titleText(type, primary), titleText(type, duplicate)]
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Text size="sm">
          <strong>{left}</strong> stays. <strong>{right}</strong> is merged into it, for good: its address leads to the
          one that stays.
        </Text>
        <Button
          variant="default"
          leftSection={<IconArrowsExchange size={14} aria-hidden />}
          onClick={() => {
            setSwapped(!isSwapped)
            setChosen({})
          }}
        >
          Keep the other
        </Button>
      </Group>
      {differing.length === 0 ? (
        <Text className="muted">All values are the same in both.</Text>
      ) : (
        <Table.ScrollContainer minWidth={480}>
          <Table layout="fixed" verticalSpacing={6} className={styles['comparison'] ?? ''}>
            <caption className="visually-hidden">Values that differ; choose which stay</caption>
            <Table.Thead>
              <Table.Tr>
                <Table.Th w="22%">Field</Table.Th>
                <Table.Th>{left} (stays)</Table.Th>
                <Table.Th>{right}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {differing.map((field) => (
                <Row
                  key={field.key}
                  field={field}
                  values={{ primary: valueIn(primary, field), duplicate: valueIn(duplicate, field) }}
                  side={unites && sets.includes(field) ? 'both' : sideOf(field)}
                  onChoose={(side) => setChosen({ ...chosen, [field.key]: side })}
                />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {sets.length > 0 && (
        <Checkbox
          label={`Keep the options of both: ${sets.map(({ label }) => label).join(', ')}`}
          checked={unites}
          onChange={(event) => setUnites(event.currentTarget.checked)}
        />
      )}
      <Links definitions={definitions} primary={primary} duplicate={duplicate} />
      {clash && (
        <Alert color="red" title={`They have different ${clash.label.toLowerCase()}s`}>
          Only records with the same {clash.label.toLowerCase()} can be merged. Change it in one of them first.
        </Alert>
      )}
      {merge.error && (
        <Text c="var(--of-danger)" role="alert">
          {messageOf(merge.error)}
        </Text>
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onBack}>
          Choose another
        </Button>
        <Button onClick={() => merge.mutate()} loading={merge.isPending} disabled={clash !== undefined}>
          Merge
        </Button>
      </Group>
    </Stack>
  )
}

type RowProps = {
  field: FieldDefinition
  values: Readonly<Record<Side, unknown>>
  side: Side | 'both'
  onChoose(side: Side): void
}

const Row = ({ field, values, side, onChoose }: RowProps) => (
  <Table.Tr>
    <Table.Th scope="row">{field.label}</Table.Th>
    {(['primary', 'duplicate'] as const).map((one) => (
      <Table.Td key={one} data-chosen={side === one || side === 'both' || undefined}>
        <Radio
          name={`merge ${field.key}`}
          checked={side === one}
          disabled={side === 'both'}
          onChange={() => onChoose(one)}
          label={<Value field={field} value={values[one]} />}
        />
      </Table.Td>
    ))}
  </Table.Tr>
)

function Value({ field, value }: { field: FieldDefinition; value: unknown }) {
  const { Line } = viewOf(field.valueType)
  if (isEmpty(value)) return <span className="muted">Empty</span>
  return <Line value={value} configuration={field.typeConfiguration} />
}

type LinksProps = { definitions: Definitions; primary: AnyRecord; duplicate: AnyRecord }

/** What becomes of the links: those of both are united, save where there is room for one. */
function Links({ definitions, primary, duplicate }: LinksProps) {
  const moving = definitions.relationships.flatMap(({ key, label, cardinality, objectType }) => {
    const [mine, theirs] = [primary, duplicate].map(({ relationships }) => relationships?.[key])
    const values = (theirs?.values ?? []).filter((id) => !mine?.values.includes(id) && id !== primary.id)
    if (values.length === 0) return []
    const isDropped = cardinality === 'HAS_ONE' && (mine?.values.length ?? 0) > 0
    return [{ key, label, values, objectType, isDropped, hasMore: theirs?.hasMore }]
  })
  if (moving.length === 0) return <Text className="muted">The duplicate has no links of its own.</Text>
  return (
    <div>
      <Text fw={600} size="sm">
        Links
      </Text>
      <ul className={styles['moves']}>
        {moving.map(({ key, label, values, objectType, isDropped, hasMore }) => (
          <li key={key}>
            {label}:{' '}
            {isDropped ? (
              <>
                <RecordLink id={values[0] ?? ''} objectType={objectType} /> is dropped, for there is room for one
              </>
            ) : (
              `${values.length}${hasMore ? ' and more' : ''} ${values.length === 1 && !hasMore ? 'moves' : 'move'} along`
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}

type MergeAnswer = Awaited<ReturnType<ReturnType<typeof mergeOf>>>
type ResultProps = { type: ShownType; answer: MergeAnswer; stays: boolean; onClose(): void }

/** What came of a merge. Many links are moved in the background: it says so until they are. */
function Result({ type, answer: { merge, primary, summary }, stays, onClose }: ResultProps) {
  const navigate = useNavigate()
  const { data } = useQuery({
    queryKey: ['merge', merge.id],
    queryFn: ({ signal }) => client.merge.getMerge(merge.id, { signal }),
    enabled: merge.status === 'cleanup_pending',
    refetchInterval: ({ state }) => (state.data?.status === 'cleanup_pending' || !state.data ? 1_000 : false),
  })
  const status = data?.status ?? merge.status
  const done = () => {
    onClose()
    if (!stays) void navigate({ to: recordPath(type, primary.id) })
  }
  return (
    <Stack gap="sm">
      <div role="status">
        {status === 'cleanup_pending' ? (
          <Group gap="xs">
            <Loader size="xs" />
            <Text>They are one record now. Its links are still being moved; you need not wait.</Text>
          </Group>
        ) : (
          <Text>
            They are one record now: {counted(summary.fieldWriteCount, 'value')} changed
            {merge.status === 'done'
              ? `, ${counted(summary.syncRepointedCount, 'link')} moved`
              : ', all links are moved'}
            .
          </Text>
        )}
      </div>
      {summary.warnings.map((warning) => (
        <Text key={warning} size="sm" className="muted">
          {warning}
        </Text>
      ))}
      <Group justify="flex-end">
        <Button onClick={done}>Show {titleText(type, primary as AnyRecord)}</Button>
      </Group>
    </Stack>
  )
}

const counted = (count: number, noun: string) => `${count.toLocaleString()} ${noun}${count === 1 ? '' : 's'}`

type Input = Parameters<typeof client.merge.mergeAccounts>[0]

/** The merge operation of a type, in one shape for all. */
function mergeOf({ name, custom }: ShownType) {
  const { merge } = client
  const operations: Record<string, (input: Input) => Promise<unknown>> = {
    account: (input) => merge.mergeAccounts(input),
    contact: (input) => merge.mergeContacts(input as never),
    opportunity: (input) => merge.mergeOpportunities(input as never),
  }
  const run = custom ? (input: Input) => merge.mergeObjectValues(name, input as never) : operations[name]
  if (!run) throw new Error(`${name} records cannot be merged`)
  return run as (input: object) => ReturnType<typeof merge.mergeAccounts>
}

const valueIn = (record: AnyRecord, { key }: FieldDefinition) => record.fields[key]?.value ?? null

const isEmpty = (value: unknown) => value === null || value === '' || (Array.isArray(value) && value.length === 0)

const differingFields = ({ fields }: Definitions, primary: AnyRecord, duplicate: AnyRecord) =>
  fields.filter(
    (field) => !field.readOnly && JSON.stringify(valueIn(primary, field)) !== JSON.stringify(valueIn(duplicate, field)),
  )

/** Whether a field has options of which a record may have several, in both. */
const isSet = (field: FieldDefinition, ...records: AnyRecord[]) =>
  field.typeConfiguration.options !== undefined &&
  records.every((record) => {
    const value = valueIn(record, field)
    return Array.isArray(value) && value.length > 0
  })

/** The parent that both must share, when they do not. */
const clashingParent = ({ relationships }: Definitions, primary: AnyRecord, duplicate: AnyRecord) =>
  relationships.find(
    ({ key, required, cardinality }) =>
      required &&
      cardinality === 'HAS_ONE' &&
      primary.relationships?.[key]?.values[0] !== duplicate.relationships?.[key]?.values[0],
  )
