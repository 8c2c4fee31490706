import { ApiError } from '@openfield/schema'
import type { FastifyRequest } from 'fastify'

/** How many failures pass before those that follow have to wait, how long at most, and how often one is forgiven. */
type Patience = { allowed: number; delayMaxMs: number; forgivesEveryMs: number }

/** At one account, from one address. */
const atAccount: Patience = { allowed: 5, delayMaxMs: 15 * 60_000, forgivesEveryMs: 10 * 60_000 }
/** From one address at whichever account. Many people may share it. */
const fromAddress: Patience = { allowed: 50, delayMaxMs: 60_000, forgivesEveryMs: 60_000 }

const firstDelayMs = 1000
const trackedMax = 10_000

type Failures = { count: number; freeAt: number; lastAt: number }

/**
 * Slows down those who guess who somebody is: after some failures, each further one doubles the wait until the next
 * attempt. In memory: a restart forgives.
 */
export class Attempts {
  readonly #failures = new Map<string, Failures>()

  /**
   * Begins an attempt, which counts as a failure until it is said to be none, so that a crowd of simultaneous ones gains
   * nothing. Throws the 429 while one has to wait.
   */
  begin(account: string, request: FastifyRequest, now = Date.now()): { succeeded(): void } {
    const address = addressOf(request)
    const both = `${account} from ${address}`
    const waitMs = Math.max(...[both, address].map((name) => (this.#failures.get(name)?.freeAt ?? 0) - now))
    if (waitMs > 0) throw tooManyAttempts(Math.ceil(waitMs / 1000))
    this.#fail(both, atAccount, now, request)
    const failures = this.#fail(address, fromAddress, now, request)
    return {
      succeeded: () => {
        this.#failures.delete(both)
        // Whoever has an account cannot win back an address's attempts at others.
        Object.assign(failures, { count: failures.count - 1, freeAt: 0 })
      },
    }
  }

  #fail(name: string, { allowed, delayMaxMs, forgivesEveryMs }: Patience, now: number, { log, id }: FastifyRequest) {
    const { count: before, lastAt } = this.#failures.get(name) ?? { count: 0, lastAt: now }
    const count = Math.max(0, before - Math.floor((now - lastAt) / forgivesEveryMs)) + 1
    const delayMs = count < allowed ? 0 : Math.min(firstDelayMs * 2 ** (count - allowed), delayMaxMs)
    if (count === allowed + 1) log.error({ requestId: id, attempts: name }, 'Signing in fails again and again')
    const failures: Failures = { count, freeAt: now + delayMs, lastAt: now }
    // Entered anew, so that the map's first entry is the one that was quiet longest.
    this.#failures.delete(name)
    this.#failures.set(name, failures)
    const [oldest] = this.#failures.keys()
    if (this.#failures.size > trackedMax && oldest !== undefined) this.#failures.delete(oldest)
    return failures
  }
}

/** Clients are not to try again by themselves. */
const tooManyAttempts = (seconds: number) =>
  new ApiError('too_many_requests', undefined, `Too many attempts. Try again in ${seconds} seconds.`, {
    retryAfter: seconds,
    retry: false,
  })

/** Where a request comes from, as far as it can be held to account: of an IPv6 address the network. */
export function addressOf({ ip }: FastifyRequest): string {
  const address = ip.replace(/^::ffff:(?=\d+\.)/, '')
  return address.includes(':') ? `${address.split('::')[0]?.split(':').slice(0, 4).join(':')}::/64` : address
}
