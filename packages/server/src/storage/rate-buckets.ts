import { type Connection, type Database, run, type Statement } from './database.ts'
import { hashOfName } from './hash-of-name.ts'

/** What a process wants of a bucket: `unspent` comes back first; `extra` is what it would like beyond what it needs. */
export type Draw = { name: string; limit: number; unspent: number; need: number; extra: number }

/** What it got, and what is left there. */
export type Drawn = { granted: number; remaining: number }

const draw: Statement = { name: 'draw_tokens', text: 'select granted, remaining from draw_tokens($1, $2, $3, $4, $5)' }

/** Draws from buckets that all processes share; they are named in the order of their names. */
export async function drawTokens(db: Database, draws: readonly Draw[]): Promise<Drawn[]> {
  const drawn = await run<[number, number]>(db, draw, [
    draws.map(({ name }) => hashOfName(name)),
    draws.map(({ limit }) => limit),
    draws.map(({ unspent }) => unspent),
    draws.map(({ need }) => need),
    draws.map(({ extra }) => extra),
  ])
  return drawn.map(([granted, remaining]) => ({ granted, remaining }))
}

/** Forgets buckets that have long been full. */
export const forgetFullBuckets = (db: Connection) =>
  db.query("delete from rate_bucket where at < now() - interval '1 minute'")
