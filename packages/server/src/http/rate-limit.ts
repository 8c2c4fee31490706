import { ApiError } from '@openfield/schema'

/** Requests count in three buckets of their own. */
export type Category = 'Read' | 'Write' | 'Search'

type Bucket = { tokens: number; at: number }

const bucketsMax = 10_000

/** What a response says about its bucket. */
type RateState = { limit: number; remaining: number; resetAt: number }

/** What became of a request that counts, and the state of the bucket afterwards. */
export type Taken = RateState & { allowed: boolean }

/** Token buckets: each holds `limit` tokens and refills continuously, `limit` a second. */
export type RateLimits = {
  /** In requests per second, for buckets that say nothing else; 0 never refuses. */
  readonly limit: number
  /**
   * Takes a token. `now` in ms. `owner` is whose bucket it is, a workspace or whatever else has one; `limit` is how much
   * it holds.
   */
  take(owner: number | string, category: Category, now: number, limit?: number): Taken | Promise<Taken>
  /** How many tokens are left, where that is known without asking. */
  left?(owner: number | string, category: Category, now: number): number
}

/** Buckets in memory: for a process that serves alone. */
export class RateLimiter implements RateLimits {
  readonly limit: number
  readonly #buckets = new Map<string, Bucket>()

  constructor(limit: number) {
    this.limit = limit
  }

  take(owner: number | string, category: Category, now: number, limit = this.limit): Taken {
    const key = `${owner} ${category}`
    const bucket = this.#buckets.get(key) ?? { tokens: limit, at: now }
    const tokens = Math.min(limit, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * limit)
    const allowed = tokens >= 1
    const left = allowed ? tokens - 1 : tokens
    // A bucket is full again a second after its last use, and need not be known any more.
    if (this.#buckets.size >= bucketsMax) this.#forget(now - 1000)
    this.#buckets.set(key, { tokens: left, at: now })
    const secondsToFull = (limit - left) / limit
    return { allowed, limit, remaining: Math.floor(left), resetAt: Math.ceil(now / 1000 + secondsToFull) }
  }

  left(owner: number | string, category: Category, now: number): number {
    const bucket = this.#buckets.get(`${owner} ${category}`)
    return bucket ? Math.min(this.limit, bucket.tokens + ((now - bucket.at) / 1000) * this.limit) : this.limit
  }

  #forget(usedBefore: number) {
    for (const [key, { at }] of this.#buckets) if (at < usedBefore) this.#buckets.delete(key)
  }
}

/** The 429; official clients wait for Retry-After and try again. */
export const tooManyRequests = () =>
  new ApiError('too_many_requests', undefined, 'Rate limit exceeded. Please try again later.')
