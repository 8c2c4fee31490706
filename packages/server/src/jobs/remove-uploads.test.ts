import { expect, it, vi } from 'vitest'
import { successOf } from '../../test/factories.ts'
import { startApi } from '../../test/harness.ts'
import { aFile, aSession, contentsOfFile, endSession, put, storedNames, uploadsOf, uuidOf } from '../../test/uploads.ts'
import { startServer } from '../server.ts'
import { localBlobs } from '../storage/blobs/local.ts'
import { openDatabase } from '../storage/database.ts'
import { removeDeadUploads } from './remove-uploads.ts'

const api = await startApi()

const age = (session: { uploadUrl: string }, time: string) =>
  api.sql('update file_upload set started_at = started_at - $2::interval where file_id = $1', [
    uuidOf(session.uploadUrl),
    time,
  ])

async function clean() {
  const db = openDatabase({ connectionString: api.database })
  await removeDeadUploads(db, localBlobs(`${api.config.OPENFIELD_DATA_DIR}/files`), new Date())
  await db.end()
}

it('removes the bytes of uploads that can no longer become a file, and no others', async () => {
  const completed = await aFile(api)
  const [open, expired, cut, cancelled] = [
    await aSession(api),
    await aSession(api),
    await aSession(api),
    await aSession(api),
  ]
  for (const session of [open, expired, cut, cancelled]) await put(session, 'hello')
  await endSession(api, expired, '-1 hour')
  // As after a crash in the middle of an upload, and in the middle of a cancellation.
  await api.sql('update file set upload_id = null where id = $1', [uuidOf(cut.uploadUrl)])
  await api.sql("update file set status = 'CANCELLED' where id = $1", [uuidOf(cancelled.uploadUrl)])
  for (const session of [expired, cut, cancelled]) await age(session, '121 minutes')
  await age(open, '59 minutes')

  await clean()

  for (const session of [expired, cut, cancelled]) expect(await uploadsOf(api, session)).toBe(0)
  expect(await storedNames(api)).toHaveLength(2)
  expect((await contentsOfFile(api, completed)).toString()).toBe('hello')
  successOf(await api.post(`/v1/files/${open.id}/complete`, {}))
  expect((await contentsOfFile(api, open)).toString()).toBe('hello')
})

it('happens when a server starts, and every hour from then on', async () => {
  const session = await aSession(api)
  await put(session, 'hello')
  await endSession(api, session, '-1 hour')
  await age(session, '121 minutes')

  const server = await startServer(api.config)

  await vi.waitFor(async () => expect(await uploadsOf(api, session)).toBe(0), { timeout: 10_000 })
  await server.close()
})
