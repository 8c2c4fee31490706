import type { PoolClient } from 'pg'
import { type Database, rows } from './database.ts'

/** The right to do the work of a workspace's queue, which one process has at a time. */
export type WorkPlaces = {
  /** Whether this process has the place now. */
  take(queue: string, workspace: number): Promise<boolean>
  leave(queue: string, workspace: number): Promise<void>
  close(): Promise<void>
}

/** Places are held by one connection of this process, and go with it: nothing waits for a process that was killed. */
export function openWorkPlaces(db: Database): WorkPlaces {
  let held: Promise<PoolClient> | undefined
  const connect = async () => {
    const client = await db.connect()
    client.once('error', () => {
      held = undefined
      client.release(true)
    })
    return client
  }
  const connection = () => {
    held ??= connect().catch((error) => {
      held = undefined
      throw error
    })
    return held
  }
  return {
    async take(queue, workspace) {
      const text = 'select pg_try_advisory_lock(hashtext($1), $2) as got'
      const [row] = await rows<{ got: boolean }>(await connection(), text, [`work ${queue}`, workspace])
      return row?.got === true
    },
    async leave(queue, workspace) {
      // With a connection that broke, the place is gone already.
      if (!held) return
      await (await held).query('select pg_advisory_unlock(hashtext($1), $2)', [`work ${queue}`, workspace])
    },
    async close() {
      const client = await held?.catch(() => undefined)
      held = undefined
      client?.release(true)
    },
  }
}
