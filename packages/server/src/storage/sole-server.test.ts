import { expect, it, vi } from 'vitest'
import { anOpportunity } from '../../test/factories.ts'
import { startApi } from '../../test/harness.ts'
import type { Config } from '../config.ts'
import { startServer } from '../server.ts'

const api = await startApi()

/** One more server on the same database, which keeps files in a folder of its own unless the settings say otherwise. */
const start = (settings: Partial<Config> = {}) =>
  startServer({ ...api.config, OPENFIELD_FILES_SHARED: 'off', OPENFIELD_WORKER: 'off', ...settings })

const holders = () =>
  api.sql<{ pid: number }>("select pid from pg_locks where locktype = 'advisory' and objid = 1330005577 and granted")

const soon = { timeout: 10_000 }

it('refuses a second server that keeps files of its own, and says what to do, until the first has stopped', async () => {
  const first = await start()
  await expect(start()).rejects.toThrow(/Another Openfield server .* OPENFIELD_FILES_SHARED=on/)
  const shared = await start({ OPENFIELD_FILES_SHARED: 'on' })
  const bucket = await start({ OPENFIELD_S3_BUCKET: 'files' })
  await Promise.all([shared.close(), bucket.close(), first.close()])
  await vi.waitFor(async () => expect(await holders()).toEqual([]), soon)
  const next = await start()
  await next.close()
})

it('holds its place again after the database has broken its connections', async () => {
  const server = await start()
  const [before] = await holders()
  await api.sql('select pg_terminate_backend($1)', [before?.pid])
  const again = async () => {
    const [now] = await holders()
    expect(now?.pid).toBeTypeOf('number')
    expect(now?.pid).not.toBe(before?.pid)
  }
  await vi.waitFor(again, soon)
  await server.close()
  await vi.waitFor(async () => expect(await holders()).toEqual([]), soon)
})

it('stops quietly while the database breaks its connections', async () => {
  for (let turn = 0; turn < 10; turn += 1) {
    const server = await start({ OPENFIELD_WORKER: 'on' })
    // The places of background work, too.
    await anOpportunity(api)
    const broken = api.sql("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted")
    await server.close()
    await broken
  }
})
