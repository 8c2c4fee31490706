import { ApiError } from '@openfield/schema'
import type { FastifyRequest } from 'fastify'
import type { Database } from '../storage/database.ts'
import { beginAttempt, type Counted, forgiveAll, forgiveLast } from '../storage/failed-attempts.ts'

/** How many failures pass before those that follow have to wait, for how long at most, and how often one is forgiven. */
type Patience = Omit<Counted, 'name'>

/** At one account, from one address. */
const atAccount: Patience = { allowed: 5, longestSeconds: 15 * 60, forgivesEverySeconds: 10 * 60 }
/** From one address at whichever account. Many people may share it. */
const fromAddress: Patience = { allowed: 50, longestSeconds: 60, forgivesEverySeconds: 60 }

/**
 * Slows down those who guess who somebody is: after some failures, each further one doubles the wait until the next
 * attempt, whichever process is asked.
 */
export class Attempts {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /**
   * Begins an attempt, which counts as a failure until it is said to be none, so that a crowd of simultaneous ones gains
   * nothing. Throws the 429 while one has to wait.
   */
  async begin(account: string, request: FastifyRequest, now = new Date()): Promise<{ succeeded(): Promise<void> }> {
    const address = addressOf(request)
    const counted = [
      { name: `${account} from ${address}`, about: { address, account: shownAccount(account) }, ...atAccount },
      { name: address, about: { address }, ...fromAddress },
    ] as const
    const { waitSeconds, countOf } = await beginAttempt(this.#db, counted, now)
    if (waitSeconds > 0) throw tooManyAttempts(Math.ceil(waitSeconds))
    for (const one of counted) {
      if (countOf(one) !== one.allowed + 1) continue
      request.log.error({ requestId: request.id, ...one.about }, 'Signing in fails again and again')
    }
    const [both] = counted
    return {
      succeeded: async () => {
        await forgiveAll(this.#db, both.name)
        // Whoever has an account cannot win back an address's attempts at others.
        await forgiveLast(this.#db, address)
      },
    }
  }
}

/** Enough of an account to know it by, and not what was typed: people type passwords there, too. Ids are shown as they are. */
const shownAccount = (account: string) =>
  /^[a-z]+_[0-9a-z]{26}$/.test(account) ? account : account.replace(/(\S)[^\s@]*(@\S*)?$/, '$1…$2')

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
