import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { acceptedEncodings, readBody } from './bodies.ts'
import { failureOf, OutboundFailure } from './failure.ts'
import { sendHop } from './hop.ts'
import { findHost, hostnameOf, type Resolve, resolveAsMachine } from './hosts.ts'
import type { Network } from './networks.ts'

export type OutboundRequest = {
  url: string
  method?: string
  headers?: Record<string, string>
  body?: string | Buffer
  /** For everything together, redirects and the body included. */
  timeoutMs: number
  /** The most that is read of the body, before and after it is unpacked. */
  maxBytes: number
  /** What is longer is cut off there rather than a failure. */
  cut?: boolean
  /** How many redirects are followed; 0: an answer that redirects is an answer like any other. */
  redirects: number
  /** Ends the request early; what it is aborted with is thrown. */
  signal?: AbortSignal
  /** Asked before each address is gone to, redirects included; throws to go no further. */
  before?: (url: URL) => Promise<void>
}

export type OutboundResponse = {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
  /** Whether there was more of the body. */
  isCut: boolean
  /** Where the answer came from in the end. */
  url: string
}

/** The way to addresses that somebody typed: to public ones alone, and to those of networks that are allowed. */
export type Outbound = {
  /** Returns whatever answer comes. Throws OutboundFailure when none does. */
  request(request: OutboundRequest): Promise<OutboundResponse>
  /**
   * The address to connect to for a mail server or the like, and the name that its certificate must be for (undefined
   * where the host is an address itself). Throws OutboundFailure.
   */
  checkHost(host: string): Promise<{ address: string; servername: string | undefined }>
}

type Options = {
  allowedNetworks: readonly Network[]
  resolve?: Resolve
  /** Certificates that are trusted beside those of the machine. */
  ca?: string
}

/** What a request is made of, as redirects change it. */
type Sent = { url: URL; method: string; headers: Record<string, string>; body: Buffer | undefined }
type Limits = Pick<OutboundRequest, 'maxBytes' | 'cut' | 'redirects' | 'before'> & { signal: AbortSignal }

/** Opens the way to the outside. Any port may be asked: at a public address, anybody may. */
export function createOutbound({ allowedNetworks, resolve = resolveAsMachine, ca }: Options): Outbound {
  const find = (hostname: string) => findHost(hostname, allowedNetworks, resolve)

  const go = async (sent: Sent, limits: Limits, followed = 0): Promise<OutboundResponse> => {
    const { url } = sent
    await limits.before?.(url)
    const message = await sendHop({ ...sent, host: await find(url.hostname), signal: limits.signal, ca })
    const next = limits.redirects > 0 ? redirected(sent, message) : undefined
    if (next) {
      message.destroy()
      if (followed === limits.redirects) throw new OutboundFailure('too_many_redirects', url.host)
      return go(next, limits, followed + 1)
    }
    const { body, isCut } = await readBody(message, limits.maxBytes, url.host)
    if (isCut && !limits.cut) throw new OutboundFailure('too_large', url.host)
    return { status: message.statusCode ?? 0, headers: message.headers, body, isCut, url: url.href }
  }

  return {
    async request({ timeoutMs, signal, ...request }) {
      const target = URL.canParse(request.url) ? new URL(request.url).host : request.url.slice(0, 100)
      const timeout = AbortSignal.timeout(timeoutMs)
      const ended = AbortSignal.any([timeout, ...(signal ? [signal] : [])])
      try {
        return await beforeEnd(ended, go(firstOf(request), { ...request, signal: ended }))
      } catch (error) {
        if (signal?.aborted) throw signal.reason
        if (timeout.aborted) throw new OutboundFailure('timeout', target)
        throw failureOf(error, target)
      }
    },
    async checkHost(host) {
      const hostname = hostnameOf(host)
      if (hostname === undefined) throw new OutboundFailure('invalid_url', host.slice(0, 100))
      const { name, addresses } = await find(hostname)
      return { address: addresses[0], servername: addresses[0] === name ? undefined : name }
    },
  }
}

/** A look-up of a name cannot be ended, but need not be waited for. */
function beforeEnd<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const end = Promise.withResolvers<never>()
  const stop = () => end.reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  return Promise.race([work, end.promise]).finally(() => signal.removeEventListener('abort', stop))
}

function firstOf({ url, method = 'GET', headers = {}, body }: Omit<OutboundRequest, 'timeoutMs'>): Sent {
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  return {
    url: webAddress(url),
    method,
    headers: { 'accept-encoding': acceptedEncodings, ...Object.fromEntries(given.filter(([name]) => !ours.has(name))) },
    body: typeof body === 'string' ? Buffer.from(body) : body,
  }
}

/** What says where a request goes and where it ends is not for whoever typed the address to say. */
const ours = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'upgrade',
  'te',
  'trailer',
  'expect',
])

function webAddress(text: string, base?: URL): URL {
  const url = URL.canParse(text, base?.href) ? new URL(text, base?.href) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new OutboundFailure('invalid_url', url?.host || text.slice(0, 100))
  }
  return url
}

/** What may be told to any server. All other headers stay with the one that they are meant for. */
const harmless = new Set(['accept', 'accept-encoding', 'accept-language', 'content-type', 'user-agent'])

/** The request that an answer leads on to, if it does. */
function redirected({ url, method, headers, body }: Sent, { statusCode = 0, headers: answer }: IncomingMessage) {
  if (![301, 302, 303, 307, 308].includes(statusCode) || answer.location === undefined) return undefined
  const next = webAddress(answer.location, url)
  const isMoved = next.origin !== url.origin
  const isAskedAnew = statusCode < 307 && method !== 'GET' && method !== 'HEAD'
  const kept = Object.entries(headers).filter(([name]) => !isMoved || harmless.has(name))
  const tells = body !== undefined || Object.keys(headers).some((name) => !harmless.has(name))
  if (url.protocol === 'https:' && next.protocol === 'http:' && tells) {
    throw new OutboundFailure('unsafe_redirect', url.host)
  }
  return {
    url: next,
    method: isAskedAnew ? 'GET' : method,
    headers: Object.fromEntries(kept.filter(([name]) => !isAskedAnew || name !== 'content-type')),
    body: isAskedAnew ? undefined : body,
  }
}
