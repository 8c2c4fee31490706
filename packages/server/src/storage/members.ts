import { objectTypes } from '@openfield/schema'
import { type Connection, rows } from './database.ts'

/** A live member's role, or undefined. */
export async function findMember(db: Connection, workspace: number, id: string) {
  const [row] = await rows<{ id: string; role: 'admin' | 'member' }>(
    db,
    `select id, fields->'$role'->>'value' as role from record
     where workspace_id = $1 and id = $2 and object_type = $3 and deleted_at is null`,
    [workspace, id, objectTypes.member.number],
  )
  return row
}

/** How many live members are admins. */
export async function countAdmins(db: Connection, workspace: number): Promise<number> {
  const [row] = await rows<{ count: number }>(
    db,
    `select count(*)::int from record where workspace_id = $1 and object_type = $2 and deleted_at is null
     and fields->'$role'->>'value' = 'admin'`,
    [workspace, objectTypes.member.number],
  )
  return row?.count ?? 0
}

/** The domains of the members' addresses, in lower case. */
export async function memberDomains(db: Connection, workspace: number): Promise<string[]> {
  const found = await rows<{ domain: string }>(
    db,
    `select distinct lower(split_part(fields->'$email'->>'value', '@', 2)) as domain from record
     where workspace_id = $1 and object_type = $2 and deleted_at is null`,
    [workspace, objectTypes.member.number],
  )
  return found.map(({ domain }) => domain)
}
