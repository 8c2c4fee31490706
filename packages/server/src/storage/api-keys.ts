import { type Connection, rows, run, type Statement } from './database.ts'

/** An API key as stored. The key itself is not: only its hash, and its last four characters to tell keys apart. */
export type ApiKey = {
  workspace_id: number
  id: string
  name: string
  hint: string
  member_id: string | null
  created_by: string | null
  role: 'admin' | 'member'
  scopes: string[]
  created_at: Date
  expires_at: Date | null
  revoked_at: Date | null
  last_used_at: Date | null
}

const columns = `k.workspace_id::int, k.id, k.name, k.hint, k.member_id, k.created_by, k.role, k.scopes, k.created_at,
  k.expires_at, k.revoked_at, k.last_used_at`

const isInTrash = (id: string) => `exists (select 1 from record r
  where r.workspace_id = k.workspace_id and r.id = ${id} and r.deleted_at is not null)`

const find: Statement = {
  name: 'find_api_key',
  text: `select ${columns}, ${isInTrash('k.member_id')} as is_orphan, ${isInTrash('k.created_by')} as has_no_creator,
      (select r.fields->'$email'->>'value' from record r
        where r.workspace_id = k.workspace_id and r.id = coalesce(k.member_id, k.created_by)) as email
    from key_lookup l join api_key k on k.workspace_id = l.workspace_id and k.id = l.api_key_id where l.sha256 = $1`,
}

/** A key, and the address of the member it acts as. */
export type FoundKey = ApiKey & { email: string | null }

/** The key with a hash, revoked or expired ones too; undefined when there is none, or the member it acts as is gone. */
export async function findApiKey(db: Connection, sha256: Buffer): Promise<FoundKey | undefined> {
  const { rows: found } = await db.query<FoundKey & { is_orphan: boolean; has_no_creator: boolean }>({
    ...find,
    values: [sha256],
  })
  const [key] = found
  if (!key || key.is_orphan) return undefined
  return key.has_no_creator ? { ...key, created_by: null, email: null } : key
}

export type NewApiKey = Pick<
  ApiKey,
  'id' | 'name' | 'hint' | 'member_id' | 'created_by' | 'role' | 'scopes' | 'expires_at'
> & {
  sha256: Buffer
  at: Date
}

/** Adds a key; in a transaction, since the look-up table may live elsewhere. */
export async function insertApiKey(tx: Connection, workspace: number, key: NewApiKey): Promise<void> {
  await tx.query(
    `insert into api_key (workspace_id, id, name, sha256, hint, member_id, created_by, role, scopes, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      workspace,
      key.id,
      key.name,
      key.sha256,
      key.hint,
      key.member_id,
      key.created_by,
      key.role,
      key.scopes,
      key.at,
      key.expires_at,
    ],
  )
  await tx.query('insert into key_lookup (sha256, workspace_id, api_key_id) values ($1, $2, $3)', [
    key.sha256,
    workspace,
    key.id,
  ])
}

/** All keys of a workspace, newest first, revoked ones too. */
export const listApiKeys = (db: Connection, workspace: number) =>
  rows<ApiKey>(db, `select ${columns} from api_key k where k.workspace_id = $1 order by k.id desc`, [workspace])

/** Revokes a key, once and for all. Returns it, or undefined when there is none with the id. */
export async function revokeApiKey(
  db: Connection,
  workspace: number,
  id: string,
  at: Date,
): Promise<ApiKey | undefined> {
  const [key] = await rows<ApiKey>(
    db,
    `update api_key k set revoked_at = coalesce(k.revoked_at, $3) where k.workspace_id = $1 and k.id = $2 returning ${columns}`,
    [workspace, id, at],
  )
  return key
}

/** Revokes all keys that act as a member. */
export const revokeKeysOf = (db: Connection, workspace: number, member: string, at: Date) =>
  db.query('update api_key set revoked_at = $3 where workspace_id = $1 and member_id = $2 and revoked_at is null', [
    workspace,
    member,
    at,
  ])

const touch: Statement = {
  name: 'touch_api_key',
  text: 'update api_key set last_used_at = $3 where workspace_id = $1 and id = $2',
}

/** Notes that a key was used. */
export const touchApiKey = (db: Connection, workspace: number, id: string, at: Date) =>
  run(db, touch, [workspace, id, at])

/** Whether any workspace can be entered. */
export async function hasApiKeys(db: Connection): Promise<boolean> {
  const [row] = await rows<{ found: boolean }>(db, 'select exists (select 1 from key_lookup) as found')
  return row?.found ?? false
}
