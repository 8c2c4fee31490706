import { type Connection, rows } from './database.ts'

const pageSize = 1000
const nothing = '00000000-0000-0000-0000-000000000000'

/** A field that was marked as removed, or undefined when its removal is done. */
export async function findRemovedField(db: Connection, workspace: number, id: number) {
  const [field] = await rows<{ object_type: string; slug: string }>(
    db,
    'select object_type, slug from field_definition where workspace_id = $1 and id = $2 and removed_at is not null',
    [workspace, id],
  )
  return field
}

/** Takes a field's values out of the next page of records; returns how far it came, undefined at the end. */
export async function removeValues(
  tx: Connection,
  workspace: number,
  objectType: number,
  slug: string,
  progress: string | null,
) {
  const page = await rows<{ id: string }>(
    tx,
    `select id from record where workspace_id = $1 and id > $2 and object_type = $3 order by id limit ${pageSize}`,
    [workspace, progress ?? nothing, objectType],
  )
  await tx.query('update record set fields = fields - $3 where workspace_id = $1 and id = any($2) and fields ? $3', [
    workspace,
    page.map(({ id }) => id),
    slug,
  ])
  return page.length < pageSize ? undefined : page.at(-1)?.id
}

/** Removes what filters and uniqueness hold of a field, and then its definition. */
export async function forgetField(tx: Connection, workspace: number, id: number) {
  for (const table of ['index_text', 'index_number', 'index_substring', 'unique_value']) {
    await tx.query(`delete from ${table} where workspace_id = $1 and field = $2`, [workspace, id])
  }
  // The entries that search has of it end with its id.
  await tx.query('delete from index_text where workspace_id = $1 and field = 0 and value like $2', [
    workspace,
    `% ${id}`,
  ])
  await tx.query('delete from field_definition where workspace_id = $1 and id = $2', [workspace, id])
}

/** Removes a relationship's links from the next page of records; returns how far it came, undefined at the end. */
export async function removeLinks(tx: Connection, workspace: number, relationship: number, progress: string | null) {
  const page = await rows<{ id: string }>(
    tx,
    `select distinct from_id as id from edge where workspace_id = $1 and from_id > $2 order by from_id limit ${pageSize}`,
    [workspace, progress ?? nothing],
  )
  await tx.query('delete from edge where workspace_id = $1 and from_id = any($2) and relationship = $3', [
    workspace,
    page.map(({ id }) => id),
    relationship,
  ])
  return page.length < pageSize ? undefined : page.at(-1)?.id
}

/** Removes what the trash holds of a relationship, and then its definition. */
export async function forgetRelationship(tx: Connection, workspace: number, id: number) {
  await tx.query('delete from trashed_edge where workspace_id = $1 and relationship = $2', [workspace, id])
  await tx.query('delete from relationship_definition where workspace_id = $1 and id = $2', [workspace, id])
}

/** Removes the next page of a type's records for good, all of them in the trash; returns how far it came. */
export async function removeTrashed(tx: Connection, workspace: number, objectType: number, progress: string | null) {
  const page = await rows<{ id: string }>(
    tx,
    `select id from record where workspace_id = $1 and id > $2 and object_type = $3 order by id limit ${pageSize}`,
    [workspace, progress ?? nothing, objectType],
  )
  const ids = page.map(({ id }) => id)
  for (const [table, id] of Object.entries(tablesOfRecords)) {
    await tx.query(`delete from ${table} where workspace_id = $1 and ${id} = any($2)`, [workspace, ids])
  }
  return page.length < pageSize ? undefined : page.at(-1)?.id
}

/** What is kept of a record in the trash, by the column of its id; links go with their relationship. */
const tablesOfRecords = { generated_fields: 'id', change: 'record_id', record: 'id' }

/** Removes the definition of an object type that nothing is left of. */
export const forgetObjectType = (tx: Connection, workspace: number, id: number) =>
  tx.query('delete from object_type where workspace_id = $1 and id = $2', [workspace, id])
