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

export type Person = {
  id: string
  email: string
  firstName: string | null
  lastName: string | null
  role: 'admin' | 'member'
  workspaceName: string
}

/** Who a live member is, and in which workspace; undefined when there is none. */
export async function findPerson(db: Connection, workspace: number, id: string): Promise<Person | undefined> {
  const [row] = await rows<Person>(
    db,
    `select r.id, r.fields->'$email'->>'value' as email, r.fields->'$name'->'value'->>'firstName' as "firstName",
       r.fields->'$name'->'value'->>'lastName' as "lastName", r.fields->'$role'->>'value' as role,
       w.name as "workspaceName"
     from record r join workspace w on w.id = r.workspace_id
     where r.workspace_id = $1 and r.id = $2 and r.object_type = $3 and r.deleted_at is null`,
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
