import type { Database } from '../storage/database.ts'
import { type Drawn, drawTokens, forgetFullBuckets } from '../storage/rate-buckets.ts'
import type { Category, RateLimits, Taken } from './rate-limit.ts'

/** What this process has of one bucket; times are those of `performance.now()`. */
type Slice = {
  name: string
  limit: number
  /** Tokens that it may spend without asking. */
  tokens: number
  /** Requests that came since it drew last, when that was, and how many tokens were left to all. */
  requests: number
  drawnAt: number
  left: number
  /** Until when it does not ask again, since there is nothing. */
  emptyUntil: number
  /** Requests that wait for the next draw. */
  waiting: (() => void)[]
}

/** For how long a draw is to last, and the least of it as a part of the limit. */
const aheadMs = 250
const leastAhead = 0.1
/** Who finds nothing left does not ask again for so long. */
const emptyMs = 100
/** What was drawn so long ago and is not spent goes back. */
const heldMs = 1000
/** How often a process that is asked something removes what nobody knows any more. */
const tidyEveryMs = 60_000

/**
 * Buckets that all processes of a database share. They are kept there; each process draws a slice as large as it expects to
 * need for a moment, for all buckets that want one in one statement, and spends it by itself. What it does not spend goes
 * back, and who finds nothing left refuses for a moment without asking. So no more is ever allowed than the limit, and
 * what one process holds while others lack it follows its own traffic and is gone after a second.
 */
export class SharedRateLimiter implements RateLimits {
  readonly limit: number
  readonly #db: Database
  readonly #slices = new Map<string, Slice>()
  readonly #wanting = new Set<Slice>()
  #drawing: Promise<void> | undefined
  #sweep: NodeJS.Timeout | undefined
  #tidiedAt = performance.now()

  constructor(limit: number, db: Database) {
    this.limit = limit
    this.#db = db
  }

  /** Asks the database only where the slice is used up. */
  async take(owner: number | string, category: Category, now: number, limit = this.limit): Promise<Taken> {
    const slice = this.#sliceOf(`${owner} ${category}`, limit)
    slice.requests += 1
    while (slice.tokens < 1 && performance.now() >= slice.emptyUntil) {
      await new Promise<void>((resolve) => {
        slice.waiting.push(resolve)
        this.#wanting.add(slice)
        this.#drawing ??= this.#drawAll()
      })
    }
    return spend(slice, now)
  }

  #sliceOf(name: string, limit: number): Slice {
    const known = this.#slices.get(name)
    if (known) return known
    const fresh = { name, limit, tokens: 0, requests: 0, left: limit, emptyUntil: 0, waiting: [] }
    const slice = { ...fresh, drawnAt: performance.now() }
    this.#slices.set(name, slice)
    this.#sweep ??= setTimeout(() => this.#giveBack(), heldMs).unref()
    return slice
  }

  /** One statement after the other, each for all who have come to want something. */
  async #drawAll() {
    while (this.#wanting.size > 0) {
      // Requests that come together are answered together.
      await new Promise<void>((resolve) => setImmediate(resolve))
      const slices = [...this.#wanting]
      this.#wanting.clear()
      await this.#draw(slices)
    }
    this.#drawing = undefined
  }

  async #draw(slices: Slice[]) {
    const inOrder = slices.sort((one, other) => (one.name < other.name ? -1 : 1))
    const draws = inOrder.map((slice) => wishOf(slice))
    const drawn = await drawTokens(this.#db, draws).catch(() => draws.map(conservative))
    for (const [index, slice] of inOrder.entries()) {
      const { granted, remaining } = drawn[index] ?? { granted: 0, remaining: 0 }
      slice.tokens += granted
      slice.left = remaining
      if (remaining < 1) {
        const nextTokenMs = ((1 - remaining) / slice.limit) * 1000
        slice.emptyUntil = performance.now() + Math.max(emptyMs, nextTokenMs)
      }
      for (const resolve of slice.waiting.splice(0)) resolve()
    }
  }

  /** Forgets what has not drawn for a while, and gives back what is left of it. */
  #giveBack() {
    const now = performance.now()
    if (now - this.#tidiedAt > tidyEveryMs) {
      this.#tidiedAt = now
      forgetFullBuckets(this.#db).catch(() => {})
    }
    const before = now - heldMs
    const idle = [...this.#slices].filter(([, { drawnAt, waiting }]) => drawnAt < before && waiting.length === 0)
    for (const [key] of idle) this.#slices.delete(key)
    const unspent = idle.map(([, slice]) => slice).filter(({ tokens }) => tokens > 0)
    if (unspent.length > 0) void this.#draw(unspent)
    this.#sweep = this.#slices.size === 0 ? undefined : setTimeout(() => this.#giveBack(), heldMs).unref()
  }
}

/** What to ask for; until it is there, whoever comes waits. */
function wishOf(slice: Slice) {
  const { name, limit, tokens: unspent, requests, drawnAt, waiting } = slice
  const now = performance.now()
  const expected = (requests * aheadMs) / Math.max(now - drawnAt, aheadMs)
  const need = waiting.length
  const extra = need === 0 ? 0 : Math.max(expected, limit * leastAhead)
  Object.assign(slice, { tokens: 0, requests: 0, drawnAt: now })
  return { name, limit, unspent, need, extra }
}

/** What a process allows, until it asks the next time, when it cannot ask. */
const conservative = ({ limit }: { limit: number }): Drawn => ({
  granted: Math.max(1, limit * leastAhead),
  remaining: 0,
})

function spend(slice: Slice, now: number): Taken {
  const { limit, left, drawnAt } = slice
  const allowed = slice.tokens >= 1
  if (allowed) slice.tokens -= 1
  // What comes in meanwhile is for all; what others spend of it shows in the next draw.
  const most = allowed ? limit - 1 : 0
  const whole = Math.min(most, left + ((performance.now() - drawnAt) / 1000) * limit + slice.tokens)
  const secondsToFull = (limit - whole) / limit
  return { allowed, limit, remaining: Math.floor(whole + 1e-9), resetAt: Math.ceil(now / 1000 + secondsToFull) }
}
