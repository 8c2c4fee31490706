import { type Connection, type Database, rows, run, type Statement, transaction } from './database.ts'

/** How a mailbox stands with its server; `ready` when the last pass came to its end. */
export type SyncState = 'pending' | 'syncing' | 'ready' | 'retrying' | 'needs_reconnect' | 'paused'

/** A mailbox as whoever synchronises it looks at it; `asked` counts how often a pass was asked for. */
export type DueMailbox = { workspace: number; mailbox: string; attempts: number; asked: number }

const columns = 'workspace_id::int as workspace, mailbox_id as mailbox, attempts, asked'
const isOn = `state not in ('paused', 'needs_reconnect')`

/** Mailboxes of all workspaces that are due, or were in the hands of a process that is gone, longest waiting first. */
export const dueMailboxes = (db: Connection, limit: number) =>
  rows<DueMailbox>(
    db,
    `select ${columns} from mailbox_sync where (due_at <= now() or held_until < now()) and ${isOn} order by due_at limit $1`,
    [limit],
  )

type Pair = { workspace: number; mailbox: string }
const columnsOf = (pairs: readonly Pair[]) => [
  pairs.map(({ workspace }) => workspace),
  pairs.map(({ mailbox }) => mailbox),
]

/** Says that some mailboxes are in hand for so many seconds more. */
export const holdMailboxes = (db: Connection, mailboxes: readonly Pair[], seconds: number) =>
  db.query(
    `update mailbox_sync s set held_until = now() + make_interval(secs => $3)
     from unnest($1::bigint[], $2::uuid[]) x(workspace, id) where s.workspace_id = x.workspace and s.mailbox_id = x.id`,
    [...columnsOf(mailboxes), seconds],
  )

/** Says that a mailbox is in hand no more; with `forOthers` others are to take it at once. */
export const releaseMailbox = (db: Connection, { workspace, mailbox }: Pair, forOthers: boolean) =>
  db.query(
    `update mailbox_sync set held_until = case when $3 then '-infinity'::timestamptz end
     where workspace_id = $1 and mailbox_id = $2`,
    [workspace, mailbox, forOthers],
  )

/** Those of some mailboxes that are to be synchronised still, by their ids. */
export const activeMailboxes = async (
  db: Connection,
  mailboxes: readonly Pair[],
): Promise<Map<string, DueMailbox & { isDue: boolean }>> => {
  const found = await rows<DueMailbox & { isDue: boolean }>(
    db,
    `select ${columns}, due_at <= now() as "isDue" from unnest($1::bigint[], $2::uuid[]) x(workspace, id)
     join mailbox_sync s on s.workspace_id = x.workspace and s.mailbox_id = x.id where ${isOn}`,
    columnsOf(mailboxes),
  )
  return new Map(found.map((one) => [one.mailbox, one]))
}

/** Synchronises all mailboxes, as far as that was not begun. */
export const startMissing = (db: Connection) =>
  db.query(
    `insert into mailbox_sync (workspace_id, mailbox_id)
     select workspace_id, id from mailbox on conflict do nothing`,
  )

/** Synchronises a mailbox from now on, or again after it was connected anew; one that is paused stays so. */
export const startSync = (db: Connection, workspace: number, mailbox: string) =>
  db.query(
    `insert into mailbox_sync as s (workspace_id, mailbox_id) values ($1, $2)
     on conflict (workspace_id, mailbox_id) do update set state = case s.state when 'paused' then 'paused' else 'pending' end,
       problem = null, attempts = 0, asked = s.asked + 1, due_at = now()`,
    [workspace, mailbox],
  )

/** Forgets all that is known of a mailbox; its emails stay. */
export async function forgetSync(db: Connection, workspace: number, mailbox: string): Promise<void> {
  for (const table of ['mailbox_sync', 'mailbox_folder', 'mailbox_message']) {
    await db.query(`delete from ${table} where workspace_id = $1 and mailbox_id = $2`, [workspace, mailbox])
  }
}

/** How a mailbox stands; what is not said stays. */
export type SyncReport = {
  /** With it goes the problem: null for none. */
  state?: SyncState
  problem?: string | null
  /** When the next pass is due. */
  dueAt: Date
  attempts?: number
  checkedAt?: Date
}

/** Notes how a mailbox stands. A pass that was asked for since `asked` stays due, and one that was paused stays so. */
export const reportSync = (
  db: Connection,
  { workspace, mailbox, asked }: Pick<DueMailbox, 'workspace' | 'mailbox' | 'asked'>,
  { state, problem, dueAt, attempts, checkedAt }: SyncReport,
) =>
  db.query(
    `update mailbox_sync set state = coalesce($3, state), problem = case when $3::text is null then problem else $4 end,
       attempts = coalesce($6, attempts), checked_at = coalesce($7, checked_at),
       due_at = case when asked = $8 then $5 else due_at end
     where workspace_id = $1 and mailbox_id = $2 and state <> 'paused'`,
    [workspace, mailbox, state ?? null, problem ?? null, dueAt, attempts ?? null, checkedAt ?? null, asked],
  )

/** Asks for a pass as soon as possible; one that is paused stays so. */
export const askForSync = (db: Connection, workspace: number, mailbox: string) =>
  db.query(`update mailbox_sync set asked = asked + 1, due_at = now() where workspace_id = $1 and mailbox_id = $2`, [
    workspace,
    mailbox,
  ])

export type StoredSync<Settings> = {
  settings: Settings
  state: SyncState
  problem: string | null
  dueAt: Date
  checkedAt: Date | null
}

/** How a mailbox is synchronised, and how it stands; undefined for one that never was. */
export async function findSync<Settings>(db: Connection, workspace: number, mailbox: string) {
  const [found] = await rows<StoredSync<Settings>>(
    db,
    `select settings, state, problem, due_at as "dueAt", checked_at as "checkedAt" from mailbox_sync
     where workspace_id = $1 and mailbox_id = $2`,
    [workspace, mailbox],
  )
  return found
}

/** Changes what the owner wants; what was skipped for one of some reasons is looked at again. */
export const changeSync = (
  db: Database,
  workspace: number,
  mailbox: string,
  { settings, state, again }: { settings: object; state: 'pending' | 'paused' | undefined; again: readonly string[] },
) =>
  transaction(db, async (tx) => {
    await tx.query(
      `update mailbox_sync set settings = $3, state = coalesce($4, state), asked = asked + 1, due_at = now()
       where workspace_id = $1 and mailbox_id = $2`,
      [workspace, mailbox, JSON.stringify(settings), state ?? null],
    )
    await tx.query(
      `delete from mailbox_message where workspace_id = $1 and mailbox_id = $2 and outcome = 'skipped' and reason = any($3)`,
      [workspace, mailbox, again],
    )
  })

export type StoredFolder = {
  number: number
  path: string
  uidValidity: number
  uidNext: number
  messages: number
  checkedAt: Date
  renumberedAt: Date | null
  /** How many of its messages were dealt with. */
  known: number
}

/** What was last seen of a mailbox's folders. */
export const listFolders = (db: Connection, workspace: number, mailbox: string) =>
  rows<StoredFolder>(
    db,
    `select f.number, f.path, f.uid_validity::float8 as "uidValidity", f.uid_next::float8 as "uidNext", f.messages,
       f.checked_at as "checkedAt", f.renumbered_at as "renumberedAt",
       (select count(*)::int from mailbox_message m where m.workspace_id = $1 and m.mailbox_id = $2
          and m.folder = f.number and m.gone_at is null) as known
     from mailbox_folder f where f.workspace_id = $1 and f.mailbox_id = $2 order by f.number`,
    [workspace, mailbox],
  )

export type SeenFolder = Pick<StoredFolder, 'path' | 'uidValidity' | 'uidNext' | 'messages'> & { at: Date }

/**
 * Notes what the server says of a folder, and returns its number. When it numbers its messages anew, those that were seen
 * are under their old numbers no more.
 */
export async function noteFolder(
  db: Connection,
  workspace: number,
  mailbox: string,
  { path, uidValidity, uidNext, messages, at }: SeenFolder,
): Promise<number> {
  const [row] = await rows<{ number: number }>(
    db,
    `with noted as (
       insert into mailbox_folder as f (workspace_id, mailbox_id, number, path, uid_validity, uid_next, messages, checked_at)
       select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6, $7 from mailbox_folder
         where workspace_id = $1 and mailbox_id = $2
       on conflict (workspace_id, mailbox_id, path) do update set
         uid_validity = excluded.uid_validity, uid_next = excluded.uid_next, messages = excluded.messages,
         checked_at = excluded.checked_at,
         renumbered_at = case when f.uid_validity = excluded.uid_validity then f.renumbered_at else excluded.checked_at end
       returning number),
     gone as (
       update mailbox_message m set gone_at = $7 from noted
       where m.workspace_id = $1 and m.mailbox_id = $2 and m.folder = noted.number and m.uid_validity <> $4
         and m.gone_at is null)
     select number from noted`,
    [workspace, mailbox, path, uidValidity, uidNext, messages, at],
  )
  return row?.number ?? 0
}

/** Empties folders that the server has no more, or that are not read any more; their messages are gone. */
export const emptyFolders = (
  db: Connection,
  workspace: number,
  mailbox: string,
  numbers: readonly number[],
  at: Date,
) =>
  db.query(
    `with emptied as (
       update mailbox_folder set messages = 0, uid_next = 1, checked_at = $4
       where workspace_id = $1 and mailbox_id = $2 and number = any($3))
     update mailbox_message set gone_at = $4
     where workspace_id = $1 and mailbox_id = $2 and folder = any($3) and gone_at is null`,
    [workspace, mailbox, numbers, at],
  )

/** The numbers of the messages of a folder that were dealt with. */
export async function knownUids(db: Connection, workspace: number, mailbox: string, folder: number) {
  const found = await run<[number]>(
    db,
    {
      text: `select uid::float8 from mailbox_message
        where workspace_id = $1 and mailbox_id = $2 and folder = $3 and gone_at is null`,
    },
    [workspace, mailbox, folder],
  )
  return new Set(found.map(([uid]) => uid))
}

/** Notes that the server has some messages no more. What was a duplicate of one of them takes its place. */
export const noteGone = (
  db: Connection,
  workspace: number,
  mailbox: string,
  folder: number,
  uids: readonly number[],
  at: Date,
) =>
  db.query(
    `with gone as (
       update mailbox_message set gone_at = $5
       where workspace_id = $1 and mailbox_id = $2 and folder = $3 and uid = any($4) and gone_at is null
       returning message_id, outcome)
     update mailbox_message m set outcome = 'stored', reason = null
     from (select distinct on (d.message_id) d.folder, d.uid_validity, d.uid from gone join mailbox_message d
         on d.workspace_id = $1 and d.mailbox_id = $2 and d.message_id = gone.message_id
       where gone.outcome = 'stored' and d.reason = 'duplicate' and d.gone_at is null
         and not (d.folder = $3 and d.uid = any($4))) heir
     where m.workspace_id = $1 and m.mailbox_id = $2 and m.folder = heir.folder and m.uid_validity = heir.uid_validity
       and m.uid = heir.uid`,
    [workspace, mailbox, folder, uids, at],
  )

/** What is known of a message by its id: the email that it is and who wrote that, and whether the mailbox has it already. */
export type KnownMessage = { messageId: string; emailId: string; from: string[]; isHere: boolean }

const known: Statement = {
  name: 'known_messages',
  text: `select b.message_id, b.id, coalesce(r.fields->'$from'->'value', '[]'),
      exists (select from mailbox_message m where m.workspace_id = $1 and m.mailbox_id = $2
        and m.message_id = b.message_id and m.outcome = 'stored' and m.gone_at is null)
    from email_body b join record r on r.workspace_id = $1 and r.id = b.id
    where b.workspace_id = $1 and b.message_id = any($3)`,
}

/** Of some messages, by their ids, those that are emails already. */
export async function knownMessages(
  db: Connection,
  workspace: number,
  mailbox: string,
  messageIds: readonly string[],
): Promise<Map<string, KnownMessage>> {
  const found = await run<[string, string, string[], boolean]>(db, known, [workspace, mailbox, messageIds])
  return new Map(found.map(([messageId, emailId, from, isHere]) => [messageId, { messageId, emailId, from, isHere }]))
}

/** The threads of the emails with some Message-IDs. */
export async function threadsOf(db: Connection, workspace: number, messageIds: readonly string[]) {
  if (messageIds.length === 0) return new Map<string, string>()
  const found = await rows<{ id: string; thread: string }>(
    db,
    'select message_id as id, thread from email_body where workspace_id = $1 and message_id = any($2)',
    [workspace, messageIds],
  )
  return new Map(found.map(({ id, thread }) => [id, thread]))
}

/** Makes one thread of two each: of answers that came before what they answer. */
export const joinThreads = (
  db: Connection,
  workspace: number,
  joined: readonly (readonly [from: string, to: string])[],
) =>
  db.query(
    `update email_body e set thread = x.new from unnest($2::text[], $3::text[]) x(old, new)
     where e.workspace_id = $1 and e.thread = x.old`,
    [workspace, joined.map(([from]) => from), joined.map(([, to]) => to)],
  )

/** The ids of the emails of the thread that one is in, the oldest first. */
export async function emailsOfThread(db: Connection, workspace: number, email: string, limit: number) {
  const found = await rows<{ id: string }>(
    db,
    `select o.id from email_body e join email_body o on o.workspace_id = $1 and o.thread = e.thread
     where e.workspace_id = $1 and e.id = $2 order by o.id limit $3`,
    [workspace, email, limit],
  )
  return found.map(({ id }) => id)
}

/** What became of a message. */
export type LedgerRow = {
  uid: number
  messageId: string
  receivedAt: Date
  sender: string | null
  subject: string | null
  outcome: 'stored' | 'skipped'
  reason: string | null
  note: string | null
  emailId: string | null
}

const record: Statement = {
  name: 'record_messages',
  text: `with held as (
      select settings from mailbox_sync where workspace_id = $1 and mailbox_id = $2 for share),
    seen as (
      select * from unnest($5::bigint[], $6::text[], $7::timestamptz[], $8::text[], $9::text[], $10::text[], $11::text[],
        $12::text[], $13::uuid[]) x(uid, message_id, received_at, sender, subject, outcome, reason, note, email_id)
      join held on x.reason is null or x.reason <> all($14) or held.settings = $15),
    moved as (
      delete from mailbox_message m using seen where m.workspace_id = $1 and m.mailbox_id = $2
        and m.message_id = seen.message_id and m.gone_at is not null
        and (m.folder, m.uid_validity, m.uid) <> ($3, $4, seen.uid))
    insert into mailbox_message (workspace_id, mailbox_id, folder, uid_validity, uid, message_id, received_at,
      sender, subject, outcome, reason, note, email_id)
    select $1, $2, $3, $4, uid, message_id, received_at, sender, subject, outcome, reason, note, email_id
    from seen on conflict (workspace_id, mailbox_id, folder, uid_validity, uid) do update set
      outcome = excluded.outcome, reason = excluded.reason, note = excluded.note, gone_at = null`,
}

/**
 * Writes what became of some messages of a folder. A message that was moved here is not gone where it was before. What was
 * skipped for what the owner wanted is left out when they want something else by now, and so is all of a mailbox that is
 * connected no more.
 */
export const recordMessages = (
  db: Connection,
  workspace: number,
  mailbox: string,
  folder: Pick<StoredFolder, 'number' | 'uidValidity'>,
  seen: readonly LedgerRow[],
  wanted: { settings: object; reasons: readonly string[] },
) =>
  run(db, record, [
    workspace,
    mailbox,
    folder.number,
    folder.uidValidity,
    seen.map((one) => one.uid),
    seen.map((one) => one.messageId),
    seen.map((one) => one.receivedAt),
    seen.map((one) => one.sender),
    seen.map((one) => one.subject),
    seen.map((one) => one.outcome),
    seen.map((one) => one.reason),
    seen.map((one) => one.note),
    seen.map((one) => one.emailId),
    wanted.reasons,
    JSON.stringify(wanted.settings),
  ])

export type LedgerDay = {
  day: string
  outcome: 'stored' | 'skipped'
  reason: string | null
  count: number
  gone: number
}

/** How many messages of each UTC day became what, newest day first. */
export const ledgerDays = (db: Connection, workspace: number, mailbox: string, from: Date, to: Date) =>
  rows<LedgerDay>(
    db,
    `select to_char(received_at at time zone 'UTC', 'YYYY-MM-DD') as day, outcome, reason, count(*)::int as count,
       count(gone_at)::int as gone
     from mailbox_message where workspace_id = $1 and mailbox_id = $2 and received_at >= $3 and received_at < $4
     group by 1, 2, 3 order by 1 desc, 2, 3`,
    [workspace, mailbox, from, to],
  )

export type SoughtMessages = {
  from?: Date | undefined
  to?: Date | undefined
  outcome?: string | undefined
  reason?: string | undefined
  /** A part of a Message-ID, sender or subject. */
  text?: string | undefined
}

export type LedgerMessage = LedgerRow & { folder: string | null; goneAt: Date | null }

/** A page of the messages of a ledger, newest first, and how many there are. */
export async function ledgerMessages(
  db: Connection,
  workspace: number,
  mailbox: string,
  { from, to, outcome, reason, text }: SoughtMessages,
  limit: number,
  offset: number,
) {
  const found = await rows<LedgerMessage & { all: number }>(
    db,
    `with sought as (
       select * from mailbox_message m where workspace_id = $1 and mailbox_id = $2
         and ($3::timestamptz is null or received_at >= $3) and ($4::timestamptz is null or received_at < $4)
         and ($5::text is null or outcome = $5) and ($6::text is null or reason = $6)
         and ($7::text is null or strpos(lower(concat_ws(' ', message_id, sender, subject)), lower($7)) > 0))
     select (select count(*)::int from sought) as all, m.uid::float8 as uid, m.message_id as "messageId",
       m.received_at as "receivedAt", m.sender, m.subject, m.outcome, m.reason, m.note, m.email_id as "emailId",
       m.gone_at as "goneAt", f.path as folder
     from (select 1) one left join (select * from sought order by received_at desc, uid desc limit $8 offset $9) m on true
     left join mailbox_folder f on f.workspace_id = $1 and f.mailbox_id = $2 and f.number = m.folder
     order by m.received_at desc, m.uid desc`,
    [workspace, mailbox, from ?? null, to ?? null, outcome ?? null, reason ?? null, text ?? null, limit, offset],
  )
  const messages = found.filter((one) => one.outcome !== null).map(({ all: _, ...message }): LedgerMessage => message)
  return { total: found[0]?.all ?? 0, messages }
}
