import { type Connection, rows } from './database.ts'

/** A server of a mailbox; `username` is whom to sign in as there. */
export type MailServer = {
  host: string
  port: number
  security: 'tls' | 'starttls' | 'none'
  username: string
}

/** What of a mailbox may be shown. */
export type MailboxSettings = {
  authentication: 'password' | 'oauth'
  smtp: MailServer
  imap: MailServer | null
  /** Certificates in PEM that are trusted beside those of the machine. */
  certificate: string | null
  tokenUrl: string | null
  revocationUrl: string | null
}

export type Mailbox = {
  id: string
  member: string
  address: string
  provider: 'imap' | 'google' | 'microsoft'
  settings: MailboxSettings
  credentials: string
  /** Counts changes of the credentials. */
  revision: number
  privacy: 'FULL' | 'METADATA'
  state: 'connected' | 'needs_reconnect'
  /** What is wrong, in words; null: nothing. */
  problem: string | null
  connectedAt: Date
  createdAt: Date
  updatedAt: Date
}

const columns = `id, member_id as member, address, provider, settings, credentials, revision, privacy, state, problem,
  connected_at as "connectedAt", created_at as "createdAt", updated_at as "updatedAt"`

/** The mailboxes of a member, or of all, in the order in which they were connected first. */
export const listMailboxes = (db: Connection, workspace: number, member?: string) =>
  rows<Mailbox>(
    db,
    `select ${columns} from mailbox where workspace_id = $1 and ($2::uuid is null or member_id = $2) order by id`,
    [workspace, member ?? null],
  )

export async function findMailbox(db: Connection, workspace: number, id: string): Promise<Mailbox | undefined> {
  const [found] = await rows<Mailbox>(db, `select ${columns} from mailbox where workspace_id = $1 and id = $2`, [
    workspace,
    id,
  ])
  return found
}

/** The mailbox of an address, whatever the case. */
export async function findMailboxOf(db: Connection, workspace: number, address: string): Promise<Mailbox | undefined> {
  const [found] = await rows<Mailbox>(
    db,
    `select ${columns} from mailbox where workspace_id = $1 and address = lower($2)`,
    [workspace, address],
  )
  return found
}

/** Adds a mailbox; says whether none had its address. */
export async function insertMailbox(db: Connection, workspace: number, mailbox: Mailbox): Promise<boolean> {
  const found = await rows(
    db,
    `insert into mailbox (workspace_id, id, member_id, address, provider, settings, credentials, privacy, state,
       connected_at, created_at, updated_at)
     values ($1, $2, $3, lower($4), $5, $6, $7, $8, $9, $10, $10, $10) on conflict do nothing returning id`,
    [
      workspace,
      mailbox.id,
      mailbox.member,
      mailbox.address,
      mailbox.provider,
      JSON.stringify(mailbox.settings),
      mailbox.credentials,
      mailbox.privacy,
      mailbox.state,
      mailbox.connectedAt,
    ],
  )
  return found.length > 0
}

type Changes = Partial<Pick<Mailbox, 'settings' | 'credentials' | 'privacy' | 'state' | 'problem' | 'connectedAt'>>

/** Changes what is named of a mailbox; with `revision` only while its credentials are those. Returns it as it is then. */
export async function changeMailbox(
  db: Connection,
  workspace: number,
  id: string,
  changes: Changes,
  revision?: number,
): Promise<Mailbox | undefined> {
  const [changed] = await rows<Mailbox>(
    db,
    `update mailbox set settings = coalesce($3, settings), credentials = coalesce($4, credentials),
       revision = revision + case when $4::text is null then 0 else 1 end,
       renewing_until = case when $4::text is null then renewing_until end,
       privacy = coalesce($5, privacy), state = coalesce($6, state), problem = case when $7 then $8 else problem end,
       connected_at = coalesce($9, connected_at), updated_at = now()
     where workspace_id = $1 and id = $2 and ($10::int is null or revision = $10) returning ${columns}`,
    [
      workspace,
      id,
      changes.settings ? JSON.stringify(changes.settings) : null,
      changes.credentials ?? null,
      changes.privacy ?? null,
      changes.state ?? null,
      changes.problem !== undefined,
      changes.problem ?? null,
      changes.connectedAt ?? null,
      revision ?? null,
    ],
  )
  return changed
}

/** Asks to be the one who renews a mailbox's tokens, for so many seconds; says whether one is. */
export async function claimRenewal(
  db: Connection,
  workspace: number,
  { id, revision }: Pick<Mailbox, 'id' | 'revision'>,
  seconds: number,
): Promise<boolean> {
  const found = await rows(
    db,
    `update mailbox set renewing_until = now() + make_interval(secs => $4)
     where workspace_id = $1 and id = $2 and revision = $3 and (renewing_until is null or renewing_until < now())
     returning id`,
    [workspace, id, revision, seconds],
  )
  return found.length > 0
}

/** Lets others renew a mailbox's tokens again. */
export const endRenewal = (db: Connection, workspace: number, id: string) =>
  db.query('update mailbox set renewing_until = null where workspace_id = $1 and id = $2', [workspace, id])

export const deleteMailbox = (db: Connection, workspace: number, id: string) =>
  db.query('delete from mailbox where workspace_id = $1 and id = $2', [workspace, id])
