import { type Connection, rows } from './database.ts'

export type LinkPurpose = 'invitation' | 'reset'

/** Whom a link is for. */
export type LinkHolder = { workspace: number; member: string; expiresAt: Date }

export type NewLink = { sha256: Buffer; member: string; purpose: LinkPurpose; at: Date; expiresAt: Date }

/** Adds a link; an earlier one of the member for the same purpose is worth nothing from then on. */
export const insertLink = (db: Connection, workspace: number, link: NewLink) =>
  db.query(
    `insert into sign_in_link (sha256, workspace_id, member_id, purpose, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (workspace_id, member_id, purpose) do update
     set sha256 = excluded.sha256, created_at = excluded.created_at, expires_at = excluded.expires_at`,
    [link.sha256, workspace, link.member, link.purpose, link.at, link.expiresAt],
  )

/** Whom the link with a hash is for; undefined when it has ended, was used, or its member is gone. */
export async function findLink(
  db: Connection,
  sha256: Buffer,
  purpose: LinkPurpose,
  at: Date,
): Promise<LinkHolder | undefined> {
  const [row] = await rows<LinkHolder>(
    db,
    `select l.workspace_id::int as workspace, l.member_id as member, l.expires_at as "expiresAt"
     from sign_in_link l join record r on r.workspace_id = l.workspace_id and r.id = l.member_id and r.deleted_at is null
     where l.sha256 = $1 and l.purpose = $2 and l.expires_at > $3`,
    [sha256, purpose, at],
  )
  return row
}

/** Takes a link away; false when somebody else was first. */
export async function takeLink(tx: Connection, sha256: Buffer): Promise<boolean> {
  const { rowCount } = await tx.query('delete from sign_in_link where sha256 = $1', [sha256])
  return rowCount === 1
}

/** Takes all links of a member away. */
export const deleteLinksOf = (db: Connection, workspace: number, member: string) =>
  db.query('delete from sign_in_link where workspace_id = $1 and member_id = $2', [workspace, member])

export type Invitation = {
  member: string
  email: string
  firstName: string | null
  lastName: string | null
  role: 'admin' | 'member'
  createdAt: Date
  expiresAt: Date
}

/** The invitations of a workspace that nobody has accepted, newest first; those that have ended too. */
export const listInvitations = (db: Connection, workspace: number) =>
  rows<Invitation>(
    db,
    `select r.id as member, r.fields->'$email'->>'value' as email,
       r.fields->'$name'->'value'->>'firstName' as "firstName", r.fields->'$name'->'value'->>'lastName' as "lastName",
       r.fields->'$role'->>'value' as role, l.created_at as "createdAt", l.expires_at as "expiresAt"
     from sign_in_link l join record r on r.workspace_id = l.workspace_id and r.id = l.member_id and r.deleted_at is null
     where l.workspace_id = $1 and l.purpose = 'invitation' order by l.created_at desc, r.id desc`,
    [workspace],
  )

/** Takes the invitation of a member back; false when there is none. */
export async function deleteInvitation(db: Connection, workspace: number, member: string): Promise<boolean> {
  const { rowCount } = await db.query(
    "delete from sign_in_link where workspace_id = $1 and member_id = $2 and purpose = 'invitation'",
    [workspace, member],
  )
  return rowCount === 1
}
