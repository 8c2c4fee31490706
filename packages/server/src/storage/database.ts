import type { Socket } from 'node:net'
import pg from 'pg'
import { keepTasks, type StatementListener, tellStatements } from '../watching/statements.ts'

/** A connection to PostgreSQL, pooled. Everything in this folder takes one first. */
export type Database = pg.Pool

/** What can run a statement: the pool, or one connection inside a transaction. */
export type Connection = Pick<pg.Pool, 'query'>

/** A statement with a name is prepared once per connection, which halves its cost; the connection keeps it for ever. */
export type Statement = { name?: string; text: string }

const connectionsMax = 12
/** What the database calls our connections, unless its address says otherwise. */
export const applicationName = 'openfield'

type Options = {
  /** Told of every statement. */
  told?: StatementListener | undefined
  /**
   * A connection over which nothing came for so long, although there is something to be answered, is broken off: what it led
   * to may be gone without a word, as behind a firewall that forgot it.
   */
  silenceMaxMs?: number | undefined
}

/** `url` or socket coordinates of a database; rows come back as arrays where `run` is used. */
export function openDatabase(connection: pg.PoolConfig, { told, silenceMaxMs }: Options = {}): Database {
  const wires = new Set<Wire>()
  const pool = new pg.Pool({
    max: connectionsMax,
    fallback_application_name: applicationName,
    onConnect: async (client) => {
      // A connection that breaks fails its statement, or is replaced at the next; but one that is between two statements
      // of a transaction has nobody who listens, and would end the process.
      client.on('error', () => {})
      if (silenceMaxMs !== undefined) endSilent(client as unknown as Wire, silenceMaxMs, wires)
      // Compiling a statement, or planning a prepared one anew, takes longer than running it: the statements here leave
      // the planner no choice. Not start-up options, which connection poolers refuse.
      // Memory enough for a set of a million ids: one that does not fit, by the planner's guess, is read once per look-up.
      // Should this machine vanish, what its sessions hold, locks above all, is free within a minute.
      await client.query(
        `set jit = off; set plan_cache_mode = force_generic_plan; set work_mem = '32MB'; set tcp_keepalives_idle = 30;
         set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3; set tcp_user_timeout = '60s'`,
      )
      if (told) tellStatements(client, told)
    },
    // Of one that waits for nothing, the system finds out.
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
    ...connection,
  })
  pool.on('error', () => {})
  if (told) keepTasks(pool)
  return pool
}

/** How many connections are in use, and how much waits for one. */
export const connectionsOf = ({ totalCount, idleCount, waitingCount }: Database) => ({
  inUse: totalCount - idleCount,
  idle: idleCount,
  waiting: waitingCount,
})

/** What of a connection of the driver is used here; its types leave these out. */
type Wire = { connection: { stream: Socket }; readyForQuery: boolean }

/** Where one connection leads nowhere, those that wait for nothing do not find out until they are used: they go with it. */
function endSilent(wire: Wire, silenceMaxMs: number, all: Set<Wire>) {
  const { stream } = wire.connection
  all.add(wire)
  stream.once('close', () => all.delete(wire))
  stream.setTimeout(silenceMaxMs)
  stream.on('timeout', () => {
    if (wire.readyForQuery) return
    for (const one of all) if (one === wire || one.readyForQuery) one.connection.stream.destroy()
  })
}

/**
 * Runs a statement; each row is an array of its columns. One that is the victim of a deadlock, and a transaction of its
 * own, has done nothing and runs again.
 */
export async function run<Row extends unknown[]>(
  db: Connection,
  statement: Statement,
  values: unknown[],
  tries = 1,
): Promise<Row[]> {
  try {
    const result = await db.query<Row>({ ...statement, values, rowMode: 'array' })
    return result.rows
  } catch (error) {
    if (sqlState(error) !== deadlock || !(db instanceof pg.Pool) || tries === triesMax) throw error
    return run(db, statement, values, tries + 1)
  }
}

const deadlock = '40P01'
const triesMax = 10

/** Runs a statement that is used rarely; each row is an object. */
export async function rows<Row extends object>(db: Connection, text: string, values: unknown[] = []): Promise<Row[]> {
  const result = await db.query<Row & pg.QueryResultRow>(text, values)
  return result.rows
}

/** Runs `work` in one transaction; anything thrown undoes all of it. */
export async function transaction<T>(db: Database, work: (tx: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await db.connect()
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    client.release()
    return result
  } catch (error) {
    await client.query('rollback').then(
      () => client.release(),
      (broken) => client.release(broken),
    )
    throw error
  }
}

/** Runs reads that all see the database as it is at one moment, whatever is written meanwhile, and holds nobody off. */
export async function inSnapshot<T>(db: Database, read: (snapshot: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await db.connect()
  try {
    await client.query('begin isolation level repeatable read, read only')
    return await read(client)
  } finally {
    await client.query('rollback').then(
      () => client.release(),
      (broken) => client.release(broken),
    )
  }
}

/** What the driver says of connections that broke, before, at or after a statement. */
const lost = /^(Connection terminated|Client has encountered a connection error|Client was closed)/
/** What the pool says to who waited for one of its connections. */
const waited = 'timeout exceeded when trying to connect'

/**
 * Whether an error is the database's being away: of sockets, of PostgreSQL's class 08 (connection), shutting down. `busy`: all
 * connections that there may be are in use. `full`: its disk is. Undefined: it is something else.
 */
export function outageOf(error: unknown): 'away' | 'busy' | 'full' | undefined {
  const { code } = (error ?? {}) as { code?: unknown }
  const message = error instanceof Error ? error.message : ''
  if (code === '53100') return 'full'
  if (code === '53300' || message === waited) return 'busy'
  const isAway =
    typeof code === 'string' && /^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT|EAGAIN|08...|57P0[123])$/.test(code)
  return isAway || lost.test(message) ? 'away' : undefined
}

/** The SQLSTATE of an error from PostgreSQL, or undefined. */
export const sqlState = (error: unknown) => (error instanceof pg.DatabaseError ? error.code : undefined)

/** A connection that is held for its locks, which go with it. */
export type HeldConnection = { client: Connection; letGo(): void }

/** Takes a connection until it is let go, or breaks, of which `broken` is told: not also afterwards, when it may still break. */
export async function holdConnection(db: Database, broken: () => void): Promise<HeldConnection> {
  const client = await db.connect()
  let isHeld = true
  const letGo = () => {
    if (isHeld) client.release(true)
    isHeld = false
  }
  client.once('error', () => {
    if (!isHeld) return
    letGo()
    broken()
  })
  return { client, letGo }
}

const lines = new WeakMap<Database, Promise<unknown>>()

/** Runs `work` while nobody else, here or in another process, holds the same lock. Not to be nested. */
export function withLock<T>(db: Database, lock: number, work: () => Promise<T>): Promise<T> {
  // Callers here wait in line without a connection each, so that the one whose turn it is finds one.
  const turn = (lines.get(db) ?? Promise.resolve()).then(() => locked(db, lock, work))
  lines.set(
    db,
    turn.catch(() => {}),
  )
  return turn
}

async function locked<T>(db: Database, lock: number, work: () => Promise<T>): Promise<T> {
  const client = await db.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [lock])
    return await work()
  } finally {
    await client.query('select pg_advisory_unlock($1)', [lock]).catch(() => {})
    client.release()
  }
}
