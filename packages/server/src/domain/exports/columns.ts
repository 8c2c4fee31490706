import type { Field, Json, ObjectDefinition, Relationship } from '@openfield/schema'
import { fieldTargets } from '../imports/targets.ts'

/** A record as the API sends it, as far as tables need it. */
export type SentRecord = {
  id: string
  createdAt: string
  updatedAt?: string | null
  externalId?: string | null
  fields: Record<string, { value: Json }>
  relationships?: Record<string, { values: string[] }>
}

/** A column of an export: its head, which an import understands, and the cell of a record. */
export type Column = {
  name: string
  cell(record: SentRecord, names: Readonly<Record<string, string>>): string | number
}

/** The columns of a type's records: what tells them, their fields, and what they are linked to by ids and by names. */
export function columnsOf(definition: ObjectDefinition, keys: ReadonlySet<string> | undefined): Column[] {
  const { omits = [], fields, relationships } = definition
  const isShown = ({ key }: { key: string }) => !keys || keys.has(key)
  return withDistinctNames([
    own('ID', ({ id }) => id),
    ...(omits.includes('externalId') ? [] : [own('External ID', ({ externalId }) => externalId ?? '')]),
    ...[...fields.values()]
      .filter(isShown)
      .filter(({ apart }) => !apart)
      .flatMap(fieldColumns),
    ...(omits.includes('relationships')
      ? []
      : [...relationships.values()].filter(isOwn).filter(isShown).flatMap(linkColumns)),
    own('Created at', ({ createdAt }) => createdAt),
    ...(omits.includes('updatedAt') ? [] : [own('Updated at', ({ updatedAt }) => updatedAt ?? '')]),
  ])
}

type Named = Column & { key: string }

const own = (name: string, cell: (record: SentRecord) => string): Named => ({ name, key: name, cell })

/** What can only be read at this end is in the table of the type at the other end. */
const isOwn = ({ side, write }: Relationship) => side === 'from' || write !== 'never'

function fieldColumns(field: Field): Named[] {
  const [whole, ...parts] = fieldTargets(field)
  const { type, configuration, key } = field
  if (parts.length === 0 || !whole) {
    return [
      {
        name: field.label,
        key,
        cell: ({ fields }) => cellOf(fields[key]?.value ?? null, (value) => type.toCell(value, configuration)),
      },
    ]
  }
  return parts.map(({ to, label }) => {
    const part = to.slice(key.length + 1)
    const cell = ({ fields }: SentRecord) =>
      cellOf((fields[key]?.value as Record<string, Json> | null)?.[part] ?? null, String)
    return { name: label, key: to, cell }
  })
}

/** Numbers stay numbers, of which no spreadsheet makes a formula. */
function cellOf(value: Json, text: (value: never) => string): string | number {
  if (value === null) return ''
  return typeof value === 'number' ? value : text(value as never)
}

function linkColumns({ key, label, one }: Relationship): Named[] {
  const idsOf = ({ relationships = {} }: SentRecord) => relationships[key]?.values ?? []
  return [
    { name: `${label} ${one ? 'ID' : 'IDs'}`, key: `${key} ids`, cell: (record) => idsOf(record).join('; ') },
    {
      name: label,
      key,
      cell: (record, names) =>
        idsOf(record)
          .map((id) => names[id] ?? '')
          .join('; '),
    },
  ]
}

/** Where two columns would have one name, the key tells them apart. */
function withDistinctNames(columns: readonly Named[]): Column[] {
  const count = Map.groupBy(columns, ({ name }) => name.toLowerCase())
  return columns.map(({ name, key, cell }) => ({
    name: (count.get(name.toLowerCase())?.length ?? 0) > 1 ? `${name} (${key})` : name,
    cell,
  }))
}
