import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { successOf } from '../../../test/factories.ts'
import { anotherWorkspace, outcome, startApi } from '../../../test/harness.ts'
import {
  aFile,
  aSession,
  contentsOfFile,
  cutUpload,
  endSession,
  type FileBody,
  put,
  putStream,
  type Session,
  storedNames,
  uploadsOf,
  urlOf,
  uuidOf,
} from '../../../test/uploads.ts'
import { signedUrl } from '../../domain/files/signed-urls.ts'

const api = await startApi({ OPENFIELD_CORS_ORIGINS: 'https://app.example' })

const complete = (id: string, body: object = {}) => api.post<FileBody>(`/v1/files/${id}/complete`, body)
const cancel = (id: string) => api.post(`/v1/files/${id}/cancel`)
const statusOf = async (id: string) => successOf(await api.get<FileBody>(`/v1/files/${id}`)).status
/** Where the server finds out by itself. */
const soon = { timeout: 10_000, interval: 20 }
const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex')
const get = (url: string, headers: Record<string, string> = {}) =>
  api.raw({ method: 'GET', path: url.slice(api.url.length), headers })
const namesOf = async ({ uploadUrl }: Session) =>
  (await storedNames(api)).filter((name) => name.startsWith(uuidOf(uploadUrl)))

describe('an upload', () => {
  it('can be sent again until the file is completed: the last one counts, the others are gone', async () => {
    const session = await aSession(api)
    for (const contents of ['first', 'secnd', 'hello']) expect((await put(session, contents)).status).toBe(200)
    expect(await namesOf(session)).toHaveLength(1)
    successOf(await complete(session.id))
    expect(outcome(await put(session, 'later'))).toBe('403')
    expect((await contentsOfFile(api, session)).toString()).toBe('hello')
    expect(await namesOf(session)).toHaveLength(1)
  })

  it('may come in chunks of no announced length', async () => {
    const session = await aSession(api)
    const chunked = { ...session.uploadHeaders, 'transfer-encoding': 'chunked' }
    expect((await put(session, 'hello', chunked)).status).toBe(200)
    successOf(await complete(session.id))
  })

  it('is kept byte for byte, whatever it holds', async () => {
    const bytes = randomBytes(3_000_000)
    const file = await aFile(api, bytes, { mimeType: 'application/json' })
    expect(md5(await contentsOfFile(api, file))).toBe(md5(bytes))
  })

  it('413: larger than announced is refused before it is read, or as soon as it is; nothing is kept', async () => {
    const session = await aSession(api)
    const large = 'hello'.repeat(200_000)
    expect(outcome(await put(session, large))).toBe('413')
    const chunked = { ...session.uploadHeaders, 'transfer-encoding': 'chunked' }
    expect(outcome(await put(session, large, chunked))).toBe('413')
    expect(outcome(await put(session, 'hello!', chunked))).toBe('413')
    expect(await namesOf(session)).toEqual([])
    expect(outcome(await complete(session.id))).toBe('422')
    expect((await put(session, 'hello')).status).toBe(200)
    successOf(await complete(session.id))
  })

  it('403: without exactly the headers it was announced with', async () => {
    const session = await aSession(api, { purpose: 'knowledge_user' })
    const { 'content-type': type, 'if-none-match': match } = session.uploadHeaders
    for (const headers of [
      {},
      { 'content-type': type },
      { 'if-none-match': match },
      { 'content-type': 'text/html', 'if-none-match': match },
      { 'content-type': `${type}; charset=utf-8`, 'if-none-match': match },
      { 'content-type': type, 'if-none-match': '"etag"' },
    ]) {
      expect(outcome(await put(session, 'hello', headers))).toBe('403')
    }
    expect(await namesOf(session)).toEqual([])
  })

  it('412: knowledge is written once', async () => {
    const session = await aSession(api, { purpose: 'knowledge_user' })
    expect((await put(session, 'hello')).status).toBe(200)
    expect(outcome(await put(session, 'jello'))).toBe('412')
    successOf(await complete(session.id))
    expect((await contentsOfFile(api, session)).toString()).toBe('hello')
  })

  it('412: also when several come at once: one of them is it', async () => {
    const session = await aSession(api, { purpose: 'knowledge_workspace', sizeBytes: 300_000 })
    const contents = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(300_000))
    const answers = await Promise.all(contents.map((one) => put(session, one)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412])
    successOf(await complete(session.id))
    const kept = contents[answers.findIndex(({ status }) => status === 200)]
    expect((await contentsOfFile(api, session)).toString()).toBe(kept)
    expect(await namesOf(session)).toHaveLength(1)
  })

  it('does not mix with others of the same session at the same time', async () => {
    const session = await aSession(api, { sizeBytes: 1_000_000 })
    const contents = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => letter.repeat(1_000_000))
    const answers = await Promise.all(contents.map((one) => put(session, one)))
    expect(answers.map(({ status }) => status)).toEqual(contents.map(() => 200))
    successOf(await complete(session.id))
    expect(contents).toContain((await contentsOfFile(api, session)).toString())
    expect(await namesOf(session)).toHaveLength(1)
  })

  it('races with complete and cancel to a state of the documentation', async () => {
    for (let round = 0; round < 5; round += 1) {
      const session = await aSession(api)
      await put(session, 'hello')
      const ends = [put(session, 'jello'), complete(session.id), round % 2 ? cancel(session.id) : put(session, 'cello')]
      const answers = await Promise.all(ends)
      expect([200, 403, 422]).toEqual(expect.arrayContaining(answers.map(({ status }) => status)))
      const status = await statusOf(session.id)
      if (status === 'PENDING') successOf(await complete(session.id))
      if (status === 'CANCELLED') await vi.waitFor(async () => expect(await namesOf(session)).toEqual([]), soon)
      else expect((await contentsOfFile(api, session)).toString()).toMatch(/^[hjc]ello$/)
    }
  })
})

describe('an upload that breaks off', () => {
  it.each([
    ['before the first byte', 100_000, ''],
    ['after some bytes', 100_000, 'x'.repeat(70_000)],
    ['before the last byte', 5, 'hell'],
    ['within a chunk', 'chunked', '5\r\nhel'],
    ['between chunks', 'chunked', '2\r\nhe\r\n'],
    ['before the chunk that ends it', 'chunked', '5\r\nhello\r\n'],
  ] as const)('%s leaves the session open and nothing behind; it can be sent again', async (_name, announced, body) => {
    const session = await aSession(api, { sizeBytes: announced === 'chunked' ? 5 : announced })
    const begun = () => vi.waitFor(async () => expect(await uploadsOf(api, session)).toBe(1), soon)
    await cutUpload(session, announced, body, begun)
    await vi.waitFor(async () => expect(await uploadsOf(api, session)).toBe(0), soon)
    expect(await namesOf(session)).toEqual([])
    expect(await statusOf(session.id)).toBe('PENDING')
    expect(outcome(await complete(session.id))).toBe('422')

    const whole = 'y'.repeat(session.sizeBytes)
    expect((await put(session, whole)).status).toBe(200)
    successOf(await complete(session.id))
    expect((await contentsOfFile(api, session)).toString()).toBe(whole)
  })

  it('after the last byte, before the answer, may have arrived; it can be sent again', async () => {
    const session = await aSession(api)
    await cutUpload(session, 5, 'hello', async () => {})
    expect((await put(session, 'hello')).status).toBe(200)
    successOf(await complete(session.id))
    expect((await contentsOfFile(api, session)).toString()).toBe('hello')
    await vi.waitFor(async () => expect(await namesOf(session)).toHaveLength(1), soon)
  })

  it('by the end of its session is refused, though it began in time', async () => {
    const session = await aSession(api, { sizeBytes: 10 })
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    async function* slowly() {
      yield Buffer.from('hello')
      begin()
      await ended
      yield Buffer.from('hello')
    }
    const answer = putStream(session, slowly())
    await begun
    await vi.waitFor(async () => expect(await namesOf(session)).toHaveLength(1), soon)
    await endSession(api, session, '-1 second')
    end()
    expect((await answer).status).toBe(403)
    expect(await namesOf(session)).toEqual([])
  })
})

describe('a signed URL', () => {
  const signer = async (url: string) => {
    const [secret] = await api.sql<{ value: Buffer }>("select value from secret where name = 'file-urls'")
    const ctx = {
      workspace: Number(new URL(url).searchParams.get('workspace')),
      publicUrl: api.url,
      urlSecret: async () => secret?.value ?? Buffer.alloc(0),
      now: () => new Date(),
    }
    return (method: 'PUT' | 'GET', expiresAt: Date) => signedUrl(ctx, method, uuidOf(url), expiresAt)
  }

  it('403: any part of it that is changed makes it worthless', async () => {
    const file = await aFile(api)
    const other = await aFile(api, 'other')
    const neighbour = await aFile(await anotherWorkspace(api), 'secret')
    const url = await urlOf(api, file)
    const query = new URL(url).searchParams
    const withQuery = (name: string, value: string) => {
      const changed = new URL(url)
      changed.searchParams.set(name, value)
      return changed.href
    }
    const signature = query.get('signature') ?? ''
    const changed = [
      url.replace(file.id, other.id),
      url.replace(file.id, neighbour.id),
      url.replace(file.id, file.id.toUpperCase()),
      url.replace(file.id, file.id.replace('_', '%5F')),
      url.replace(file.id, `..%2f${file.id}`),
      withQuery('workspace', String(Number(query.get('workspace')) + 1)),
      withQuery('expires', String(Number(query.get('expires')) + 1)),
      withQuery('expires', '99999999999999'),
      withQuery('signature', ''),
      withQuery('signature', signature.slice(0, -1)),
      withQuery('signature', `${signature}A`),
      withQuery('signature', signature.toLowerCase()),
      // Every letter counts, the last one too, of which four bits would do.
      ...Array.from(signature, (letter, at) =>
        withQuery('signature', signature.slice(0, at) + (letter === 'A' ? 'B' : 'A') + signature.slice(at + 1)),
      ),
      `${url}&signature=${signature}`,
      `${url}&x=1`,
      url.replace('?', '?x=1&'),
      url.split('&signature')[0] ?? '',
      url.split('?')[0] ?? '',
    ]
    for (const one of changed) expect([one, outcome(await get(one))]).toEqual([one, '403'])
    expect((await get(url)).text).toBe('hello')
  })

  it('403: it is good for its method only', async () => {
    const session = await aSession(api)
    await put(session, 'hello')
    expect(outcome(await get(session.uploadUrl))).toBe('403')
    successOf(await complete(session.id))
    const url = await urlOf(api, session)
    expect(outcome(await put({ ...session, uploadUrl: url }, 'jello'))).toBe('403')
    expect((await get(url)).text).toBe('hello')
  })

  it('403: it is good until its time is over', async () => {
    const session = await aSession(api)
    const sign = await signer(session.uploadUrl)
    const [before, after] = [new Date(Date.now() + 5_000), new Date(Date.now() - 1)]
    expect(outcome(await put({ ...session, uploadUrl: await sign('PUT', after) }, 'hello'))).toBe('403')
    expect((await put({ ...session, uploadUrl: await sign('PUT', before) }, 'hello')).status).toBe(200)
    successOf(await complete(session.id))
    expect(outcome(await get(await sign('GET', after)))).toBe('403')
    expect((await get(await sign('GET', before))).text).toBe('hello')
  })

  it('needs no key, and no version of the API', async () => {
    const response = await get(await urlOf(api, await aFile(api)), { authorization: 'Bearer sk_of_unknown' })
    expect(response.status).toBe(200)
  })

  it('404: answers to no other method', async () => {
    const url = await urlOf(api, await aFile(api))
    for (const method of ['POST', 'DELETE', 'PATCH']) {
      expect(outcome(await api.raw({ method, path: url.slice(api.url.length) }))).toBe('404')
    }
  })

  it('lets pages of a listed origin upload and download', async () => {
    const session = await aSession(api)
    const preflight = await api.raw({
      method: 'OPTIONS',
      path: session.uploadUrl.slice(api.url.length),
      headers: {
        origin: 'https://app.example',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'content-type,if-none-match',
      },
    })
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': expect.stringContaining('PUT'),
      'access-control-allow-headers': 'content-type,if-none-match',
    })
  })
})

describe('a download', () => {
  const contents = 'The quick brown fox'
  const range = async (url: string, headers: Record<string, string>) => {
    const { status, text, headers: answered } = await get(url, headers)
    return [status, status < 400 ? text : answered['content-range'], answered['content-length']]
  }

  it('is of all bytes or of a part', async () => {
    const url = await urlOf(api, await aFile(api, contents))
    expect(await range(url, {})).toEqual([200, contents, '19'])
    expect(await range(url, { range: 'bytes=4-8' })).toEqual([206, 'quick', '5'])
    expect(await range(url, { range: 'bytes=16-' })).toEqual([206, 'fox', '3'])
    expect(await range(url, { range: 'bytes=-3' })).toEqual([206, 'fox', '3'])
    expect(await range(url, { range: 'bytes=-99' })).toEqual([206, contents, '19'])
    expect(await range(url, { range: 'bytes=16-99' })).toEqual([206, 'fox', '3'])
    expect(await range(url, { range: 'bytes=0-0,2-3' })).toEqual([200, contents, '19'])
    expect(await range(url, { range: 'lines=1-2' })).toEqual([200, contents, '19'])
    expect((await get(url, { range: 'bytes=4-8' })).headers['content-range']).toBe('bytes 4-8/19')
    expect((await get(url)).headers['accept-ranges']).toBe('bytes')
  })

  it('416: of a part that is not there', async () => {
    const url = await urlOf(api, await aFile(api, contents))
    expect(outcome(await get(url, { range: 'bytes=19-' }))).toBe('416')
    expect(await range(url, { range: 'bytes=19-' })).toEqual([416, 'bytes */19', expect.any(String)])
  })

  it('is of all bytes when a part is asked for of a file that is another by now', async () => {
    const url = await urlOf(api, await aFile(api, contents))
    const { etag = '' } = (await get(url)).headers
    expect(await range(url, { range: 'bytes=4-8', 'if-range': etag })).toEqual([206, 'quick', '5'])
    expect(await range(url, { range: 'bytes=4-8', 'if-range': '"other"' })).toEqual([200, contents, '19'])
  })

  it.each(['text/html', 'TEXT/HTML; charset=utf-8', 'image/svg+xml', 'application/xml', 'text/javascript', 'text/css'])(
    'of %s is for saving: no page can be made of it, nor used in one of ours',
    async (mimeType) => {
      const file = await aFile(api, '<script>alert(1)</script>', { mimeType, filename: 'page.html' })
      const { headers } = await get(await urlOf(api, file))
      expect(headers).toMatchObject({
        'content-type': 'application/octet-stream',
        'content-disposition': 'attachment; filename=page.html',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "sandbox; default-src 'none'",
      })
    },
  )

  it.each([
    'text/plain',
    'text/vtt; charset=utf-8',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    'image/png',
  ])('says that it is %s', async (mimeType) => {
    const { headers } = await get(await urlOf(api, await aFile(api, 'x', { mimeType })))
    expect(headers['content-type']).toBe(mimeType)
    expect(headers['content-disposition']).toMatch(/^attachment; /)
  })

  it.each([
    ['../../etc/passwd', 'attachment; filename=.._.._etc_passwd'],
    ['C:\\a\\b.txt', 'attachment; filename="C:_a_b.txt"'],
    ['a "b".txt', 'attachment; filename="a \\"b\\".txt"'],
    ['naïve €.txt', `attachment; filename="na?ve ?.txt"; filename*=UTF-8''na%C3%AFve%20%E2%82%AC.txt`],
    [
      'a\r\nSet-Cookie: b=c',
      `attachment; filename="a??Set-Cookie: b=c"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20b%3Dc`,
    ],
  ])('proposes a name that leads nowhere, for %j', async (filename, expected) => {
    const { headers } = await get(await urlOf(api, await aFile(api, 'x', { filename })))
    expect(headers['content-disposition']).toBe(expected)
    expect(headers).not.toHaveProperty('set-cookie')
  })
})
