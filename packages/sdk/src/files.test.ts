import { createHash } from 'node:crypto'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { startApi } from '../../server/test/harness.ts'
import { json, reset, startMisbehaving, text } from '../test/misbehaving.ts'
import {
  APIConnectionError,
  APIConnectionTimeoutError,
  InternalServerError,
  Openfield,
  type StoredFile,
  UnprocessableEntityError,
} from './index.ts'

const api = await startApi()
const client = new Openfield({ apiKey: api.key, baseURL: api.url })

const words = 'Ada: Hello. Größe ✓'
const bytes = new TextEncoder().encode(words)
const file = { filename: 'call.txt', mimeType: 'text/plain' }
const download = async ({ id }: StoredFile) => (await fetch((await client.file.url(id)).url)).text()

describe('an upload', () => {
  test('of bytes is a completed file, which can be downloaded', async () => {
    const uploaded = await client.file.upload({ ...file, data: bytes })
    expectTypeOf(uploaded).toEqualTypeOf<StoredFile>()
    expect(uploaded).toMatchObject({ ...file, status: 'COMPLETED', sizeBytes: bytes.length, expiresAt: null })
    expect(await client.file.retrieve(uploaded.id)).toEqual(uploaded)
    expect((await client.file.list({ limit: 1 })).data).toEqual([uploaded])
    expect(await download(uploaded)).toBe(words)
  })

  test('of a Blob, whose type does not count', async () => {
    const data = new Blob([words], { type: 'text/html' })
    expect(await download(await client.file.upload({ ...file, data }))).toBe(words)
  })

  test('of a part of a buffer sends that part only', async () => {
    const data = new TextEncoder().encode('0123456789').subarray(2, 5)
    expect(await download(await client.file.upload({ ...file, data }))).toBe('234')
  })

  test('of a stream, whose size is said', async () => {
    const data = new Blob([words]).stream()
    expect(await download(await client.file.upload({ ...file, data, sizeBytes: bytes.length }))).toBe(words)
    // @ts-expect-error of a stream, the size has to be said
    const sizeless = client.file.upload({ ...file, data: new Blob([words]).stream() })
    await expect(sizeless).rejects.toMatchObject({ status: 400, param: 'sizeBytes' })
  })

  test('is held to the MD5 that is given', async () => {
    const md5 = createHash('md5').update(bytes).digest('hex')
    expect((await client.file.upload({ ...file, data: bytes, md5 })).status).toBe('COMPLETED')
    const wrong = client.file.upload({ ...file, data: bytes, md5: '0'.repeat(32) })
    await expect(wrong).rejects.toMatchObject({ status: 422, param: 'md5' })
  })

  test('is held to the rules of its purpose', async () => {
    const data = new Uint8Array([0])
    const wrong = client.file.upload({ filename: 'a.png', mimeType: 'image/png', purpose: 'meeting_transcript', data })
    await expect(wrong).rejects.toMatchObject({ status: 422, param: 'mimeType' })
    const known = await client.file.upload({ ...file, purpose: 'knowledge_user', data: bytes })
    expect(known.filename).toMatch(/^call_\d+\.txt$/)
  })
})

describe('by hand', () => {
  test('a session is created, filled and completed', async () => {
    const session = await client.file.create({ ...file, sizeBytes: bytes.length })
    expect(session.status).toBe('PENDING')
    await expect(client.file.complete(session.id)).rejects.toBeInstanceOf(UnprocessableEntityError)
    await fetch(session.uploadUrl, { method: 'PUT', headers: session.uploadHeaders, body: bytes })
    expect((await client.file.complete(session.id)).status).toBe('COMPLETED')
  })

  test('a session is cancelled', async () => {
    const { id } = await client.file.create({ ...file, sizeBytes: 1 })
    expect((await client.file.cancel(id)).status).toBe('CANCELLED')
    await expect(client.file.url(id)).rejects.toMatchObject({ status: 422 })
  })
})

describe('the bytes', () => {
  const uploadHeaders = { 'content-type': 'text/plain', 'if-none-match': '*' }
  const soon = { 'retry-after-ms': '1' }

  /** A client whose uploads go to another server, and what its own server is asked. */
  async function clientOf(uploadUrl: string, options: { maxRetries?: number; timeout?: number } = {}) {
    const own = await startMisbehaving(json(200, { id: 'fil_1', uploadUrl: `${uploadUrl}/put?a=1`, uploadHeaders }))
    const defaultHeaders = { 'x-team': 'sales' }
    const { file } = new Openfield({ apiKey: 'sk_of_test', baseURL: own.url, defaultHeaders, ...options })
    return Object.assign(own, { upload: file.upload.bind(file) })
  }

  test('go to the address of the session with its headers, and without the key', async () => {
    using storage = await startMisbehaving(text(204, ''))
    using other = await clientOf(storage.url)
    await other.upload({ ...file, data: bytes }, { idempotencyKey: 'mine' })
    const [put] = storage.seen
    expect(put).toMatchObject({ method: 'PUT', url: '/put?a=1', headers: uploadHeaders })
    expect(put?.headers['content-length']).toBe(String(bytes.length))
    for (const name of ['authorization', 'lightfield-version', 'idempotency-key', 'x-team']) {
      expect(put?.headers).not.toHaveProperty(name)
    }
    const [create, complete] = other.seen
    expect(create?.headers['idempotency-key']).toBe('mine')
    expect(complete?.url).toBe('/v1/files/fil_1/complete')
    expect(complete?.headers['idempotency-key']).not.toBe('mine')
  })

  test('are sent again when that can help', async () => {
    using storage = await startMisbehaving(reset, text(503, '', soon), text(200, ''))
    using other = await clientOf(storage.url)
    await other.upload({ ...file, data: bytes })
    expect(storage.seen).toHaveLength(3)
  })

  test('of a stream are not, since it is used up', async () => {
    using storage = await startMisbehaving(text(503, '', soon))
    using other = await clientOf(storage.url)
    const data = new Blob(['a']).stream()
    await expect(other.upload({ ...file, data, sizeBytes: 1 })).rejects.toBeInstanceOf(InternalServerError)
    expect(storage.seen).toHaveLength(1)
  })

  test('that do not arrive leave the file uncompleted', async () => {
    using storage = await startMisbehaving(reset)
    using other = await clientOf(storage.url, { maxRetries: 0 })
    await expect(other.upload({ ...file, data: bytes })).rejects.toBeInstanceOf(APIConnectionError)
    expect(other.seen).toHaveLength(1)
  })

  test('take longer than other requests may', async () => {
    using storage = await startMisbehaving((response) => setTimeout(() => response.end(), 1500))
    using other = await clientOf(storage.url, { timeout: 1000, maxRetries: 0 })
    await other.upload({ ...file, data: bytes })
  })

  test('take no longer than the call allows', async () => {
    using storage = await startMisbehaving(() => {})
    using other = await clientOf(storage.url, { maxRetries: 0 })
    const upload = other.upload({ ...file, data: bytes }, { timeout: 300 })
    await expect(upload).rejects.toBeInstanceOf(APIConnectionTimeoutError)
  })
})
