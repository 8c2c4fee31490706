import { type Connection, rows } from './database.ts'

/** Adds an empty workspace; returns its number. */
export async function insertWorkspace(tx: Connection, name: string): Promise<number> {
  const [row] = await rows<{ id: number }>(tx, 'insert into workspace (name) values ($1) returning id::int', [name])
  if (!row) throw new Error('no workspace was inserted')
  await tx.query('insert into definitions_version (workspace_id, version) values ($1, 1)', [row.id])
  return row.id
}

/** All workspaces, oldest first. */
export const listWorkspaces = (db: Connection) =>
  rows<{ id: number; name: string }>(db, 'select id::int, name from workspace order by id')

/** The first admin of a workspace: the one through whom its keys act when no other is named. */
export async function findAdmin(db: Connection, workspace: number, memberType: number): Promise<string | undefined> {
  const [row] = await rows<{ id: string }>(
    db,
    `select id from record where workspace_id = $1 and object_type = $2 and deleted_at is null
     and fields->'$role'->>'value' = 'admin' order by id limit 1`,
    [workspace, memberType],
  )
  return row?.id
}
