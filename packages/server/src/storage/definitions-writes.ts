import type { FieldRow, RelationshipRow } from '@openfield/schema'
import { type Connection, rows } from './database.ts'

/** Ids of what a workspace defines start here; the system's are below. */
const firstId = 100_000

async function nextId(tx: Connection, table: 'field_definition' | 'relationship_definition', workspace: number) {
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
