import { decodeId, type IdPrefix } from '@openfield/schema'
import pg from 'pg'
import { vi } from 'vitest'
import type { Api } from './harness.ts'

/**
 * Holds a piece of a record's background work, so that every write that asks for it waits just before its end. For two
 * writes that are to meet in one certain way.
 */
export async function holdWork(api: Api, kind: string, id: string) {
  const uuid = decodeId(id.slice(0, id.indexOf('_')) as IdPrefix, id)
  const client = new pg.Client({ connectionString: api.database })
  await client.connect()
  await client.query('begin')
  await client.query('select add_work(1, array[$1], array[$2::uuid], now())', [kind, uuid])

  /** Resolves once so many calls of a database function wait, for the work or for each other. */
  const waiting = (name: string, count: number) =>
    vi.waitFor(async () => {
      const [row] = await api.sql<{ waiting: number }>(
        `select count(*)::int as waiting from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock' and query like $1`,
        [`select ${name}(%`],
      )
      if ((row?.waiting ?? 0) < count) throw new Error(`${row?.waiting} calls of ${name} wait, not ${count}`)
    }, 10_000)

  const release = async () => {
    await client.query('rollback')
    await client.end()
  }
  return { waiting, release }
}
