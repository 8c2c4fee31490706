import {
  buildDefinitions,
  type Definitions,
  encodeId,
  type FieldRow,
  type ObjectDefinition,
  type RelationshipRow,
  systemDefinitions,
  type ValueTypeName,
} from '@openfield/schema'
import { type Connection, rows, run, type Statement } from './database.ts'
import type { Shape } from './records.ts'

/** A workspace's definitions at one version, and how records of each type are read. */
export type VersionedDefinitions = {
  version: number
  types: Definitions
  shapes: ReadonlyMap<string, Shape>
}

type StoredField = {
  id: number
  public_id: string
  object_type: string
  slug: string
  label: string
  description: string | null
  value_type: ValueTypeName
  configuration: FieldRow['configuration']
  removed: boolean
}

/** Reads everything a workspace has defined, in one snapshot. */
export async function readDefinitions(db: Connection, workspace: number): Promise<VersionedDefinitions> {
  const [row] = await rows<{
    version: number
    objects: { id: number; slug: string; label: string; plural_label: string | null }[]
    fields: StoredField[]
    relationships: StoredRelationship[]
  }>(
    db,
    `select d.version,
      (select coalesce(json_agg(o order by o.id), '[]') from object_type o
        where o.workspace_id = $1 and o.removed_at is null) as objects,
      (select coalesce(json_agg(f order by f.id), '[]') from (
        select *, removed_at is not null as removed from field_definition where workspace_id = $1) f) as fields,
      (select coalesce(json_agg(r order by r.id), '[]') from relationship_definition r
        where r.workspace_id = $1 and r.removed_at is null) as relationships
    from definitions_version d where d.workspace_id = $1`,
    [workspace],
  )
  if (!row) throw new Error(`workspace ${workspace} has no definitions`)
  if (row.objects.length + row.fields.length + row.relationships.length === 0)
    return { ...unchanged, version: row.version }
  const types = buildDefinitions({
    objects: row.objects.map(({ id, slug, label, plural_label }) => ({ id, slug, label, pluralLabel: plural_label })),
    fields: row.fields.filter((field) => !field.removed).map(fieldRow),
    relationships: row.relationships.map(relationshipRow),
  })
  const removed = row.fields.filter((field) => field.removed)
  return { version: row.version, types, shapes: shapesOf(types, removed) }
}

/** The order in which PostgreSQL keeps the keys of a jsonb: shorter ones first, then by bytes. */
const inStoredOrder = (left: { key: string }, right: { key: string }) => {
  const [a, b] = [Buffer.from(left.key), Buffer.from(right.key)]
  return a.length - b.length || a.compare(b)
}

const shapesOf = (types: Definitions, removed: readonly StoredField[]) =>
  new Map(
    [...types].map(([name, type]) => [
      name,
      shapeOf(
        type,
        removed.filter((field) => field.object_type === name).map((field) => field.slug),
      ),
    ]),
  )

/** Workspaces that have defined nothing of their own share one copy. */
const unchanged = { types: systemDefinitions, shapes: shapesOf(systemDefinitions, []) }

const version: Statement = {
  name: 'definitions_version',
  text: 'select version from definitions_version where workspace_id = $1',
}

/** The version that the database has now. */
export async function readDefinitionsVersion(db: Connection, workspace: number): Promise<number | undefined> {
  const [row] = await run<[number]>(db, version, [workspace])
  return row?.[0]
}

function shapeOf(type: ObjectDefinition, removed: readonly string[]): Shape {
  const fields = [...type.fields.values()].filter(({ apart }) => !apart).sort(inStoredOrder)
  const unset = Object.fromEntries(fields.map(({ key, valueType }) => [key, { value: null, valueType }]))
  return { number: type.number, unset, defaults: JSON.stringify(unset), removed }
}

const fieldRow = (field: StoredField): FieldRow => ({
  id: field.id,
  publicId: encodeId('ad', field.public_id),
  objectType: field.object_type,
  slug: field.slug,
  label: field.label,
  description: field.description,
  valueType: field.value_type,
  configuration: field.configuration,
})

type End = 'from' | 'to'
type StoredRelationship = { id: number; public_id: string } & Record<`${End}_${'object' | 'slug' | 'label'}`, string> &
  Record<`${End}_cardinality`, 'HAS_ONE' | 'HAS_MANY'>

const relationshipRow = (row: StoredRelationship): RelationshipRow => ({
  id: row.id,
  publicId: encodeId('rd', row.public_id),
  from: end(row, 'from'),
  to: end(row, 'to'),
})

const end = (row: StoredRelationship, side: End) => ({
  objectType: row[`${side}_object`],
  slug: row[`${side}_slug`],
  label: row[`${side}_label`],
  cardinality: row[`${side}_cardinality`],
})

/** Runs a change of definitions: waits for the writes under way, and gives the definitions a new version. */
export async function changingDefinitions<T>(tx: Connection, workspace: number, change: () => Promise<T>): Promise<T> {
  await tx.query('select pg_advisory_xact_lock(1330005574, ($1::bigint % 2147483647)::int)', [workspace])
  const result = await change()
  await tx.query('update definitions_version set version = version + 1 where workspace_id = $1', [workspace])
  return result
}
