import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { anAccount, successOf } from '../../test/factories.ts'
import { createDatabase, dropDatabase, headersOf, outcome, startApi } from '../../test/harness.ts'
import { newDataFolder, runProgram } from '../../test/program.ts'
import { send, sendBytes } from '../../test/request.ts'
import { startSmtp, startTokenProvider } from '../../test/smtp.ts'
import { buildApp } from '../app.ts'
import { loggedUrl } from './errors.ts'

const api = await startApi({ OPENFIELD_WORKER: 'off' })

const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth)

describe('a body', () => {
  const post = (path: string, body: string | Buffer, headers: object = {}, method = 'POST') =>
    api.raw({ method, path, headers: { ...headersOf(api.key, true), ...headers }, body })

  it.each<[string, string]>([
    ['arrays', nested(200_000, '[', ']')],
    ['objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['101 levels', `{"x":${nested(100, '[', ']')}}`],
    ['brackets that are never closed', '['.repeat(1_000_000)],
  ])('400: of %s deep in each other is refused before anything goes through it', async (_what, deep) => {
    const message = 'The body has more than 100 levels.'
    for (const [method, path] of [
      ['POST', '/v1/accounts'],
      ['PATCH', '/admin/v1/preferences'],
      ['POST', '/admin/v1/views'],
    ] as const) {
      const response = await post(path, deep, {}, method)
      expect([path, outcome(response), response.text.includes(message)]).toEqual([path, '400 invalid_type', true])
    }
  })

  it('may have 100 levels, and any number of brackets in texts', async () => {
    const levels = await post('/admin/v1/preferences', `{"x":${nested(99, '[', ']')}}`, {}, 'PATCH')
    expect(outcome(levels)).toBe('200')
    const { fields } = await anAccount(api, { $name: `\\"${'[{'.repeat(99)}` })
    expect(fields.$name?.value).toBe(`\\"${'[{'.repeat(99)}`)
  })

  it('415: is not unpacked, so that a small one cannot become a large one', async () => {
    const bomb = gzipSync(JSON.stringify({ fields: { $name: 'x'.repeat(10_000_000) } }))
    for (const encoding of ['gzip', 'br', 'deflate', 'zstd', 'gzip, identity']) {
      expect(outcome(await post('/v1/accounts', bomb, { 'content-encoding': encoding }))).toBe('415')
    }
    const plain = JSON.stringify({ fields: { $name: 'Plain' } })
    expect(outcome(await post('/v1/accounts', plain, { 'content-encoding': 'identity' }))).toBe('200')
  })

  it('400: with two ways to tell its end is no request, so that no proxy reads another one', async () => {
    const head = 'POST /v1/accounts HTTP/1.1\r\nhost: x\r\n'
    for (const headers of [
      'content-length: 5\r\ntransfer-encoding: chunked\r\n',
      'transfer-encoding: chunked, identity\r\n',
      'transfer-encoding: xchunked\r\n',
      'content-length: +5\r\n',
    ]) {
      expect(await sendBytes(api.url, `${head}${headers}\r\n0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /)
    }
  })
})

/** The first who asks for the web app waits until it is bundled. */
const whileBundling = { timeout: 60_000 }

describe('a path', () => {
  const tricks = [
    '..',
    '%2e%2e',
    '..%2f',
    '%2e%2e%2f',
    '..%5c',
    '..\\',
    '....//',
    '..%252f',
    '%c0%ae%c0%ae/',
    './.',
    '%00',
  ]
  const targets = ['package.json', 'etc/passwd', 'src/main.ts']

  it.each(['/crm/assets/', '/docs/', '/docs/site/', '/using-the-api/', '/files/', '/api/resources/'])(
    'below %s leads to no other file',
    whileBundling,
    async (base) => {
      for (const trick of tricks) {
        for (const target of targets) {
          const path = `${base}${`${trick}/`.repeat(6)}${target}`
          const answer = await sendBytes(api.url, `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
          // Every address of the web app is its page, which has the address read by the browser.
          const isHarmless = /^HTTP\/1\.1 (400|403|404) |\n<div id="app"><\/div>\n/
          expect([path, answer]).toEqual([path, expect.stringMatching(isHarmless)])
          expect(answer).not.toMatch(/root:|"workspaces"|import /)
        }
      }
    },
  )

  it('400: to download is decoded with care', async () => {
    for (const path of ['/admin/v1/export/%zz.csv', '/admin/v1/export/%ff.csv', '/admin/v1/imports/%/errors.csv']) {
      expect(outcome(await api.post('/admin/v1/downloads', { path }))).toBe('400 invalid_type path')
    }
    for (const path of ['//evil.example/x', 'https://evil.example/admin/v1/export/account.csv', '/../etc/passwd', '']) {
      expect(outcome(await api.post('/admin/v1/downloads', { path }))).toBe('404')
    }
  })
})

describe('the name of a host', () => {
  it('that a client sends stands in no link, and in no redirect', whileBundling, async () => {
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' }
    const { id } = await anAccount(api)
    for (const path of ['/', '/docs/', '/docs', '/crm', '/openapi.json', `/v1/accounts/${id}`, '/admin/v1/sign-in']) {
      const {
        status,
        headers: got,
        text,
      } = await api.raw({
        method: 'GET',
        path,
        headers: { ...headersOf(api.key, false), ...headers },
      })
      expect([path, status < 400, JSON.stringify(got) + text]).toEqual([
        path,
        true,
        expect.not.stringContaining('evil'),
      ])
    }
  })
})

describe('a client that takes its time', async () => {
  const app = await buildApp({ publicUrl: 'http://127.0.0.1' } as never, {
    rateLimit: 0,
    isAlone: true,
    corsOrigins: [],
    log: 'error',
    patience: { headersMs: 150, bodyMs: 150, everyMs: 20 },
  })
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  afterAll(() => app.close())

  /** Sends the beginning, then a letter now and then for as long as the server listens; returns what it says. */
  async function trickle(beginning: string, letter: string): Promise<string> {
    const socket = connect(Number(new URL(address).port), '127.0.0.1')
    let said = ''
    socket.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    socket.on('error', () => {})
    socket.write(beginning)
    const timer = setInterval(() => letter !== '' && socket.write(letter), 20)
    await once(socket, 'close')
    clearInterval(timer)
    return said
  }
  const tooLong = expect.stringMatching(/^HTTP\/1\.1 400 .*The request took too long to arrive\./s)

  it('with headers is sent away', async () => {
    expect(await trickle('GET /health HTTP/1.1\r\nhost: x\r\nx-slow: ', 'a')).toEqual(tooLong)
    expect(await trickle('G', '')).toEqual(tooLong)
  })

  it('with a body is sent away, however it says its length', async () => {
    const head = 'POST /admin/v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n'
    expect(await trickle(`${head}content-length: 100000\r\n\r\n{`, ' ')).toEqual(tooLong)
    expect(await trickle(`${head}transfer-encoding: chunked\r\n\r\n1\r\n{\r\n`, '1\r\n \r\n')).toEqual(tooLong)
  })

  it('and says nothing at all, is sent away', async () => {
    expect(await trickle('', '')).toMatch(/^$|took too long/)
  })

  it('between requests keeps its connection', async () => {
    const socket = connect(Number(new URL(address).port), '127.0.0.1')
    const ask = async () => {
      socket.write('GET /health HTTP/1.1\r\nhost: x\r\n\r\n')
      return String((await once(socket, 'data'))[0])
    }
    expect(await ask()).toMatch(/^HTTP\/1\.1 200/)
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(await ask()).toMatch(/^HTTP\/1\.1 200/)
    socket.destroy()
  })
})

describe('a server that logs everything', async () => {
  const database = await createDatabase()
  afterAll(() => dropDatabase(database))
  const secrets = {
    key: 'sk_of_attacks_0123456789abcdef',
    password: 'battery-staple-42',
    wrong: 'horse-correct-17',
    mail: 'smtp-secret-99',
    mailbox: 'mailbox-password-7',
    wrongMailbox: 'mailbox-password-8',
    refreshToken: 'refresh-token-1234567',
    accessToken: 'access-token-1234567',
    clientSecret: 'client-secret-1234567',
    webhook: `whsec_${Buffer.alloc(32, 'w').toString('base64')}`,
  }
  const program = runProgram(['serve'], {
    PORT: '0',
    OPENFIELD_LOG: 'info',
    OPENFIELD_SLOW_QUERY_MS: '0',
    OPENFIELD_RATE_LIMIT: '0',
    OPENFIELD_FILES_SHARED: 'on',
    DATABASE_URL: database,
    OPENFIELD_DATA_DIR: newDataFolder(),
    OPENFIELD_BOOTSTRAP_API_KEY: secrets.key,
    OPENFIELD_ADMIN_PASSWORD: secrets.password,
    OPENFIELD_SMTP_URL: `smtp://postman:${secrets.mail}@127.0.0.1:9`,
    OPENFIELD_MAIL_FROM: 'crm@example.com',
    OPENFIELD_ALLOWED_NETWORKS: '127.0.0.0/8',
  })
  const smtp = await startSmtp()
  const provider = await startTokenProvider()
  const url = await program.serving()
  const call = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
    send(url, {
      method,
      path,
      headers: { ...headersOf(secrets.key, body !== undefined), ...headers },
      body: body && JSON.stringify(body),
    })
  /** What it has logged, once it has logged the last of it. */
  async function logged(): Promise<string> {
    const { headers } = await call('GET', '/health')
    await expect.poll(() => program.said.errors).toContain(String(headers['x-request-id']))
    return program.said.errors
  }

  it('writes no key, no password, no cookie, no link and no signature', async () => {
    const shown = [...Object.values(secrets)]
    const session = { email: 'admin@example.com', password: secrets.password }
    const signedIn = await call('POST', '/admin/v1/session', session)
    shown.push(/openfield_session=([^;]+)/.exec(String(signedIn.headers['set-cookie']))?.[1] ?? 'no cookie')
    await call('POST', '/admin/v1/session', { ...session, password: secrets.wrong })
    await call('GET', '/v1/accounts', undefined, { authorization: `Basic ${secrets.wrong}` })
    shown.push(((await call('POST', '/admin/v1/api-keys', { name: 'A' })) as { body: { key: string } }).body.key)
    const invited = await call('POST', '/admin/v1/invitations', { email: 'a@b.example', role: 'member' })
    const token = (invited as { body: { link: string } }).body.link.split('#')[1] ?? 'no token'
    shown.push(token)
    await call('POST', '/admin/v1/welcome', { token })
    await call('POST', '/admin/v1/password-resets', { email: 'admin@example.com' })
    const file = { filename: 'a.txt', mimeType: 'text/plain', sizeBytes: 1 }
    const upload = successOf((await call('POST', '/v1/files', file)) as never) as { uploadUrl: string }
    const link = successOf(
      (await call('POST', '/admin/v1/downloads', { path: '/admin/v1/export/account.csv' })) as never,
    ) as { url: string }
    for (const address of [upload.uploadUrl, link.url]) {
      shown.push(new URL(address).searchParams.get('signature') ?? 'no signature')
      await send(url, { method: 'GET', path: address.slice(new URL(address).origin.length) })
    }
    // What mailboxes are signed in to with, right, wrong and refused, and what deliveries are signed with.
    smtp.passwords.set('ada@ours.example', secrets.mailbox)
    provider.state.answer = () => [400, { error: 'invalid_grant' }]
    const { clientSecret, refreshToken, accessToken } = secrets
    const oauth = { clientId: 'id', clientSecret, refreshToken, accessToken, tokenUrl: provider.tokenUrl }
    const mailbox = {
      email: 'ada@ours.example',
      smtp: { host: smtp.host, port: smtp.port, security: 'none' },
      imap: null,
    }
    const connect = (by: object) => call('POST', '/admin/v1/mailboxes', { ...mailbox, ...by })
    const connected = await connect({ password: secrets.mailbox })
    const answers = [connected, await connect({ password: secrets.wrongMailbox }), await connect({ oauth })]
    expect(answers.map(({ status }) => status)).toEqual([200, 422, 422])
    const hook = { url: `http://127.0.0.1:${smtp.port}/`, secret: secrets.webhook, objectTypes: ['account'] }
    const { id } = successOf((await call('POST', '/admin/v1/webhooks', hook)) as never) as { id: string }
    await call('POST', `/admin/v1/webhooks/${id}/test`, {})
    await call('POST', '/v1/accounts', { fields: { $name: 'Told' } })
    const delivered = async () => (await call('GET', `/admin/v1/webhooks/${id}/deliveries`)).text
    await expect.poll(delivered, { timeout: 20_000 }).toContain('"problem"')
    shown.push(secrets.webhook.slice('whsec_'.length))

    const log = await logged()
    expect(log).toContain('/admin/v1/welcome')
    expect(log).toContain('/admin/v1/mailboxes')
    expect(shown.filter((secret) => log.includes(secret))).toEqual([])
  })

  it('writes who guesses passwords: from where, at which account, and not what was typed', async () => {
    const guess = { email: 'somebody-there@example.com', password: secrets.wrong }
    const answers: { status: number; id: unknown }[] = []
    for (let turn = 0; turn < 7; turn += 1) {
      const { status, headers } = await call('POST', '/admin/v1/session', guess)
      answers.push({ status, id: headers['x-request-id'] })
      if (status === 429) await new Promise((resolve) => setTimeout(resolve, 1100))
    }
    const sixth = answers.filter(({ status }) => status === 401)[5]
    const lines = (await logged()).split('\n').filter((line) => line.includes('Signing in fails again'))
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { requestId: sixth?.id, address: '127.0.0.1', account: 's…@example.com' },
    ])
    expect(await logged()).not.toContain('somebody-there')
  })

  it('writes one line of JSON for each thing, whatever a client calls itself and what it asks for', async () => {
    const before = (await logged()).split('\n').length
    const nasty = '\u001b[31m\u0007{"level":50}\\r\\n'
    const tricks = [
      `GET /v1/accounts?$name=%0d%0a{"level":60} HTTP/1.1\r\nuser-agent: {"level":50}\r\n`,
      'GET /v1/%1b[2J%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\n',
      'GET /v1/accounts HTTP/1.1\r\nx-request-id: req_1\\r\\n{"level":50}\r\n',
    ]
    for (const trick of tricks) {
      const answer = await sendBytes(url, `${trick}host: x\r\nconnection: close\r\n\r\n`)
      expect(answer).not.toMatch(/^set-cookie|^req_1/im)
    }
    await call('POST', '/v1/accounts', { fields: { $name: nasty } })
    await call('POST', '/admin/v1/session', { email: `${nasty}@example.com`, password: 'x' })
    const lines = (await logged()).split('\n').slice(before - 1, -1)
    expect(lines.length).toBeGreaterThan(tricks.length)
    for (const line of lines) {
      const { level, requestId } = JSON.parse(line)
      expect([level, requestId]).toEqual([expect.toBeOneOf([30, 50]), expect.stringMatching(/^req_[0-9a-f]{32}$/)])
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal would obey
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
    }
  })

  it('answers others while very many connections do nothing', async () => {
    const count = Number(process.env['OPENFIELD_TEST_CONNECTIONS'] ?? 1000)
    const { hostname, port } = new URL(url)
    const sockets: Socket[] = []
    for (let opened = 0; opened < count; opened += 100) {
      const some = Array.from({ length: 100 }, () => connect(Number(port), hostname))
      sockets.push(...some)
      await Promise.all(some.map((socket) => once(socket, 'connect')))
    }
    // Half of them have begun to say something.
    for (const [at, socket] of sockets.entries()) if (at % 2 === 0) socket.write('GET /v1/accounts HTTP/1.1\r\nx: ')
    for (let time = 0; time < 20; time += 1) {
      expect((await call('POST', '/v1/accounts', { fields: { $name: 'A' } })).status).toBe(200)
    }
    expect(sockets.filter(({ destroyed }) => destroyed).length).toBe(0)
    for (const socket of sockets) socket.destroy()
  }, 120_000)
})

it('the log shows addresses without what they let in', () => {
  const shown = (url: string) => loggedUrl({ url })
  expect(shown('/files/fil_1?workspace=1&signature=abc')).toBe('/files/fil_1?workspace=1&signature=…')
  expect(shown('/downloads?grant=abc&signature=def')).toBe('/downloads?grant=…&signature=…')
  expect(shown('/admin/v1/sign-in/sso/callback?code=a&state=b')).toBe('/admin/v1/sign-in/sso/callback?code=…&state=…')
  expect(shown('/hooks/secret?x=1')).toBe('/hooks/…?x=1')
  expect(shown('/v1/accounts?$name=A')).toBe('/v1/accounts?$name=A')
})

describe('SECURITY.md', () => {
  const root = new URL('../../../../', import.meta.url)
  const text = readFileSync(new URL('SECURITY.md', root), 'utf8')
  const risks = text.split('\n').filter((line) => line.startsWith('| **'))

  it('names for each risk what protects, and a test that is there', () => {
    expect(risks.length).toBeGreaterThan(15)
    for (const risk of risks) {
      const [, , shown = ''] = risk.split(' | ')
      const files = Array.from(shown.matchAll(/`([\w./-]+\.(?:ts|yml))`/g), ([, file]) => file ?? '')
      expect([risk, files.length > 0]).toEqual([risk, true])
      const folders = ['packages/server/src/', 'packages/server/', '']
      const gone = files.filter((file) => !folders.some((folder) => existsSync(new URL(folder + file, root))))
      expect(gone).toEqual([])
    }
  })
})
