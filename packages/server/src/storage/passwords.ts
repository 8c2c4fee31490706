import { objectTypes } from '@openfield/schema'
import { type Connection, rows } from './database.ts'

/** A member of any workspace with an address; `hash` is null while they have no password. */
export type Candidate = { workspace: number; workspaceName: string; member: string; hash: string | null }

/** The members of all workspaces with an address, which comes folded; the oldest workspace first. */
export const findByEmail = (db: Connection, email: string) =>
  rows<Candidate>(
    db,
    `select w.id::int as workspace, w.name as "workspaceName", u.id as member, p.hash
     from workspace w join unique_value u on u.workspace_id = w.id and u.field = $1 and u.value = $2
       left join password p on p.workspace_id = w.id and p.member_id = u.id order by w.id`,
    [objectTypes.member.fields.$email.id, email],
  )

/** A member's password, hashed; undefined when they have none. */
export async function findPassword(db: Connection, workspace: number, member: string): Promise<string | undefined> {
  const [row] = await rows<{ hash: string }>(
    db,
    'select hash from password where workspace_id = $1 and member_id = $2',
    [workspace, member],
  )
  return row?.hash
}

/** Sets or replaces a member's password. */
export const storePassword = (db: Connection, workspace: number, member: string, hash: string, at: Date) =>
  db.query(
    `insert into password (workspace_id, member_id, hash, changed_at) values ($1, $2, $3, $4)
     on conflict (workspace_id, member_id) do update set hash = excluded.hash, changed_at = excluded.changed_at`,
    [workspace, member, hash, at],
  )

export const deletePassword = (db: Connection, workspace: number, member: string) =>
  db.query('delete from password where workspace_id = $1 and member_id = $2', [workspace, member])
