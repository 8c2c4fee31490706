import { OpenfieldError } from './errors.ts'
import { exchange, exchangeJson, exchangeText, type Fetch } from './exchange.ts'
import { withRetries } from './retry.ts'

/** What every request of a client shares. */
export type Settings = {
  baseURL: string
  /** An API key; none: the session of whoever is signed in to the web app that this runs in. */
  apiKey: string | undefined
  /** In milliseconds, for each attempt. */
  timeout: number
  maxRetries: number
  fetch: Fetch
  defaultHeaders: Readonly<Record<string, string>>
}

/** How one call differs from the client's settings. */
export type RequestOptions = {
  /** Makes a create or update happen once, however often it is sent within 24 hours. By default each call has its own. */
  idempotencyKey?: string
  headers?: Readonly<Record<string, string>>
  /** In milliseconds, for each attempt. */
  timeout?: number
  maxRetries?: number
  signal?: AbortSignal
}

/** Parameters of a query; a list of texts is one parameter several times. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

export type ApiRequest = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Which API: that of records (`/v1`), or what runs a workspace (`/admin/v1`). */
  api?: 'admin'
  /** The segments after `/v1`, as they are: `['opportunities', id]`. */
  path: readonly string[]
  query?: Query
  body?: unknown
}

/** Sends a request and returns the JSON of the answer. Throws APIError, or OpenfieldError for a request that cannot be. */
export type Send = <T>(request: ApiRequest, options?: RequestOptions) => Promise<T>

/** Sends JSON lines, and returns what stands on those of the answer. Throws as Send does. */
export type SendLines = <T>(request: ApiRequest, lines: readonly unknown[], options?: RequestOptions) => Promise<T[]>

/** Bytes on their way to the server. A stream can be sent only once, and is not sent again when that fails. */
export type Bytes = Uint8Array | Blob | ReadableStream<Uint8Array>

/**
 * Sends bytes to an address that the API has given out for them, with the headers it asks for and no others: whoever has
 * such an address needs no key. It takes as long as it takes, unless the call has a time-out. Throws APIError.
 */
export type Put = (
  url: string,
  headers: Readonly<Record<string, string>>,
  bytes: Bytes,
  options?: RequestOptions,
) => Promise<void>

/**
 * Sends a request once and returns the text of its answer as it comes. It fails when nothing has come for `timeout` ms.
 * Throws APIError.
 */
export type Stream = (request: ApiRequest, options: RequestOptions & { timeout: number }) => AsyncIterable<string>

/** The doors to the network: addresses, headers, time-outs and retries are added here. */
export const connect = (settings: Settings): { send: Send; sendLines: SendLines; put: Put; stream: Stream } => ({
  send: sender(settings, exchangeJson),
  sendLines: lineSender(settings),
  put: putter(settings),
  stream: streamer(settings),
})

function streamer(settings: Settings): Stream {
  const base = baseOf(settings.baseURL)
  const headers = standardHeaders(settings)
  return (request, options) => {
    const init: RequestInit = { headers: headersOf(headers, request, options, 0), redirect: 'manual' }
    return exchangeText(settings.fetch, urlOf(base, request), init, options.timeout, options.signal)
  }
}

function lineSender(settings: Settings): SendLines {
  const send = sender(settings, async (...request) => (await exchange(...request)).text)
  return async <T>(request: ApiRequest, lines: readonly unknown[], options?: RequestOptions) => {
    const text = lines.map((line) => JSON.stringify(line)).join('\n')
    const answer = await send<string>({ ...request, text: { type: 'application/x-ndjson', text } }, options)
    return answer
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T)
  }
}

/** What a request says besides JSON. */
type Sent = ApiRequest & { text?: { type: string; text: string } }

function sender(settings: Settings, receive: typeof exchangeJson) {
  const base = baseOf(settings.baseURL)
  const headers = standardHeaders(settings)
  return async <T>(request: Sent, options: RequestOptions = {}) => {
    const { timeout = settings.timeout, maxRetries = settings.maxRetries, signal } = options
    const url = urlOf(base, request)
    const { type = 'application/json', text = JSON.stringify(request.body) } = request.text ?? {}
    const init: RequestInit = {
      method: request.method,
      headers: headersOf(headers, request, options, maxRetries, text === undefined ? undefined : type),
      // A followed redirect would turn a POST into a GET, and its answer into that of a write.
      redirect: 'manual',
      ...(text !== undefined && { body: text }),
    }
    const attempt = () => receive(settings.fetch, url, init, timeout, signal)
    return (await withRetries(attempt, maxRetries, signal)) as T
  }
}

function putter(settings: Settings): Put {
  return async (url, headers, bytes, options = {}) => {
    const { timeout = Infinity, maxRetries = settings.maxRetries, signal } = options
    const isStream = 'getReader' in bytes
    const init: RequestInit = {
      method: 'PUT',
      headers,
      redirect: 'manual',
      body: bytes as BodyInit,
      // The answer comes after the last byte, which fetch wants to be told.
      ...(isStream && { duplex: 'half' }),
    }
    const attempt = () => exchange(settings.fetch, url, init, timeout, signal)
    await withRetries(attempt, isStream ? 0 : maxRetries, signal)
  }
}

function baseOf(baseURL: string): string {
  if (!/^https?:\/\//i.test(baseURL) || !URL.canParse(baseURL)) {
    throw new OpenfieldError(`The baseURL must be an address such as https://crm.example.com, not '${baseURL}'.`)
  }
  const { origin, pathname } = new URL(baseURL)
  return origin + pathname.replace(/\/*$/, '/')
}

const version = '0.1.0'

function standardHeaders({ apiKey, defaultHeaders }: Settings): Headers {
  const headers = new Headers({
    accept: 'application/json',
    'lightfield-version': '2026-03-01',
  })
  if (apiKey === undefined) headers.set('x-openfield-session', 'current')
  else headers.set('authorization', `Bearer ${apiKey}`)
  // Browsers name themselves, and would ask the server's permission for another name.
  if (environment !== undefined) headers.set('user-agent', `Openfield/JS ${version}`)
  return withHeaders(headers, defaultHeaders)
}

/** The environment variables of the process; undefined in a browser, where bundlers may put a stand-in for `process`. */
export const environment: Record<string, string | undefined> | undefined =
  typeof process !== 'undefined' && process.versions?.node ? process.env : undefined

function withHeaders(headers: Headers, added: Readonly<Record<string, string>> = {}): Headers {
  for (const [name, value] of Object.entries(added)) headers.set(name, value)
  return headers
}

function headersOf(
  standard: Headers,
  { method }: ApiRequest,
  options: RequestOptions,
  maxRetries: number,
  contentType?: string,
) {
  const headers = new Headers(standard)
  if (contentType !== undefined) headers.set('content-type', contentType)
  if (options.idempotencyKey) headers.set('idempotency-key', options.idempotencyKey)
  withHeaders(headers, options.headers)
  // Without a key, a write whose answer was lost would be made twice by its retry.
  if (method === 'POST' && maxRetries > 0 && !headers.get('idempotency-key'))
    headers.set('idempotency-key', randomKey())
  return headers
}

/** 128 random bits. Not `crypto.randomUUID`, which pages served over plain http do not have. */
export const randomKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

function urlOf(base: string, { api, path, query = {} }: ApiRequest): string {
  const url = new URL(`${api ? `${api}/` : ''}v1/${path.map(encodeSegment).join('/')}`, base)
  for (const [key, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) url.searchParams.append(key, String(one))
    }
  }
  return url.href
}

function encodeSegment(segment: string): string {
  // A dot, or two, would name another address, encoded or not.
  if (typeof segment !== 'string' || /^\.{0,2}$/.test(segment)) {
    throw new OpenfieldError(`An id is needed, such as opp_01jz8x3m5te8mb0p4nq6r2vwyd, not '${segment}'.`)
  }
  return encodeURIComponent(segment)
}
