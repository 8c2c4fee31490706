import { APIConnectionError, APIError, APIUserAbortError } from './errors.ts'

/**
 * Makes attempts until one succeeds, fails for good or is the last one allowed; throws what the last one threw. An
 * aborted `signal` ends the wait between two attempts; it is up to the attempt to fail then.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  retriesMax: number,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (let retries = 0; ; retries += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (!(retries < retriesMax && isWorthRetrying(error))) throw error
      await sleep(delayMs(retries, error.headers), signal)
    }
  }
}

/** Whether it may help to send a request again that failed so. */
export function isWorthRetrying(error: unknown): error is APIError {
  if (!(error instanceof APIError) || error instanceof APIUserAbortError) return false
  if (error instanceof APIConnectionError) return true
  const advice = error.headers?.get('x-should-retry')
  if (advice === 'true' || advice === 'false') return advice === 'true'
  const { status = 0 } = error
  return status === 408 || status === 409 || status === 429 || status >= 500
}

const retryAfterMaxMs = 60_000
const firstDelayMs = 500
const delayMaxMs = 8000

/** How long to wait before the next attempt: as long as the server asks for, else twice as long each time, less up to a quarter so that clients do not march in step. */
export function delayMs(retries: number, headers: Headers | undefined): number {
  const asked = retryAfterMs(headers)
  if (asked !== undefined) return Math.min(Math.max(asked, 0), retryAfterMaxMs)
  return Math.min(firstDelayMs * 2 ** retries, delayMaxMs) * (1 - Math.random() / 4)
}

/** `Retry-After-Ms` in milliseconds, else `Retry-After` in seconds or as a date; undefined when neither makes sense. */
function retryAfterMs(headers: Headers | undefined): number | undefined {
  const after = headers?.get('retry-after')
  const candidates = [
    numberOf(headers?.get('retry-after-ms')),
    numberOf(after) * 1000,
    Date.parse(after ?? '') - Date.now(),
  ]
  return candidates.find((ms) => !Number.isNaN(ms))
}

const numberOf = (text: string | null | undefined) => (text ? Number(text) : Number.NaN)

/** Waits, at most until the signal is aborted. */
export const sleep = (ms: number, signal: AbortSignal | undefined) =>
  new Promise<void>((resolve) => {
    const wake = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', wake)
      resolve()
    }
    const timer = setTimeout(wake, ms)
    signal?.addEventListener('abort', wake)
  })
