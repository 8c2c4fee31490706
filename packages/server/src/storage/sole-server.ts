import { setTimeout as wait } from 'node:timers/promises'
import { DatabaseUnavailable } from '../embedded/unavailable.ts'
import { type Database, type HeldConnection, holdConnection, rows } from './database.ts'

const lock = 1330005577
/** A server that is being replaced, or was killed a moment ago, gets this long to let go. */
const patienceMs = 3_000
const retryMs = 250

/**
 * Holds the place of the only server that keeps files in a folder of its own beside this database, until the returned
 * function is called. Throws DatabaseUnavailable when another server has it: files of one would be missing on the other.
 */
export async function holdSolePlace(db: Database): Promise<() => Promise<void>> {
  const released = new AbortController()
  let held: HeldConnection | undefined
  // The place goes with its connection, e.g. when the database is restarted.
  const broken = () => {
    if (held) void takeAgain()
    held = undefined
  }
  const takeAgain = async () => {
    while (!released.signal.aborted) {
      const got = await attempt(db, broken).catch(() => undefined)
      if (released.signal.aborted) return got?.letGo()
      held = got
      if (got) return
      await wait(retryMs)
    }
  }

  held = await take(db, broken)
  return async () => {
    released.abort()
    held?.letGo()
  }
}

const taken =
  'Another Openfield server uses this database and keeps files in a folder of its own. Stop that one; or let both use a ' +
  'bucket (OPENFIELD_S3_BUCKET); or, if OPENFIELD_DATA_DIR is the same folder for both, set OPENFIELD_FILES_SHARED=on.'

async function take(db: Database, broken: () => void): Promise<HeldConnection> {
  for (const started = Date.now(); Date.now() - started < patienceMs; await wait(retryMs)) {
    const got = await attempt(db, broken)
    if (got) return got
  }
  throw new DatabaseUnavailable(taken)
}

/** The connection that has got the place, or undefined when another has it. */
async function attempt(db: Database, broken: () => void): Promise<HeldConnection | undefined> {
  const held = await holdConnection(db, broken)
  try {
    const [row] = await rows<{ got: boolean }>(held.client, 'select pg_try_advisory_lock($1) as got', [lock])
    if (row?.got) return held
  } catch (error) {
    held.letGo()
    throw error
  }
  held.letGo()
  return undefined
}
