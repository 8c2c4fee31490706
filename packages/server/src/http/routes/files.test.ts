import { objectTypes } from '@openfield/schema'
import { describe, expect, it } from 'vitest'
import { aKey, aMember, successOf } from '../../../test/factories.ts'
import { anotherWorkspace, contentsOf, outcome, rekeyed, startApi } from '../../../test/harness.ts'
import {
  aFile,
  aSession,
  contentsOfFile,
  endSession,
  type FileBody,
  put,
  removeBytes,
  type Session,
  storedNames,
  uuidOf,
} from '../../../test/uploads.ts'

const api = await startApi()

const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const announced = { filename: 'notes.txt', mimeType: 'text/plain', sizeBytes: 5 }
const create = (input: object) => api.post('/v1/files', { ...announced, ...input })
const complete = (id: string, body: unknown = {}) => api.post<FileBody>(`/v1/files/${id}/complete`, body)
const cancel = (id: string, body?: unknown) => api.post<FileBody>(`/v1/files/${id}/cancel`, body)
const retrieve = async (id: string) => successOf(await api.get<FileBody>(`/v1/files/${id}`))
const helloMd5 = '5d41402abc4b2a76b9719d911017c592'

describe('the life of a file', () => {
  it('is: created, uploaded, completed, downloaded; with every key at every step, and no other', async () => {
    const session = await aSession(api)
    const { uploadUrl, uploadHeaders, ...created } = session
    expect(created).toEqual({
      id: expect.stringMatching(/^fil_[0-9a-z]{26}$/),
      status: 'PENDING',
      filename: 'notes.txt',
      mimeType: 'text/plain',
      sizeBytes: 5,
      createdAt: moment,
      completedAt: null,
      expiresAt: moment,
    })
    expect(Date.parse(created.expiresAt ?? '') - Date.parse(created.createdAt)).toBe(60 * 60 * 1000)
    expect(uploadUrl.startsWith(`${api.url}/files/${created.id}?`)).toBe(true)
    expect(uploadHeaders).toEqual({ 'content-type': 'text/plain' })

    const uploaded = await put(session, 'hello')
    expect([uploaded.status, uploaded.text, uploaded.headers.etag]).toEqual([200, '', `"${helloMd5}"`])
    expect(await retrieve(created.id)).toEqual(created)

    const completed = successOf(await complete(created.id, { md5: helloMd5 }))
    expect(completed).toEqual({ ...created, status: 'COMPLETED', completedAt: moment, expiresAt: null })
    expect(await retrieve(created.id)).toEqual(completed)

    const { body: link } = await api.get<{ url: string; expiresAt: string }>(`/v1/files/${created.id}/url`)
    expect(Object.keys(link).sort()).toEqual(['expiresAt', 'url'])
    expect(Date.parse(link.expiresAt) - Date.now()).toBeGreaterThan(14.9 * 60 * 1000)
    expect(Date.parse(link.expiresAt) - Date.now()).toBeLessThanOrEqual(15 * 60 * 1000)
    expect(await (await fetch(link.url)).text()).toBe('hello')
  })

  it('may end by cancelling: the bytes are gone, and the URL is good for nothing', async () => {
    const before = await storedNames(api)
    const session = await aSession(api)
    await put(session, 'hello')
    expect(await storedNames(api)).toHaveLength(before.length + 1)
    const cancelled = successOf(await cancel(session.id))
    expect(cancelled).toMatchObject({ status: 'CANCELLED', expiresAt: null, completedAt: null })
    expect(await retrieve(session.id)).toEqual(cancelled)
    expect(await storedNames(api)).toEqual(before)
    expect(outcome(await put(session, 'hello'))).toBe('403')
  })

  it('may end by time: it reads back as EXPIRED, takes no bytes and cannot be completed', async () => {
    const session = await aSession(api)
    await put(session, 'hello')
    await endSession(api, session, '-1 second')
    expect(await retrieve(session.id)).toMatchObject({ status: 'EXPIRED', expiresAt: null, completedAt: null })
    expect(outcome(await put(session, 'hello'))).toBe('403')
    expect(outcome(await complete(session.id))).toBe('422')
    expect(outcome(await cancel(session.id))).toBe('422')
    expect(outcome(await api.get(`/v1/files/${session.id}/url`))).toBe('422')
  })

  it('is that of a record, to which others can be linked', async () => {
    const { uploadUrl } = await aSession(api)
    const stored = await api.sql('select object_type, fields, deleted_at from record where id = $1', [
      uuidOf(uploadUrl),
    ])
    expect(stored).toEqual([
      {
        object_type: objectTypes.file.number,
        fields: { $filename: { value: 'notes.txt', valueType: 'TEXT' } },
        deleted_at: null,
      },
    ])
  })
})

describe('POST /v1/files, 200', () => {
  it.each([
    ['playbook.md', /^playbook_\d{13}\.md$/],
    ['archive.tar.gz', /^archive\.tar_\d{13}\.gz$/],
    ['README', /^README_\d{13}$/],
    ['.profile', /^\.profile_\d{13}$/],
  ])('gives knowledge a name of its own: %s', async (filename, stored) => {
    const session = await aSession(api, { filename, purpose: 'knowledge_user' })
    expect(session.filename).toMatch(stored)
    expect(session.filename).toContain(String(Date.parse(session.createdAt)))
    expect(session.uploadHeaders).toEqual({ 'content-type': 'text/plain', 'if-none-match': '*' })
  })

  it('takes knowledge of the workspace from an admin', async () => {
    expect(outcome(await create({ purpose: 'knowledge_workspace' }))).toBe('200')
  })

  it.each([
    ['meeting_transcript', 'text/vtt', 25 * 1024 * 1024],
    ['meeting_transcript', 'TEXT/Plain; charset=utf-8', 5],
    ['meeting_transcript', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 5],
    ['email_attachment', 'image/svg+xml', 20 * 1024 * 1024],
    ['knowledge_user', 'application/x-anything', 512 * 1024 * 1024],
    [undefined, 'application/octet-stream', 512 * 1024 * 1024],
  ])('takes for %s a %s of %i bytes', async (purpose, mimeType, sizeBytes) => {
    const session = await aSession(api, { purpose, mimeType, sizeBytes })
    expect(session).toMatchObject({ mimeType, sizeBytes, uploadHeaders: { 'content-type': mimeType } })
    expect(session).not.toHaveProperty('purpose')
  })

  it.each([
    ['a way up', '../../etc/passwd'],
    ['a way on Windows', 'C:\\temp\\a.txt'],
    ['accents, quotes and signs', 'naïve "quoted" €.txt'],
    ['two lines', 'two\nlines'],
    ['255 characters outside the basic plane', '😀'.repeat(255)],
    ['a space', ' '],
    ['the folder above', '..'],
  ])('takes any name, as it is: %s', async (_name, filename) => {
    const file = await aFile(api, 'hello', { filename })
    expect((await retrieve(file.id)).filename).toBe(filename)
    expect((await contentsOfFile(api, file)).toString()).toBe('hello')
  })

  it('remembers what a file is for without ever telling', async () => {
    const { id } = await aFile(api, 'hello', { purpose: 'meeting_transcript' })
    expect(await retrieve(id)).not.toHaveProperty('purpose')
    const [stored] = await api.sql<{ purpose: string }>('select purpose from file order by id desc limit 1')
    expect(stored?.purpose).toBe('meeting_transcript')
  })

  it('answers a repeated idempotency key with the first response, and makes one file', async () => {
    const headers = { 'idempotency-key': 'once' }
    const count = async () => (await api.get<{ totalCount: number }>('/v1/files?limit=1')).body.totalCount
    const before = await count()
    const answers = await Promise.all([1, 2, 3, 4].map(() => api.post<Session>('/v1/files', announced, { headers })))
    const again = await api.post<Session>('/v1/files', { ...announced, filename: 'other.txt' }, { headers })
    expect(new Set([...answers, again].map(({ text }) => text)).size).toBe(1)
    expect(again.body.filename).toBe('notes.txt')
    expect(await count()).toBe(before + 1)
  })
})

describe('POST /v1/files, refused', () => {
  it.each([
    [{ filename: undefined }, '400 parameter_missing filename'],
    [{ mimeType: undefined }, '400 parameter_missing mimeType'],
    [{ sizeBytes: undefined }, '400 parameter_missing sizeBytes'],
    [{ filename: 5 }, '400 invalid_type filename'],
    [{ mimeType: null }, '400 invalid_type mimeType'],
    [{ sizeBytes: '5' }, '400 invalid_type sizeBytes'],
    [{ sizeBytes: 1.5 }, '400 invalid_type sizeBytes'],
    [{ purpose: 5 }, '400 invalid_type purpose'],
    [{ purpose: null }, '400 invalid_type purpose'],
    [{ colour: 'red' }, '400 unknown_field colour'],
    [{ purpose: 'toString' }, '422 purpose'],
    [{ filename: '' }, '422 filename'],
    [{ filename: '0123456789abcdef'.repeat(16) }, '422 filename'],
    [{ filename: 'a\0b' }, '422 filename'],
    [{ filename: '\ud800' }, '422 filename'],
    [{ sizeBytes: 0 }, '422 sizeBytes'],
    [{ sizeBytes: -1 }, '422 sizeBytes'],
    [{ sizeBytes: 512 * 1024 * 1024 + 1 }, '422 sizeBytes'],
    [{ sizeBytes: 2 ** 60 }, '422 sizeBytes'],
    [{ mimeType: '' }, '422 mimeType'],
    [{ mimeType: 'text' }, '422 mimeType'],
    [{ mimeType: 'text/plain\r\nx-evil: 1' }, '422 mimeType'],
    [{ mimeType: 'text/plä' }, '422 mimeType'],
    [{ purpose: 'meeting_transcript', mimeType: 'image/png' }, '422 mimeType'],
    [{ purpose: 'meeting_transcript', sizeBytes: 25 * 1024 * 1024 + 1 }, '422 sizeBytes'],
    [{ purpose: 'email_attachment', sizeBytes: 20 * 1024 * 1024 + 1 }, '422 sizeBytes'],
    // What cannot be read comes before what breaks a rule.
    [{ filename: '', sizeBytes: undefined }, '400 parameter_missing sizeBytes'],
  ])('%o: %s, and nothing is written', async (input, expected) => {
    const before = await contentsOf(api)
    expect(outcome(await create(input))).toBe(expected)
    expect(await contentsOf(api)).toEqual(before)
  })

  it('403: knowledge of the workspace from the key of somebody who is no admin', async () => {
    const { key } = await aKey(api, { memberId: (await aMember(api)).id })
    const response = await api.post('/v1/files', { ...announced, purpose: 'knowledge_workspace' }, { key })
    expect(outcome(response)).toBe('403')
    expect(outcome(await api.post('/v1/files', { ...announced, purpose: 'knowledge_user' }, { key }))).toBe('200')
  })

  it('403: knowledge of a user from a key that acts for nobody', async () => {
    const maker = await aMember(api, { role: 'admin' })
    const theirs = rekeyed(api, (await aKey(api, { memberId: maker.id })).key)
    const { key } = await aKey(theirs)
    await api.delete(`/admin/v1/members/${maker.id}`)
    expect(outcome(await api.post('/v1/files', { ...announced, purpose: 'knowledge_user' }, { key }))).toBe('403')
    expect(outcome(await api.post('/v1/files', announced, { key }))).toBe('200')
  })

  it('400 and 415: without a body, or with one that is no JSON object', async () => {
    expect(outcome(await api.post('/v1/files'))).toBe('400 parameter_missing')
    expect(outcome(await api.post('/v1/files', []))).toBe('400 invalid_type')
    const headers = { 'content-type': 'text/plain' }
    expect(outcome(await api.post('/v1/files', announced, { headers }))).toBe('415')
  })
})

describe('POST /v1/files/{id}/complete', () => {
  it('422: before the bytes are there; the session stays open', async () => {
    const session = await aSession(api)
    expect(outcome(await complete(session.id))).toBe('422')
    expect((await retrieve(session.id)).status).toBe('PENDING')
    await put(session, 'hello')
    expect(outcome(await complete(session.id))).toBe('200')
  })

  it('422: when fewer bytes came than were announced; they can be sent again', async () => {
    const session = await aSession(api)
    expect(outcome(await put(session, 'hell'))).toBe('200')
    expect(outcome(await complete(session.id))).toBe('422')
    expect((await retrieve(session.id)).status).toBe('PENDING')
    await put(session, 'hello')
    expect(outcome(await complete(session.id))).toBe('200')
  })

  it('422 md5: when the bytes are others than meant; they can be sent again', async () => {
    const session = await aSession(api)
    await put(session, 'jello')
    expect(outcome(await complete(session.id, { md5: helloMd5 }))).toBe('422 md5')
    expect((await retrieve(session.id)).status).toBe('PENDING')
    await put(session, 'hello')
    expect(outcome(await complete(session.id, { md5: helloMd5 }))).toBe('200')
    expect((await contentsOfFile(api, session)).toString()).toBe('hello')
  })

  it('422: when the bytes are gone from the disk', async () => {
    const session = await aSession(api)
    await put(session, 'hello')
    await removeBytes(api, session)
    expect(outcome(await complete(session.id))).toBe('422')
  })

  it.each([
    [undefined, '400 parameter_missing'],
    [{ md5: helloMd5.toUpperCase() }, '422 md5'],
    [{ md5: 'abc' }, '422 md5'],
    [{ md5: 5 }, '400 invalid_type md5'],
    [{ md5: null }, '400 invalid_type md5'],
    [{ sha256: 'a' }, '400 unknown_field sha256'],
    [[], '400 invalid_type'],
    [null, '400 invalid_type'],
  ])('%j as the body: %s', async (body, expected) => {
    const session = await aSession(api)
    await put(session, 'hello')
    expect(outcome(await api.post(`/v1/files/${session.id}/complete`, body))).toBe(expected)
    expect((await retrieve(session.id)).status).toBe('PENDING')
  })

  it('completes once, whoever asks at the same time, and says so to all who complete it', async () => {
    const session = await aSession(api)
    await put(session, 'hello')
    const [one, other, cancelled] = await Promise.all([complete(session.id), complete(session.id), cancel(session.id)])
    const isCancelled = cancelled.status === 200
    expect([one, other, cancelled].map(outcome)).toEqual(isCancelled ? ['422', '422', '200'] : ['200', '200', '422'])
    expect(other.body).toEqual(isCancelled ? expect.anything() : one.body)
  })

  it('answers with the file when it is sent again, also with the MD5 of its bytes, and with no other', async () => {
    const session = await aSession(api)
    await put(session, 'hello')
    const completed = successOf(await complete(session.id))
    expect(successOf(await complete(session.id))).toEqual(completed)
    expect(successOf(await complete(session.id, { md5: helloMd5 }))).toEqual(completed)
    expect(outcome(await complete(session.id, { md5: '0'.repeat(32) }))).toBe('422 md5')
    expect(await retrieve(session.id)).toEqual(completed)
  })
})

describe('the state of a file', () => {
  it('422: only an open session is cancelled, a cancelled one not completed; only a completed file has a URL', async () => {
    const open = await aSession(api)
    const { id: completed } = await aFile(api)
    const { id: cancelled } = await aSession(api)
    await cancel(cancelled, {})
    const outcomes = async (id: string) => [
      outcome(await api.get(`/v1/files/${id}/url`)),
      outcome(await complete(id)),
      outcome(await cancel(id)),
    ]
    expect(await outcomes(completed)).toEqual(['200', '200', '422'])
    expect(await outcomes(cancelled)).toEqual(['422', '422', '422'])
    expect(outcome(await api.get(`/v1/files/${open.id}/url`))).toBe('422')
    expect((await retrieve(completed)).status).toBe('COMPLETED')
    expect((await retrieve(cancelled)).status).toBe('CANCELLED')
  })

  it('400: the body of a cancel is closed', async () => {
    const { id } = await aSession(api)
    expect(outcome(await cancel(id, { reason: 'none' }))).toBe('400 unknown_field reason')
    expect(outcome(await cancel(id, {}))).toBe('200')
  })
})

describe('404', () => {
  it.each(['fil_unknown', 'fil_00000000000000000000000000', 'mem_00000000000000000000000000', '%00', '..%2f..'])(
    'for every operation on %s',
    async (id) => {
      const answers = [
        await api.get(`/v1/files/${id}`),
        await api.get(`/v1/files/${id}/url`),
        await complete(id),
        await cancel(id),
      ]
      expect(answers.map(outcome)).toEqual(['404', '404', '404', '404'])
      expect(answers[0]?.text).toContain("No resource found in 'files' with the given ID.")
    },
  )

  it('for the files of another workspace', async () => {
    const other = await anotherWorkspace(api)
    const { id } = await aFile(api)
    expect(outcome(await other.get(`/v1/files/${id}`))).toBe('404')
    expect(outcome(await other.get(`/v1/files/${id}/url`))).toBe('404')
    expect(outcome(await other.post(`/v1/files/${id}/cancel`))).toBe('404')
    expect((await other.get<{ totalCount: number }>('/v1/files')).body.totalCount).toBe(0)
  })
})

describe('GET /v1/files', () => {
  it('lists all files, newest first, page by page', async () => {
    const other = await anotherWorkspace(api)
    const made: string[] = []
    for (let count = 0; count < 3; count += 1) made.unshift((await aSession(other)).id)
    const page = async (query: string) => {
      const { body } = await other.get<{ object: string; data: FileBody[]; totalCount: number }>(`/v1/files${query}`)
      return [body.object, body.data.map(({ id }) => id), body.totalCount]
    }
    expect(await page('')).toEqual(['list', made, 3])
    expect(await page('?limit=2')).toEqual(['list', made.slice(0, 2), 3])
    expect(await page('?limit=2&offset=2')).toEqual(['list', made.slice(2), 3])
    expect(await page('?offset=9')).toEqual(['list', [], 3])
    expect(await page('?status=PENDING&$name[equal]=x')).toEqual(['list', made, 3])
    expect(successOf(await other.get<FileBody>(`/v1/files/${made[0]}`)).id).toBe(made[0])
  })

  it.each(['limit=0', 'limit=26', 'limit=x', 'offset=-1'])('400: %s', async (query) => {
    expect(outcome(await api.get(`/v1/files?${query}`))).toBe(`400 invalid_type ${query.split('=')[0]}`)
  })
})

describe('what a key needs', () => {
  it.each([
    ['files:create', 'files:read'],
    ['files:read', 'files:create'],
  ] as const)('%s does not do for what needs %s', async (scope, other) => {
    const { id } = await aFile(api)
    const { key } = await aKey(api, { scopes: [scope] })
    const operations = {
      'files:create': [
        () => api.post('/v1/files', announced, { key }),
        () => api.post(`/v1/files/${id}/complete`, {}, { key }),
        () => api.post(`/v1/files/${id}/cancel`, {}, { key }),
      ],
      'files:read': [
        () => api.get('/v1/files', { key }),
        () => api.get(`/v1/files/${id}`, { key }),
        () => api.get(`/v1/files/${id}/url`, { key }),
      ],
    }
    for (const refused of operations[other]) expect(outcome(await refused())).toBe('403')
    for (const allowed of operations[scope]) expect(outcome(await allowed())).not.toBe('403')
  })
})
