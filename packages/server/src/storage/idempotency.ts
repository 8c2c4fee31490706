import { type Connection, run, type Statement } from './database.ts'

const find: Statement = {
  name: 'find_response',
  text: `select response from idempotency
    where workspace_id = $1 and operation = $2 and key = $3 and created_at > now() - interval '24 hours'`,
}

/** The response that was given under an idempotency key in the last 24 hours, or undefined. */
export async function findResponse(
  db: Connection,
  workspace: number,
  operation: string,
  key: string,
): Promise<string | undefined> {
  const [row] = await run<[string]>(db, find, [workspace, operation, key])
  return row?.[0]
}

const keep: Statement = { name: 'keep_response', text: 'select keep_response($1, $2, $3, $4, $5)' }

/** Keeps the answer of an operation that is done under its idempotency key. */
export const keepResponse = (
  db: Connection,
  workspace: number,
  { operation, key }: { operation: string; key: string },
  response: string,
  at: Date,
) => run(db, keep, [workspace, operation, key, response, at])

/** When an idempotency key of an operation was first used, in the last 24 hours: now, when it was not. */
export async function firstUse(db: Connection, workspace: number, operation: string, key: string, now: Date) {
  const [row] = await run<[string]>(db, { text: first }, [workspace, operation, key, now.toISOString(), now])
  return new Date(row?.[0] ?? now)
}

const isOld = `i.created_at < excluded.created_at - interval '24 hours'`
const first = `insert into idempotency as i (workspace_id, operation, key, response, created_at) values ($1, $2, $3, $4, $5)
  on conflict (workspace_id, operation, key) do update set
    response = case when ${isOld} then excluded.response else i.response end,
    created_at = case when ${isOld} then excluded.created_at else i.created_at end
  returning response`

/** Forgets the keys of more than 24 hours ago. */
export const purgeResponses = (db: Connection) =>
  db.query("delete from idempotency where created_at < now() - interval '24 hours'")
