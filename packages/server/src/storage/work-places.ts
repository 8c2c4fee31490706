import { type Database, type HeldConnection, holdConnection, rows } from './database.ts'

/** The right to do the work of a workspace's queue, which one process has at a time. */
export type WorkPlaces = {
  /** Whether this process has the place now. */
  take(queue: string, workspace: number): Promise<boolean>
  leave(queue: string, workspace: number): Promise<void>
  close(): Promise<void>
}

/** Places are held by one connection of this process, and go with it: nothing waits for a process that was killed. */
export function openWorkPlaces(db: Database): WorkPlaces {
  let held: Promise<HeldConnection> | undefined
  const forget = () => {
    held = undefined
  }
  const connection = () => {
    held ??= holdConnection(db, forget).catch((error) => {
      forget()
      throw error
    })
    return held
  }
  let last: Promise<unknown> = Promise.resolve()
  /** One statement after the other: there is one connection. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work)
    last = done.catch(() => {})
    return done
  }
  return {
    take: (queue, workspace) =>
      inTurn(async () => {
        const { client } = await connection()
        const text = 'select pg_try_advisory_lock(hashtext($1), $2) as got'
        const [row] = await rows<{ got: boolean }>(client, text, [`work ${queue}`, workspace])
        return row?.got === true
      }),
    leave: (queue, workspace) =>
      inTurn(async () => {
        // With a connection that broke, the place is gone already.
        if (!held) return
        const { client } = await held
        await client.query('select pg_advisory_unlock(hashtext($1), $2)', [`work ${queue}`, workspace])
      }),
    async close() {
      const current = await held?.catch(() => undefined)
      current?.letGo()
    },
  }
}
