import { ApiError } from '@openfield/schema'

/** Requests of a workspace count in three buckets of their own. */
export type Category = 'Read' | 'Write' | 'Search'

type Bucket = { tokens: number; at: number }

/** What a response says about its bucket. */
export type RateState = { limit: number; remaining: number; resetAt: number }

/**
 * Token buckets: each holds `limit` tokens and refills continuously, `limit` a second. In memory, since one process
 * serves a workspace.
 */
export class RateLimiter {
  readonly limit: number
  readonly #buckets = new Map<string, Bucket>()

  /** `limit` in requests per second; 0 never refuses. */
  constructor(limit: number) {
    this.limit = limit
  }

  /** Takes a token. `now` in ms. Returns whether there was one, and the state of the bucket afterwards. */
  take(workspace: number, category: Category, now: number): RateState & { allowed: boolean } {
    const key = `${workspace} ${category}`
    const bucket = this.#buckets.get(key) ?? { tokens: this.limit, at: now }
    const tokens = Math.min(this.limit, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * this.limit)
    const allowed = tokens >= 1
    const left = allowed ? tokens - 1 : tokens
    this.#buckets.set(key, { tokens: left, at: now })
    const secondsToFull = (this.limit - left) / this.limit
    return { allowed, limit: this.limit, remaining: Math.floor(left), resetAt: Math.ceil(now / 1000 + secondsToFull) }
  }
}

/** The 429; official clients wait for Retry-After and try again. */
export const tooManyRequests = () =>
  new ApiError('too_many_requests', undefined, 'Rate limit exceeded. Please try again later.')
