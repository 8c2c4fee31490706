import { type Connection, type Database, run, type Statement } from './database.ts'
import { hashOfName } from './hash-of-name.ts'

/** Something of which failures are counted: from which on they make one wait, for how long at most, and how often one is forgiven. */
export type Counted = { name: string; allowed: number; longestSeconds: number; forgivesEverySeconds: number }

const begin: Statement = { name: 'begin_attempt', text: 'select wait, counts from begin_attempt($1, $2, $3, $4, $5)' }

/**
 * Counts an attempt as failed by each of the names. Returns how many there are now by each, or for how many seconds one has
 * to wait; then it counts as none.
 */
export async function beginAttempt(
  db: Database,
  counted: readonly Counted[],
  at: Date,
): Promise<{ waitSeconds: number; countOf: (one: Counted) => number }> {
  const inOrder = counted
    .map((one) => ({ one, hash: hashOfName(one.name) }))
    .sort((one, other) => Buffer.compare(one.hash, other.hash))
  const [[waitSeconds, counts] = [0, []]] = await run<[number, number[]]>(db, begin, [
    inOrder.map(({ hash }) => hash),
    inOrder.map(({ one }) => one.allowed),
    inOrder.map(({ one }) => one.longestSeconds),
    inOrder.map(({ one }) => one.forgivesEverySeconds),
    at,
  ])
  return { waitSeconds, countOf: (wanted) => counts[inOrder.findIndex(({ one }) => one === wanted)] ?? 0 }
}

/** Forgives all failures by a name. */
export const forgiveAll = (db: Connection, name: string) =>
  db.query('delete from failed_attempt where name = $1', [hashOfName(name)])

/** Forgives the last failure by a name, and the wait for it. */
export const forgiveLast = (db: Connection, name: string) =>
  db.query("update failed_attempt set count = greatest(0, count - 1), free_at = 'epoch' where name = $1", [
    hashOfName(name),
  ])

/** Forgets what nothing was added to for an hour. */
export const purgeAttempts = (db: Connection) =>
  db.query("delete from failed_attempt where last_at < now() - interval '1 hour'")
