import { type Connection, rows } from './database.ts'

/** What has become of something that was asked to be sent. */
export type Claim = {
  operation: string
  key: string
  id: string
  messageId: string
  /** `prepared`: no server has it; `sending`: one may have it; `sent`: one has it. */
  state: 'prepared' | 'sending' | 'sent'
  sentAt: Date | null
  /** Counts who has had it in hand. */
  turn: number
}

/** How long a process that says nothing more is believed to be at it. */
const leaseSeconds = 10
const lease = `now() + interval '${leaseSeconds} seconds'`
/** How often it says so. */
export const renewLeaseMs = (leaseSeconds * 1000) / 3

/**
 * Takes what is to be sent under a key, new or left behind by a process that is no more; undefined while another is at it.
 * After a day a key is new again.
 */
export async function claim(
  db: Connection,
  workspace: number,
  fresh: Pick<Claim, 'operation' | 'key' | 'id' | 'messageId'>,
): Promise<Claim | undefined> {
  const kept = (column: string, otherwise = `excluded.${column}`) =>
    `${column} = case when s.created_at < now() - interval '24 hours' then ${otherwise} else s.${column} end`
  const [found] = await rows<Claim>(
    db,
    `insert into sending as s (workspace_id, operation, key, id, message_id, lease_until) values ($1, $2, $3, $4, $5, ${lease})
     on conflict (workspace_id, operation, key) do update set lease_until = excluded.lease_until, turn = s.turn + 1, ${kept('id')},
       ${kept('message_id')}, ${kept('state')}, ${kept('sent_at', 'null')}, ${kept('created_at')}
     where s.workspace_id = $1 and s.lease_until < now()
     returning operation, key, id, message_id as "messageId", state, sent_at as "sentAt", turn`,
    [workspace, fresh.operation, fresh.key, fresh.id, fresh.messageId],
  )
  return found
}

/** As it is while it is in one process's hands. */
const own = 'workspace_id = $1 and operation = $2 and key = $3 and turn = $4'
type InHand = Pick<Claim, 'operation' | 'key' | 'turn'>
const handOf = (workspace: number, { operation, key, turn }: InHand) => [workspace, operation, key, turn]

/** Says that a process is still at it. */
export const renewLease = (db: Connection, workspace: number, claim: InHand) =>
  db.query(`update sending set lease_until = ${lease} where ${own}`, handOf(workspace, claim))

/**
 * Writes down how far it has come, with the Message-ID if a server gave it another one. Says whether that was written: not
 * when another process has taken it over.
 */
export async function noteState(db: Connection, workspace: number, claim: Omit<Claim, 'id'>): Promise<boolean> {
  const { state, messageId, sentAt } = claim
  const found = await rows(
    db,
    `update sending set state = $5, message_id = $6, sent_at = $7, lease_until = ${lease} where ${own} returning key`,
    [...handOf(workspace, claim), state, messageId, sentAt],
  )
  return found.length > 0
}

/** Lets others take it from here. */
export const letGo = (db: Connection, workspace: number, claim: InHand) =>
  db.query(`update sending set lease_until = '-infinity' where ${own}`, handOf(workspace, claim))

/** Forgets it: nothing was sent, or the answer is kept. */
export const forgetClaim = (db: Connection, workspace: number, claim: InHand) =>
  db.query(`delete from sending where ${own}`, handOf(workspace, claim))

/** Forgets what was asked for more than a day ago. */
export const purgeClaims = (db: Connection) =>
  db.query("delete from sending where created_at < now() - interval '24 hours'")
