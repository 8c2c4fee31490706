import { afterAll, expect, inject, it } from 'vitest'
import { bridgeTo } from '../../test/bridge.ts'
import { openDatabase, outageOf, rows, transaction } from './database.ts'

const bridge = await bridgeTo(inject('databaseUrl'))
const db = openDatabase({ connectionString: bridge.url }, { silenceMaxMs: 300 })
afterAll(async () => {
  await db.end()
  await bridge.cut()
})

it('connections that fall silent are given up, also in the middle of a transaction, and others serve', async () => {
  expect(await rows(db, 'select 1 as one')).toEqual([{ one: 1 }])
  await Promise.all([rows(db, 'select pg_sleep(0.05)'), rows(db, 'select pg_sleep(0.05)')])
  bridge.silence()
  const asked = rows(db, 'select 1 as one').catch((error) => error)
  expect(outageOf(await asked)).toBe('away')
  const begun = transaction(db, async (tx) => {
    await tx.query('select 1')
    bridge.silence()
    await tx.query('select 2')
  }).catch((error) => error)
  expect(outageOf(await begun)).toBe('away')
  expect(await rows(db, 'select 1 as one')).toEqual([{ one: 1 }])
})

it('a connection that breaks between two statements of a transaction counts as a database that is away', async () => {
  const begun = transaction(db, async (tx) => {
    const { rows: found } = await tx.query('select pg_backend_pid() as pid')
    await rows(db, 'select pg_terminate_backend($1)', [found[0]?.pid])
    await expect
      .poll(async () => rows(db, 'select 1 from pg_stat_activity where pid = $1', [found[0]?.pid]))
      .toEqual([])
    await new Promise((resolve) => setTimeout(resolve, 50))
    await tx.query('select 2')
  }).catch((error) => error)
  expect(outageOf(await begun)).toBe('away')
})

it('a database all of whose connections are in use counts as busy, and not as away', async () => {
  const narrow = openDatabase({ connectionString: inject('databaseUrl'), max: 1, connectionTimeoutMillis: 1000 })
  const client = await narrow.connect()
  expect(outageOf(await rows(narrow, 'select 1').catch((error) => error))).toBe('busy')
  client.release()
  expect(await rows(narrow, 'select 1 as one')).toEqual([{ one: 1 }])
  await narrow.end()
})

it('a connection that has nothing to answer may be silent', async () => {
  const client = await db.connect()
  const { rows: before } = await client.query('select pg_backend_pid() as pid')
  await new Promise((resolve) => setTimeout(resolve, 700))
  expect((await client.query('select pg_backend_pid() as pid')).rows).toEqual(before)
  client.release()
})
