import type { FieldRow, RelationshipRow } from '@openfield/schema'
import { type Connection, rows } from './database.ts'

/** Ids of what a workspace defines start here; the system's are below. */
const firstId = 100_000

type Numbered = 'object_type' | 'field_definition' | 'relationship_definition'

async function nextId(tx: Connection, table: Numbered, workspace: number) {
  const [row] = await rows<{ id: number }>(
    tx,
    `select greatest(coalesce(max(id), 0) + 1, $2) as id from ${table} where workspace_id = $1`,
    [workspace, firstId],
  )
  return row?.id ?? firstId
}

export type NewField = Omit<FieldRow, 'id' | 'publicId'> & { uuid: string }

/** Adds a custom field. Returns false when its slug is taken (by a field whose values are still being removed). */
export async function insertField(tx: Connection, workspace: number, field: NewField): Promise<boolean> {
  const id = await nextId(tx, 'field_definition', workspace)
  return writeField(tx, workspace, { ...field, id }, 'do nothing')
}

/** Writes a field's label, description and configuration; of a system field, which has no row at first, too. */
export async function replaceField(tx: Connection, workspace: number, field: NewField & { id: number }): Promise<void> {
  await writeField(
    tx,
    workspace,
    field,
    '(workspace_id, id) do update set label = excluded.label, description = excluded.description, configuration = excluded.configuration',
  )
}

async function writeField(tx: Connection, workspace: number, field: NewField & { id: number }, conflict: string) {
  const { rowCount } = await tx.query(
    `insert into field_definition (workspace_id, id, public_id, object_type, slug, label, description, value_type, configuration)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict ${conflict}`,
    [
      workspace,
      field.id,
      field.uuid,
      field.objectType,
      field.slug,
      field.label,
      field.description,
      field.valueType,
      JSON.stringify(field.configuration),
    ],
  )
  return rowCount === 1
}

/** Marks a custom field as removed; its values go in the background. */
export const markFieldRemoved = (tx: Connection, workspace: number, id: number) =>
  tx.query('update field_definition set removed_at = now() where workspace_id = $1 and id = $2', [workspace, id])

export type NewRelationship = Omit<RelationshipRow, 'id' | 'publicId'> & { uuid: string }

export async function insertRelationship(tx: Connection, workspace: number, { uuid, from, to }: NewRelationship) {
  const id = await nextId(tx, 'relationship_definition', workspace)
  await tx.query(
    `insert into relationship_definition (workspace_id, id, public_id, from_object, from_slug, from_label, from_cardinality,
      to_object, to_slug, to_label, to_cardinality) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      workspace,
      id,
      uuid,
      from.objectType,
      from.slug,
      from.label,
      from.cardinality,
      to.objectType,
      to.slug,
      to.label,
      to.cardinality,
    ],
  )
}

/** Changes the label of one end. */
export const relabelRelationship = (
  tx: Connection,
  workspace: number,
  id: number,
  side: 'from' | 'to',
  label: string,
) =>
  tx.query(`update relationship_definition set ${side}_label = $3 where workspace_id = $1 and id = $2`, [
    workspace,
    id,
    label,
  ])

/** Marks a relationship as removed; its links go in the background. */
export const markRelationshipRemoved = (tx: Connection, workspace: number, id: number) =>
  tx.query('update relationship_definition set removed_at = now() where workspace_id = $1 and id = $2', [workspace, id])

/** Asks for background work, in the transaction that makes it necessary. */
export const addWork = (tx: Connection, workspace: number, kind: string, uuid: string) =>
  tx.query('select add_work($1, $2, $3, now())', [workspace, [kind], [uuid]])

/** Adds a custom object type. Returns false when its slug is taken. */
export async function insertObjectType(
  tx: Connection,
  workspace: number,
  { slug, label, pluralLabel }: { slug: string; label: string; pluralLabel: string | null },
): Promise<boolean> {
  const id = await nextId(tx, 'object_type', workspace)
  const { rowCount } = await tx.query(
    `insert into object_type (workspace_id, id, slug, label, plural_label) values ($1, $2, $3, $4, $5)
     on conflict do nothing`,
    [workspace, id, slug, label, pluralLabel],
  )
  return rowCount === 1
}

/** Changes what a custom object type is called. */
export const relabelObjectType = (
  tx: Connection,
  workspace: number,
  id: number,
  { label, pluralLabel }: { label: string; pluralLabel: string | null },
) =>
  tx.query('update object_type set label = $3, plural_label = $4 where workspace_id = $1 and id = $2', [
    workspace,
    id,
    label,
    pluralLabel,
  ])

/** Marks a custom object type as removed; what is left of it goes in the background. */
export const markObjectTypeRemoved = (tx: Connection, workspace: number, id: number) =>
  tx.query('update object_type set removed_at = now() where workspace_id = $1 and id = $2', [workspace, id])

/** Removes a field's definition. */
export const removeFieldRow = (tx: Connection, workspace: number, id: number) =>
  tx.query('delete from field_definition where workspace_id = $1 and id = $2', [workspace, id])

type PipelineFields = { objectType: number; pipeline: number; stage: number }

/** Says of all records in some stages which pipeline they are in. */
export async function assignPipeline(
  tx: Connection,
  workspace: number,
  { objectType, pipeline, stage }: PipelineFields,
  id: string,
  stages: readonly string[],
) {
  const value = JSON.stringify({ $pipeline: { value: id, valueType: 'SINGLE_SELECT' } })
  await tx.query(
    `update record r set fields = r.fields || $4::jsonb where r.workspace_id = $1 and r.object_type = $2
     and r.fields->'$stage'->>'value' = any($3) and r.fields->'$pipeline'->>'value' is distinct from $5`,
    [workspace, objectType, stages, value, id],
  )
  await tx.query(
    `delete from index_text p using index_text s where p.workspace_id = $1 and p.field = $2 and p.value <> $4
     and s.workspace_id = $1 and s.field = $3 and s.value = any($5) and s.id = p.id`,
    [workspace, pipeline, stage, id, stages],
  )
  await tx.query(
    `insert into index_text (workspace_id, field, value, id)
     select $1, $2, $4, s.id from index_text s where s.workspace_id = $1 and s.field = $3 and s.value = any($5)
     on conflict do nothing`,
    [workspace, pipeline, stage, id, stages],
  )
}

/** Forgets which pipelines records are in. */
export async function clearPipeline(tx: Connection, workspace: number, objectType: number, pipeline: number) {
  await tx.query(
    "update record set fields = fields - '$pipeline' where workspace_id = $1 and object_type = $2 and fields ? '$pipeline'",
    [workspace, objectType],
  )
  await tx.query('delete from index_text where workspace_id = $1 and field = $2', [workspace, pipeline])
}
