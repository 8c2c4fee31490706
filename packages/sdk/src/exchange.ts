import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError, errorOf } from './errors.ts'

/** The network: `fetch`, or something that answers like it. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

const timerMaxMs = 2 ** 31 - 1

/** What came back: `json` is undefined when the text is none. */
type Received = { response: Response; text: string; json: unknown }

/** Sends a request once and returns the JSON of the answer. Throws APIError: also after `timeout` ms, and when aborted. */
export async function exchangeJson(...request: Parameters<typeof exchange>): Promise<unknown> {
  const received = await exchange(...request)
  if (received.json === undefined) throw failureOf(received)
  return received.json
}

/**
 * Sends a request once and returns the text of the answer as it comes, however long that goes on. Throws APIError like
 * exchangeJson: also when nothing has come for `silence` ms.
 */
export async function* exchangeText(
  fetch: Fetch,
  url: string,
  init: RequestInit,
  silence: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<string, void, undefined> {
  const controller = new AbortController()
  const giveUp = () => controller.abort(new APIConnectionTimeoutError(`Nothing came for ${silence} ms.`))
  const abort = () => controller.abort(userAbort(signal))
  let timer = setTimeout(giveUp, silence)
  signal?.addEventListener('abort', abort)
  if (signal?.aborted) abort()
  try {
    const response = await fetch(url, { ...init, signal: controller.signal })
    if (!response.ok) {
      const text = await response.text()
      throw failureOf({ response, text, json: parse(text) })
    }
    const decoder = new TextDecoder()
    const reader = response.body?.getReader()
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
      clearTimeout(timer)
      timer = setTimeout(giveUp, silence)
      yield decoder.decode(read.value, { stream: true })
    }
  } catch (cause) {
    if (controller.signal.reason ?? cause instanceof APIError) throw controller.signal.reason ?? cause
    throw new APIConnectionError(`The answer of ${new URL(url).origin} broke off.`, undefined, { cause })
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
    // Who takes no more of it leaves nobody who reads.
    controller.abort()
  }
}

/** Sends a request once and returns what it is answered with, which may be empty. Throws APIError like exchangeJson. */
export async function exchange(
  fetch: Fetch,
  url: string,
  init: RequestInit,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<Received> {
  const controller = new AbortController()
  const giveUp = () => controller.abort(new APIConnectionTimeoutError(`No answer came within ${timeout} ms.`))
  const abort = () => controller.abort(userAbort(signal))
  const timer = setTimeout(giveUp, Math.min(timeout, timerMaxMs))
  signal?.addEventListener('abort', abort)
  if (signal?.aborted) abort()
  try {
    return await fetchSuccess(fetch, url, { ...init, signal: controller.signal })
  } catch (error) {
    // Not every `fetch` throws the reason for which it was aborted.
    throw controller.signal.reason ?? error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
}

const userAbort = (signal: AbortSignal | undefined) =>
  new APIUserAbortError('The request was aborted by its signal.', undefined, { cause: signal?.reason })

async function fetchSuccess(fetch: Fetch, url: string, init: RequestInit): Promise<Received> {
  const { response, text } = await fetchText(fetch, url, init)
  const received = { response, text, json: parse(text) }
  if (!response.ok) throw failureOf(received)
  return received
}

const failureOf = ({ response: { status, headers }, text, json }: Received) =>
  errorOf({ status, headers, body: json === undefined ? text : json })

async function fetchText(fetch: Fetch, url: string, init: RequestInit): Promise<{ response: Response; text: string }> {
  try {
    const response = await fetch(url, init)
    return { response, text: await response.text() }
  } catch (cause) {
    throw new APIConnectionError(`No answer came from ${new URL(url).origin}.`, undefined, { cause })
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
