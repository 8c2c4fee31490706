import { type Connection, rows, run, type Statement } from './database.ts'

/** A session, and what its member is now. */
export type FoundSession = {
  workspace_id: number
  member_id: string
  email: string | null
  role: 'admin' | 'member'
  last_used_at: Date
  expires_at: Date
}

const find: Statement = {
  name: 'find_session',
  text: `select s.workspace_id::int, s.member_id, s.last_used_at, s.expires_at, r.fields->'$email'->>'value' as email,
      r.fields->'$role'->>'value' as role
    from session s join record r on r.workspace_id = s.workspace_id and r.id = s.member_id and r.deleted_at is null
    where s.sha256 = $1`,
}

/** The session with a hash, an expired one too; undefined when there is none, or its member is gone. */
export async function findSession(db: Connection, sha256: Buffer): Promise<FoundSession | undefined> {
  const { rows: found } = await db.query<FoundSession>({ ...find, values: [sha256] })
  return found[0]
}

export type NewSession = { sha256: Buffer; member: string; userAgent: string | null; at: Date; expiresAt: Date }

/** Adds a session, and clears away those that have ended by themselves. */
export async function insertSession(db: Connection, workspace: number, session: NewSession): Promise<void> {
  const { sha256, member, userAgent, at, expiresAt } = session
  await db.query('delete from session where expires_at <= $1', [at])
  await db.query(
    `insert into session (sha256, workspace_id, member_id, user_agent, created_at, last_used_at, expires_at)
     values ($1, $2, $3, $4, $5, $5, $6)`,
    [sha256, workspace, member, userAgent, at, expiresAt],
  )
}

const touch: Statement = {
  name: 'touch_session',
  text: 'update session set last_used_at = $2, expires_at = $3 where sha256 = $1',
}

/** Notes that a session was used, and until when it is good now. */
export const touchSession = (db: Connection, sha256: Buffer, at: Date, expiresAt: Date) =>
  run(db, touch, [sha256, at, expiresAt])

export const deleteSession = (db: Connection, sha256: Buffer) =>
  db.query('delete from session where sha256 = $1', [sha256])

/** Ends all sessions of a member, or all but one. */
export const deleteSessionsOf = (db: Connection, workspace: number, member: string, except?: Buffer) =>
  db.query('delete from session where workspace_id = $1 and member_id = $2 and sha256 is distinct from $3', [
    workspace,
    member,
    except ?? null,
  ])

export type StoredSession = {
  sha256: Buffer
  user_agent: string | null
  created_at: Date
  last_used_at: Date
  expires_at: Date
}

/** The sessions of a member that have not ended, the most recently used first. */
export const listSessions = (db: Connection, workspace: number, member: string, at: Date) =>
  rows<StoredSession>(
    db,
    `select sha256, user_agent, created_at, last_used_at, expires_at from session
     where workspace_id = $1 and member_id = $2 and expires_at > $3 order by last_used_at desc, created_at desc`,
    [workspace, member, at],
  )
