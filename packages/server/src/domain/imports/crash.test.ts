import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import { bridgeTo } from '../../../test/bridge.ts'
import { successOf } from '../../../test/factories.ts'
import { startApi } from '../../../test/harness.ts'
import { aDraft, atRest, type ImportBody } from '../../../test/imports.ts'
import { runProgram } from '../../../test/program.ts'

// The work is done by servers beside this one, which are killed.
const api = await startApi({ OPENFIELD_WORKER: 'off' })

const server = async () => {
  const { OPENFIELD_DATA_DIR, DATABASE_URL = '' } = api.config
  const settings = { PORT: '0', HOST: '127.0.0.1', DATABASE_URL, OPENFIELD_DATA_DIR, OPENFIELD_FILES_SHARED: 'on' }
  const program = runProgram([], settings)
  await program.serving()
  return program.child
}

it('an import whose server is killed goes on in another, and writes each row once', { timeout: 120_000 }, async () => {
  const count = 3000
  const rows = Array.from({ length: count }, (_, index) => `p${index}@crash.example,Title,Company ${index % 300}`)
  const table = ['Email,Title,Company', ...rows].join('\n')
  const draft = await aDraft(api, 'contact', table, { match: { by: null }, createMissing: { accounts: true } })
  successOf(await api.post(`/admin/v1/imports/${draft.id}/start`))
  const done = async () => successOf(await api.get<ImportBody>(`/admin/v1/imports/${draft.id}`)).counts.done
  for (const moment of [1, 1000, 2000]) {
    const child = await server()
    await expect.poll(done, { timeout: 30_000, interval: 5 }).toBeGreaterThan(moment)
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  const last = await server()
  const { state, counts } = await atRest(api, draft)
  last.kill('SIGTERM')
  await once(last, 'exit')
  expect([state, counts]).toEqual([
    'done',
    { total: count, done: count, created: count, updated: 0, skipped: 0, refused: 0 },
  ])
  const [stored] = await api.sql(
    `select count(*) filter (where object_type = 2)::int as contacts,
       count(distinct fields->'$email'->'value'->>0) filter (where object_type = 2)::int as addresses,
       count(*) filter (where object_type = 1 and fields->'$name'->>'value' like 'Company %')::int as accounts
     from record`,
  )
  expect(stored).toEqual({ contacts: count, addresses: count, accounts: 300 })
  const [made] = await api.sql("select count(*)::int from import_row where part > 0 and outcome = 'created'")
  expect(made).toEqual({ count: 300 })
})

it('rows wait for a disk that is full, however often they are tried, and are not refused', async () => {
  await api.sql(`create function fail() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`)
  const draft = await aDraft(api, 'account', 'Name\nWaits 1\nWaits 2')
  await api.sql('create trigger fail before insert on record for each row execute function fail()')
  successOf(await api.post(`/admin/v1/imports/${draft.id}/start`))
  await api.sql('update outbox set attempts = 20')
  const child = await server()
  const attempts = async () =>
    (await api.sql<{ attempts: number }>("select attempts from outbox where kind = 'import'"))[0]?.attempts
  await expect.poll(attempts, { timeout: 30_000 }).toBe(21)
  await api.sql('drop function fail cascade')
  await api.sql('update outbox set due_at = now()')
  const { state, counts } = await atRest(api, draft)
  child.kill('SIGTERM')
  await once(child, 'exit')
  expect([state, counts.created, counts.refused]).toEqual(['done', 2, 0])
})

it('a row that a lost connection writes after all, while it is tried again, is counted as written', async () => {
  const hold = await api.begin()
  await hold.query('select pg_advisory_xact_lock(4711)')
  await api.sql(`create function wait() returns trigger language plpgsql as
    $$ begin perform pg_advisory_xact_lock(4711); return new; end $$`)
  const draft = await aDraft(api, 'account', 'Name\nWritten once')
  await api.sql('create trigger wait before insert on record for each row execute function wait()')
  successOf(await api.post(`/admin/v1/imports/${draft.id}/start`))
  // Past the attempts in which a row is given the benefit of the doubt.
  await api.sql('update outbox set attempts = 20')
  const bridge = await bridgeTo(api.database)
  onTestFinished(bridge.cut)
  await startApi({ DATABASE_URL: bridge.url, OPENFIELD_WORKER: 'on' }, api)
  const writing = async () => {
    await api.sql("update outbox set due_at = now() where kind = 'import'")
    const [waiting] = await api.sql<{ count: number }>(
      "select count(*)::int from pg_locks where locktype = 'advisory' and objid = 4711 and not granted",
    )
    return waiting?.count
  }
  await expect.poll(writing, { timeout: 30_000 }).toBe(1)
  await bridge.cut()
  await bridge.open()
  await expect.poll(writing, { timeout: 30_000 }).toBe(2)
  await hold.query('rollback')
  hold.release()
  const { state, counts } = await atRest(api, draft)
  await api.sql('drop function wait cascade')
  expect([state, counts.created, counts.refused]).toEqual(['done', 1, 0])
  const { totalCount } = successOf(await api.get<{ totalCount: number }>('/v1/accounts?$name=Written%20once'))
  expect(totalCount).toBe(1)
})
