import { createHash, randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { successOf } from '../../../test/factories.ts'
import { outcome, startApi } from '../../../test/harness.ts'
import { send } from '../../../test/request.ts'
import { startS3 } from '../../../test/s3.ts'
import {
  aFile,
  aSession,
  contentsOfFile,
  type FileBody,
  put,
  storedNames,
  urlOf,
  uuidOf,
} from '../../../test/uploads.ts'

const s3 = await startS3()
const api = await startApi(s3.settings)
const unreachable = await startApi({ ...s3.settings, OPENFIELD_S3_ENDPOINT: 'http://127.0.0.1:9' })

afterEach(() => s3.fail(() => false))

const complete = (id: string) => api.post<FileBody>(`/v1/files/${id}/complete`, {})
const retrieve = async (id: string) => successOf(await api.get<FileBody>(`/v1/files/${id}`))
const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex')
const keysOf = async ({ uploadUrl }: { uploadUrl: string }) =>
  (await s3.keys()).filter((key) => key.startsWith(uuidOf(uploadUrl)))
/** Without the check that the server is well: here the storage is not. */
const call = (method: string, path: string, body?: object) =>
  send(api.url, {
    method,
    path,
    headers: {
      authorization: `Bearer ${api.key}`,
      'lightfield-version': '2026-03-01',
      ...(body && { 'content-type': 'application/json' }),
    },
    body: body && JSON.stringify(body),
  })

describe('files in a bucket', () => {
  it('are kept there and nowhere else, also such as are sent in several parts', async () => {
    const bytes = randomBytes(12_000_000)
    const session = await aSession(api, { sizeBytes: bytes.length, mimeType: 'application/octet-stream' })
    expect((await put(session, bytes)).headers.etag).toBe(`"${md5(bytes)}"`)
    successOf(await api.post(`/v1/files/${session.id}/complete`, { md5: md5(bytes) }))
    expect(await keysOf(session)).toHaveLength(1)
    expect(await storedNames(api)).toEqual([])
    expect(md5(await contentsOfFile(api, session))).toBe(md5(bytes))
    const part = await fetch(await urlOf(api, session), { headers: { range: 'bytes=10000000-10000009' } })
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 10000000-10000009/12000000'])
    expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(10_000_000, 10_000_010))
  })

  it('may be sent again; the last bytes count and the others are gone', async () => {
    const session = await aSession(api)
    for (const contents of ['first', 'hell', 'hello']) expect((await put(session, contents)).status).toBe(200)
    expect(await keysOf(session)).toHaveLength(1)
    successOf(await complete(session.id))
    expect((await contentsOfFile(api, session)).toString()).toBe('hello')
  })

  it('413: leave nothing there when they are larger than announced', async () => {
    const session = await aSession(api)
    const chunked = { ...session.uploadHeaders, 'transfer-encoding': 'chunked' }
    expect(outcome(await put(session, 'x'.repeat(9_000_000), chunked))).toBe('413')
    expect(await keysOf(session)).toEqual([])
  })

  it('are removed from there when their session is cancelled', async () => {
    const session = await aSession(api)
    await put(session, 'hello')
    successOf(await api.post(`/v1/files/${session.id}/cancel`))
    expect(await keysOf(session)).toEqual([])
  })
})

describe('a bucket that is out of order', () => {
  it('now and then is not noticed: a part that fails is sent again', async () => {
    const failed = new Set<string>()
    s3.fail(({ method, url = '' }) => {
      const isFirst = method === 'PUT' && !failed.has(url)
      failed.add(url)
      return isFirst
    })
    const file = await aFile(api, 'x'.repeat(9_000_000))
    expect(failed.size).toBeGreaterThan(2)
    expect((await contentsOfFile(api, file)).length).toBe(9_000_000)
  })

  it('503: takes no upload; the session stays open, and the bytes can be sent when it is well again', async () => {
    const session = await aSession(api)
    s3.fail(() => true)
    const refused = await put(session, 'hello')
    expect(outcome(refused)).toBe('503')
    expect(refused.text).toContain('InternalError')
    expect((await retrieve(session.id)).status).toBe('PENDING')
    s3.fail(() => false)
    expect((await put(session, 'hello')).status).toBe(200)
    successOf(await complete(session.id))
    expect((await contentsOfFile(api, session)).toString()).toBe('hello')
  })

  it('503: completes nothing; the session stays open with its bytes', async () => {
    const session = await aSession(api)
    await put(session, 'hello')
    s3.fail(() => true)
    expect(outcome(await call('POST', `/v1/files/${session.id}/complete`, {}))).toBe('503')
    s3.fail(() => false)
    expect((await retrieve(session.id)).status).toBe('PENDING')
    successOf(await complete(session.id))
    expect((await contentsOfFile(api, session)).toString()).toBe('hello')
  })

  it('503: sends no file, which is there when it is well again', async () => {
    const url = await urlOf(api, await aFile(api))
    s3.fail(() => true)
    const refused = await call('GET', url.slice(api.url.length))
    expect(outcome(refused)).toBe('503')
    expect(refused.headers).not.toHaveProperty('content-disposition')
    s3.fail(() => false)
    expect(await (await fetch(url)).text()).toBe('hello')
  })

  it('does not keep a session from being cancelled', async () => {
    const session = await aSession(api)
    await put(session, 'hello')
    s3.fail(() => true)
    successOf(await api.post(`/v1/files/${session.id}/cancel`))
    expect((await retrieve(session.id)).status).toBe('CANCELLED')
  })

  it('503: says so when it cannot be reached at all', async () => {
    const session = await aSession(unreachable)
    const refused = await put(session, 'hello')
    expect(outcome(refused)).toBe('503')
    expect(refused.text).toContain('ECONNREFUSED')
    expect(refused.text).not.toContain('127.0.0.1')
    expect(successOf(await unreachable.get<FileBody>(`/v1/files/${session.id}`)).status).toBe('PENDING')
  })

  it('422: has lost the bytes: the file cannot be completed', async () => {
    const session = await aSession(api)
    await put(session, 'hello')
    const [key] = await keysOf(session)
    await fetch(`${s3.settings.OPENFIELD_S3_ENDPOINT}/${s3.settings.OPENFIELD_S3_BUCKET}/${key}`, { method: 'DELETE' })
    expect(outcome(await complete(session.id))).toBe('422')
  })
})
