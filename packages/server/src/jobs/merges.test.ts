import pg from 'pg'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { faultsOf } from '../../test/consistency.ts'
import { aNote, anAccount, aTask, successOf } from '../../test/factories.ts'
import { type Api, headersOf, type ListBody, outcome, type RecordBody, startApi } from '../../test/harness.ts'
import { newDataFolder, runProgram } from '../../test/program.ts'
import { send } from '../../test/request.ts'
import type { System } from '../domain/context.ts'
import { openEmbeddedDatabase } from '../embedded/postgres.ts'
import { openDatabase } from '../storage/database.ts'
import { Drain } from './drain.ts'

// Here work is done when a test says so.
const api = await startApi({ OPENFIELD_WORKER: 'off' })
const db = openDatabase({ connectionString: api.database })
afterAll(() => db.end())
const doWork = () => {
  const log = { error: (details: object) => expect.fail(JSON.stringify(details)) }
  const around = { system: { db } as System, stopping: new AbortController().signal, log }
  return new Drain(1, 'quick', around, () => false).run()
}

type MergeBody = { merge: { id: string; status: string }; primary: RecordBody; summary: { syncRepointedCount: number } }
const soon = { timeout: 15_000, interval: 20 }

/** Links an account to so many new contacts; through SQL, since what is tested is what happens to many. */
const manyContacts = `with made as (
    select ('019f0000' || substr(gen_random_uuid()::text, 9))::uuid as id from generate_series(1, $2)),
    records as (insert into record (workspace_id, id, object_type, created_at, updated_at, fields)
      select 1, id, 2, now(), now(), '{}' from made),
    changes as (insert into change (workspace_id, record_id, id, at, kind, before, after, links)
      select 1, id, id, now(), 'created', '{}', '{}', '{}' from made)
  insert into edge (workspace_id, relationship, from_id, to_id, from_one, to_one)
  select 1, 2, r.id, m.id, false, false from made m, record r where r.object_type = 1 and r.created_at = $1`

async function withContacts(count: number): Promise<RecordBody> {
  const account = await anAccount(api)
  await api.sql(manyContacts, [account.createdAt, count])
  return account
}

const merge = async (primary: RecordBody, duplicate: RecordBody) =>
  successOf(await api.post<MergeBody>('/v1/accounts/merge', { primaryId: primary.id, duplicateId: duplicate.id }))
const statusOf = async ({ id }: { id: string }) =>
  successOf(await api.get<MergeBody['merge']>(`/v1/merges/${id}`)).status
const contactsOf = async ({ id }: RecordBody) =>
  successOf(await api.get<ListBody>(`/v1/contacts?$account-contact=${id}&limit=1`)).totalCount

describe('a merge of many links', () => {
  it('is answered before they are moved, and done once they are', async () => {
    const [primary, duplicate] = [await withContacts(10), await withContacts(1500)]
    const note = await aNote(api, {}, { $account: duplicate.id })
    const task = await aTask(api, { $title: 'Call' }, { $account: duplicate.id })
    await doWork()

    const answer = await merge(primary, duplicate)

    expect(answer.merge.status).toBe('cleanup_pending')
    expect(answer.summary.syncRepointedCount).toBe(0)
    expect(answer.primary.relationships.$contact).toMatchObject({ hasMore: true })
    expect(await statusOf(answer.merge)).toBe('cleanup_pending')
    expect(outcome(await api.get(`/v1/accounts/${duplicate.id}`))).toBe('404')
    expect(await faultsOf(api)).toEqual({})

    await doWork()

    expect(await statusOf(answer.merge)).toBe('done')
    expect(await contactsOf(primary)).toBe(1510)
    expect(await contactsOf(duplicate)).toBe(0)
    expect(await faultsOf(api)).toEqual({})
    const { fields, relationships } = successOf(await api.get(`/v1/accounts/${primary.id}`))
    expect(relationships.$task?.values).toEqual([task.id])
    expect(fields.$lastInteractionAt?.value).toBe(note.createdAt)
    expect(fields.$accountStatus?.value).toMatch(/- People: 1510 contacts\n.*\n- Open tasks: 1 \(next: Call\)$/)
    const found = await api.get<ListBody>(`/v1/accounts?$lastInteractionAt=${note.createdAt}`)
    expect(successOf(found).data.map(({ id }) => id)).toEqual([primary.id])
  })

  it('whose primary is deleted or merged away before that ends with all links where they belong', async () => {
    const [first, second, third] = [await withContacts(3), await withContacts(600), await withContacts(600)]
    const one = await merge(second, third)
    const other = await merge(first, second)
    successOf(await api.delete(`/v1/accounts/${first.id}`))
    await doWork()
    expect([await statusOf(one.merge), await statusOf(other.merge)]).toEqual(['done', 'done'])
    expect(await faultsOf(api)).toEqual({})
    successOf(await api.post(`/v1/accounts/${first.id}/restore`))
    expect(await contactsOf(first)).toBe(1203)
    expect(await faultsOf(api)).toEqual({})
  })

  it('leaves those of the duplicate’s links alone that other records have let go of meanwhile', async () => {
    const [primary, duplicate, elsewhere] = [await withContacts(0), await withContacts(600), await anAccount(api)]
    const task = await aTask(api, {}, { $account: duplicate.id })
    const note = await aNote(api, {}, { $account: duplicate.id })
    await merge(primary, duplicate)
    successOf(await api.post(`/v1/tasks/${task.id}`, { relationships: { $account: { replace: elsewhere.id } } }))
    successOf(await api.delete(`/v1/notes/${note.id}`))
    await doWork()
    const accountsOf = async (path: string) => successOf(await api.get(path)).relationships.$account?.values
    expect(await accountsOf(`/v1/tasks/${task.id}`)).toEqual([elsewhere.id])
    successOf(await api.post(`/v1/notes/${note.id}/restore`))
    expect(await accountsOf(`/v1/notes/${note.id}`)).toEqual([primary.id])
    expect(await contactsOf(primary)).toBe(600)
  })
})

describe('a server that is killed in the middle of a merge of 10,000 links', () => {
  it('goes on with it when it is started again, and nothing is lost', async () => {
    const dataDir = newDataFolder()
    const settings = {
      PORT: '0',
      OPENFIELD_RATE_LIMIT: '0',
      OPENFIELD_DATA_DIR: dataDir,
      OPENFIELD_BOOTSTRAP_API_KEY: 'a-key-for-the-tests',
    }
    const first = runProgram(['serve'], settings)
    const served = apiAt(await first.serving())
    const tool = await openEmbeddedDatabase({ dataDir, role: 'tool' })
    const sql = new pg.Pool({ ...tool.connection, max: 3 })
    // PostgreSQL may stop before a connection has quite ended.
    sql.on('connect', (client) => client.on('error', () => {}))
    try {
      const [primary, duplicate] = [await anAccount(served), await anAccount(served)]
      await sql.query(manyContacts, [duplicate.createdAt, 10_000])
      const linked = async ({ createdAt }: RecordBody): Promise<number> => {
        const { rows } = await sql.query<{ count: number }>(
          `select count(*)::int from edge e join record r on r.id = e.from_id
           where r.created_at = $1 and e.relationship = 2`,
          [createdAt],
        )
        return rows[0]?.count ?? 0
      }
      // One of the contacts is held, so that the merge comes as far as its page and no further.
      const holder = await sql.connect()
      await holder.query('begin')
      await holder.query(
        `select 1 from record where id = (select to_id from edge where relationship = 2 order by to_id offset 5500 limit 1)
         for update`,
      )
      const body = { primaryId: primary.id, duplicateId: duplicate.id }
      const { merge: one } = successOf(await served.post<MergeBody>('/v1/accounts/merge', body))
      await vi.waitFor(async () => {
        const stuck = await sql.query(
          "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query ~ 'move_links'",
        )
        expect(stuck.rowCount).toBe(1)
      }, soon)
      first.child.kill('SIGKILL')
      await first.ended
      await holder.query('rollback')
      holder.release()
      const moved = await linked(primary)
      expect(moved).toBeGreaterThan(0)
      expect(moved + (await linked(duplicate))).toBe(10_000)
      expect(await linked(duplicate)).toBeGreaterThan(0)

      const second = runProgram(['serve'], settings)
      const again = apiAt(await second.serving())
      await vi.waitFor(async () => {
        expect(successOf(await again.get<MergeBody['merge']>(`/v1/merges/${one.id}`)).status).toBe('done')
      }, soon)
      expect([await linked(primary), await linked(duplicate)]).toEqual([10_000, 0])
      second.child.kill('SIGTERM')
      expect((await second.ended).code).toBe(0)
    } finally {
      await sql.end()
      await tool.close()
    }
  }, 60_000)
})

/** The API of a program that was started with the key of the tests. */
function apiAt(url: string): Api {
  const headers = headersOf('a-key-for-the-tests', true)
  const get = (path: string) => send(url, { method: 'GET', path, headers })
  const post = (path: string, body: unknown) => send(url, { method: 'POST', path, headers, body: JSON.stringify(body) })
  return { ...api, get, post } as Api
}
