import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, createServer as createRawServer, type Server } from 'node:net'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { certificate } from '../../../test/certificate.ts'
import { OutboundFailure } from './failure.ts'
import { readNetworks } from './networks.ts'
import { createOutbound, type OutboundRequest } from './outbound.ts'

/** What each path answers; what was asked is kept. */
const asked: { at: string; headers: Record<string, unknown>; body: string; method: string }[] = []
const answers: Record<string, RequestListener> = {}
let servers: Server[] = []
let four = ''
let six = ''
let secure = ''

const serve: RequestListener = async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  const { headers, method = '', url = '' } = request
  asked.push({ at: `${headers.host}${url}`, headers, body, method })
  const answer = answers[new URL(url, 'http://x').pathname]
  if (answer) answer(request, response)
  else response.end('Hello')
}

beforeAll(async () => {
  const listen = async (server: Server, host: string) => {
    await new Promise<void>((resolve) => server.listen(0, host, resolve))
    servers.push(server)
    return (server.address() as AddressInfo).port
  }
  four = `127.0.0.1:${await listen(createServer(serve), '127.0.0.1')}`
  six = `[::1]:${await listen(createServer(serve), '::1')}`
  secure = `secure.test:${await listen(createSecureServer(certificate, serve), '127.0.0.1')}`
})
afterAll(() => {
  for (const server of servers) server.close()
  servers = []
})

const names: Record<string, string[]> = {
  'inside.test': ['127.0.0.1'],
  'mixed.test': ['10.0.0.1', '127.0.0.1'],
  'secure.test': ['127.0.0.1'],
  'metadata.test': ['169.254.169.254'],
}
let lookups: string[] = []
const resolve = async (name: string) => {
  lookups.push(name)
  const found = names[name]
  if (!found) throw new Error('ENOTFOUND')
  return found
}

const guarded = createOutbound({ allowedNetworks: [], resolve })
const open = createOutbound({ allowedNetworks: readNetworks('127.0.0.0/8,::1'), resolve, ca: certificate.cert })

const limits = { timeoutMs: 5000, maxBytes: 1000, redirects: 3 }
/** The reason why nothing came, or the status and the text of what came. */
async function outcome(url: string, more: Partial<OutboundRequest> = {}, outbound = open) {
  try {
    const { status, body } = await outbound.request({ url, ...limits, ...more })
    return `${status} ${body}`
  } catch (error) {
    if (error instanceof OutboundFailure) return error.reason
    throw error
  }
}
const port = () => four.split(':').at(-1)

describe('an address that leads inside', () => {
  it.each([
    ['127.0.0.1'],
    ['127.1'],
    ['2130706433'],
    ['0x7f000001'],
    ['0x7f.0.0.1'],
    ['0177.0.0.1'],
    ['127.0.0.1.'],
    ['①②⑦.⓪.⓪.①'],
    ['0.0.0.0'],
    ['0'],
    ['[::ffff:127.0.0.1]'],
    ['[::ffff:7f00:1]'],
    ['[::127.0.0.1]'],
    ['[64:ff9b::127.0.0.1]'],
    ['[2002:7f00:1::]'],
    ['[::]'],
    ['inside.test'],
    ['INSIDE.test.'],
    ['169.254.169.254'],
    ['metadata.test'],
  ])('is not asked when it is written %s', async (host) => {
    const before = asked.length
    expect(await outcome(`http://${host}:${port()}/`, {}, guarded)).toBe('private_address')
    expect(asked.length).toBe(before)
  })

  it('is not asked over IPv6', async () => {
    expect(await outcome(`http://${six}/`, {}, guarded)).toBe('private_address')
  })

  it.each(['localhost', 'localhost.', 'LOCALHOST'])('is not asked when it is called %s', async (name) => {
    const asMachine = createOutbound({ allowedNetworks: [] })
    expect(await outcome(`http://${name}:${port()}/`, {}, asMachine)).toBe('private_address')
  })

  it('is asked where its network is allowed', async () => {
    for (const url of [
      `http://${four}/`,
      `http://${six}/`,
      `http://inside.test:${port()}/`,
      `http://127.1:${port()}`,
    ]) {
      expect(await outcome(url), url).toBe('200 Hello')
    }
  })

  it('is not asked beside others of the same name that may be', async () => {
    expect(await outcome(`http://mixed.test:${port()}/`)).toBe('200 Hello')
  })
})

describe('a name', () => {
  it('is looked up once for each request, so that it cannot lead elsewhere between the check and the connection', async () => {
    let times = 0
    const rebinding = createOutbound({
      allowedNetworks: readNetworks('127.0.0.0/8'),
      resolve: async () => (times++ === 0 ? ['127.0.0.1'] : ['10.0.0.1']),
    })
    expect(await outcome(`http://rebinding.test:${port()}/`, {}, rebinding)).toBe('200 Hello')
    expect(times).toBe(1)
    expect(asked.at(-1)?.headers['host']).toBe(`rebinding.test:${port()}`)
  })

  it('that does not exist is one reason, whatever the resolver says', async () => {
    expect(await outcome('http://nowhere.test/')).toBe('dns')
    const empty = createOutbound({ allowedNetworks: [], resolve: async () => [] })
    expect(await outcome('http://nowhere.test/', {}, empty)).toBe('dns')
  })

  it('that the resolver does not answer for takes no longer than a request may', async () => {
    const silent = createOutbound({ allowedNetworks: [], resolve: () => new Promise(() => {}) })
    expect(await outcome('http://silent.test/', { timeoutMs: 20 }, silent)).toBe('timeout')
  })
})

describe('a URL', () => {
  it.each([
    'ftp://acme.test/',
    'file:///etc/passwd',
    'javascript:1',
    'data:,x',
    '',
    'acme.test',
    'http://',
    'http://a b/',
  ])('is not %j', async (url) => expect(await outcome(url)).toBe('invalid_url'))

  it('has no user name and no password', async () => {
    expect(await outcome(`http://user@${four}/`)).toBe('invalid_url')
    expect(await outcome(`http://:secret@${four}/`)).toBe('invalid_url')
  })

  it('may name any port', async () => {
    const closed = createServer()
    await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done))
    const { port: free } = closed.address() as AddressInfo
    await new Promise((done) => closed.close(done))
    expect(await outcome(`http://127.0.0.1:${free}/`)).toBe('refused')
  })
})

describe('a request', () => {
  it('goes out as it is given, but for what says where it goes and ends', async () => {
    await outcome(`http://${four}/take?x=1`, {
      method: 'PUT',
      body: '{"a":1}',
      headers: { 'Content-Type': 'application/json', Host: 'other.test', 'Content-Length': '99', 'X-Key': 'k' },
    })
    expect(asked.at(-1)).toMatchObject({ at: `${four}/take?x=1`, method: 'PUT', body: '{"a":1}' })
    expect(asked.at(-1)?.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': '7',
      'x-key': 'k',
    })
  })

  it.each<Record<string, string>>([{ 'x-key': 'a\r\nhost: b' }, { 'x key': 'a' }])(
    'with the header %j is refused',
    async (headers) => {
      expect(await outcome(`http://${four}/`, { headers })).toBe('invalid_header')
    },
  )

  it('can be ended early, and says so as whoever ended it does', async () => {
    answers['/silent'] = () => {}
    const ending = new AbortController()
    const going = open.request({ url: `http://${four}/silent`, ...limits, signal: ending.signal })
    setTimeout(() => ending.abort(new Error('closing')), 20)
    await expect(going).rejects.toThrow('closing')
  })
})

describe('a redirect', () => {
  const leads = (path: string, status: number, location: string) => {
    answers[path] = (_, response) => response.writeHead(status, { location }).end('elsewhere')
  }

  it('is followed, and the answer says where it came from', async () => {
    leads('/old', 301, '/new?y=2')
    const { url } = await open.request({ url: `http://${four}/old`, ...limits })
    expect(url).toBe(`http://${four}/new?y=2`)
  })

  it.each([
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:10.0.0.1]/',
    'http://0xa000001/',
    '//metadata.test/',
  ])('to %s is not followed', async (location) => {
    leads('/inside', 302, location)
    expect(await outcome(`http://${four}/inside`)).toBe('private_address')
  })

  it.each(['file:///etc/passwd', 'http://user:secret@acme.test/', 'http://'])(
    'to %s is not followed',
    async (location) => {
      leads('/wrong', 302, location)
      expect(await outcome(`http://${four}/wrong`)).toBe('invalid_url')
    },
  )

  it('is followed only so often', async () => {
    leads('/loop', 302, '/loop')
    const before = asked.length
    expect(await outcome(`http://${four}/loop`)).toBe('too_many_redirects')
    expect(asked.length - before).toBe(limits.redirects + 1)
  })

  it('is an answer like any other where none are followed', async () => {
    leads('/old', 302, '/new')
    expect(await outcome(`http://${four}/old`, { redirects: 0 })).toBe('302 elsewhere')
  })

  it('to another server takes nothing along that may be secret', async () => {
    leads('/away', 302, `http://inside.test:${port()}/there`)
    const headers = { authorization: 'Bearer x', cookie: 'a=b', 'x-api-key': 'k', accept: 'text/html' }
    expect(await outcome(`http://${four}/away`, { headers })).toBe('200 Hello')
    expect(asked.at(-1)?.at).toBe(`inside.test:${port()}/there`)
    expect(asked.at(-1)?.headers).toMatchObject({ accept: 'text/html' })
    for (const name of ['authorization', 'cookie', 'x-api-key']) expect(asked.at(-1)?.headers).not.toHaveProperty(name)
  })

  it('to the same server takes everything along', async () => {
    leads('/old', 307, '/new')
    await outcome(`http://${four}/old`, { method: 'POST', body: 'b', headers: { authorization: 'Bearer x' } })
    expect(asked.at(-1)).toMatchObject({ method: 'POST', body: 'b', headers: { authorization: 'Bearer x' } })
  })

  it('that asks anew does so without the body', async () => {
    leads('/done', 303, '/new')
    await outcome(`http://${four}/done`, { method: 'POST', body: 'b', headers: { 'content-type': 'text/plain' } })
    expect(asked.at(-1)).toMatchObject({ method: 'GET', body: '' })
    expect(asked.at(-1)?.headers).not.toHaveProperty('content-type')
  })

  it('from https to http is followed with nothing that is anybody’s', async () => {
    leads('/down', 307, `http://${four}/open`)
    expect(await outcome(`https://${secure}/down`)).toBe('200 Hello')
    expect(await outcome(`https://${secure}/down`, { headers: { authorization: 'Bearer x' } })).toBe('unsafe_redirect')
    expect(await outcome(`https://${secure}/down`, { method: 'POST', body: 'b' })).toBe('unsafe_redirect')
  })
})

describe('a secure connection', () => {
  it('is to the one whose name the certificate has', async () => {
    expect(await outcome(`https://${secure}/`)).toBe('200 Hello')
    expect(await outcome(`https://127.0.0.1:${secure.split(':')[1]}/`)).toBe('tls')
  })

  it('is not made to those that nobody trusts, nor where none is spoken', async () => {
    const untrusting = createOutbound({ allowedNetworks: readNetworks('127.0.0.0/8'), resolve })
    expect(await outcome(`https://${secure}/`, {}, untrusting)).toBe('tls')
    expect(await outcome(`https://${four}/`)).toBe('tls')
  })
})

describe('an answer', () => {
  const text = 'What a page says. '.repeat(40)
  const sends = (path: string, headers: Record<string, string>, body: Buffer | string) => {
    answers[path] = (_, response) => response.writeHead(200, headers).end(body)
  }

  it.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['identity', Buffer.from(text)],
  ])('is unpacked: %s', async (encoding, body) => {
    sends('/packed', { 'content-encoding': encoding }, body)
    expect(await outcome(`http://${four}/packed`)).toBe(`200 ${text}`)
  })

  it('that is packed in some other way, or is not what it says, is one reason', async () => {
    sends('/packed', { 'content-encoding': 'zstd' }, 'x')
    expect(await outcome(`http://${four}/packed`)).toBe('bad_encoding')
    sends('/packed', { 'content-encoding': 'gzip' }, 'not packed at all')
    expect(await outcome(`http://${four}/packed`)).toBe('bad_encoding')
    sends('/packed', { 'content-encoding': 'gzip, gzip' }, gzipSync(gzipSync(text)))
    expect(await outcome(`http://${four}/packed`)).toBe('bad_encoding')
  })

  it.each([
    ['gzip', gzipSync(Buffer.alloc(100_000_000))],
    ['br', brotliCompressSync(Buffer.alloc(10_000_000))],
  ])('that unpacks to more than is read is refused or cut off: %s', async (encoding, body) => {
    sends('/bomb', { 'content-encoding': encoding }, body)
    expect(await outcome(`http://${four}/bomb`, { maxBytes: 200_000 })).toBe('too_large')
    const cut = await open.request({ url: `http://${four}/bomb`, ...limits, maxBytes: 200_000, cut: true })
    expect([cut.body.length, cut.isCut]).toEqual([200_000, true])
  })

  it('without end is refused or cut off', async () => {
    answers['/endless'] = (_, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(1000)));
      }
      response.on('drain', more)
      more()
    }
    expect(await outcome(`http://${four}/endless`)).toBe('too_large')
    expect(await outcome(`http://${four}/endless`, { cut: true })).toBe(`200 ${'x'.repeat(1000)}`)
  })

  it('of exactly as much as is read is whole', async () => {
    sends('/whole', {}, 'x'.repeat(1000))
    const { body, isCut } = await open.request({ url: `http://${four}/whole`, ...limits })
    expect([body.length, isCut]).toEqual([1000, false])
  })

  it('with headers beyond measure is refused', async () => {
    answers['/headers'] = (_, response) => response.writeHead(200, { 'x-long': 'x'.repeat(40_000) }).end()
    expect(await outcome(`http://${four}/headers`)).toBe('too_large')
  })

  it('that does not come in time is a timeout: no head, half a body, drop by drop', async () => {
    answers['/no-head'] = () => {}
    answers['/half'] = (_, response) => response.write('half')
    answers['/drops'] = (_, response) => {
      const timer = setInterval(() => response.write('.'), 5)
      response.on('close', () => clearInterval(timer))
    }
    for (const path of ['/no-head', '/half', '/drops']) {
      expect(await outcome(`http://${four}${path}`, { timeoutMs: 60 }), path).toBe('timeout')
    }
  })

  it('that ends early, or is not HTTP, is broken', async () => {
    answers['/early'] = (_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half')
      setTimeout(() => response.destroy(), 10)
    }
    answers['/gone'] = (_, response) => response.destroy()
    expect(await outcome(`http://${four}/early`)).toBe('broken')
    expect(await outcome(`http://${four}/gone`)).toBe('broken')
    const raw = createRawServer((socket) => socket.end('220 mail.acme.test ESMTP\r\n'))
    await new Promise<void>((done) => raw.listen(0, '127.0.0.1', done))
    servers.push(raw)
    expect(await outcome(`http://127.0.0.1:${(raw.address() as AddressInfo).port}/`)).toBe('broken')
  })
})

describe('the host of a mail server', () => {
  it('is the address to connect to, and the name of its certificate', async () => {
    lookups = []
    expect(await open.checkHost('Inside.test')).toEqual({ address: '127.0.0.1', servername: 'inside.test' })
    expect(lookups).toEqual(['inside.test'])
    expect(await open.checkHost('::1')).toEqual({ address: '::1', servername: undefined })
    expect(await open.checkHost('0x7f.1')).toEqual({ address: '127.0.0.1', servername: undefined })
    expect(await guarded.checkHost('1.1.1.1')).toEqual({ address: '1.1.1.1', servername: undefined })
  })

  it.each([
    ['inside.test', 'private_address'],
    ['2130706433', 'private_address'],
    ['::ffff:127.0.0.1', 'private_address'],
    ['nowhere.test', 'dns'],
    ['mail.test:25', 'invalid_url'],
    ['user@mail.test', 'invalid_url'],
    ['mail.test/x', 'invalid_url'],
    ['', 'invalid_url'],
  ])('is not %j: %s', async (host, reason) => {
    await expect(guarded.checkHost(host)).rejects.toMatchObject({ reason })
  })
})
