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

/** Forgets the keys of more than 24 hours ago. */
export const purgeResponses = (db: Connection) =>
  db.query("delete from idempotency where created_at < now() - interval '24 hours'")
