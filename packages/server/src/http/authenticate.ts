import { encodeId, type Scope, unauthorized } from '@openfield/schema'
import { hashOfKey } from '../domain/api-keys/create.ts'
import type { Caller } from '../domain/context.ts'
import { type FoundKey, findApiKey, touchApiKey } from '../storage/api-keys.ts'
import type { Database } from '../storage/database.ts'

/** For how long a key is taken to be what it was; a revocation in another process is seen after at most this long. */
const trustedMs = 900
const touchedEveryMs = 60_000
const cachedMax = 10_000

type Known = { key: FoundKey; caller: Caller; readAt: number; touchedAt: number }

/** Who a request comes from. */
export type Authenticated = { workspace: number; caller: Caller }

/** Recognises API keys. Keys are kept for a moment, so that most requests need no look-up. */
export class Authenticator {
  readonly #db: Database
  readonly #known = new Map<string, Known>()

  constructor(db: Database) {
    this.#db = db
  }

  /** The caller behind an Authorization header. Throws a 401 for anything but a live key. */
  async authenticate(header: string | undefined): Promise<Authenticated> {
    const sha256 = hashOfKey(bearerOf(header))
    const hex = sha256.toString('hex')
    const known = this.#known.get(hex)
    const now = Date.now()
    const current =
      known && now - known.readAt < trustedMs ? known : await this.#read(sha256, hex, known?.touchedAt ?? 0)
    if (now - current.touchedAt > touchedEveryMs) this.#touch(current, now)
    if (current.key.expires_at && current.key.expires_at.getTime() <= now)
      throw unauthorized('This API key has expired.')
    return { workspace: current.key.workspace_id, caller: current.caller }
  }

  /** Forgets what is known, so that a revocation holds at once. */
  forget() {
    this.#known.clear()
  }

  async #read(sha256: Buffer, hex: string, touchedAt: number): Promise<Known> {
    const key = await findApiKey(this.#db, sha256)
    if (!key || key.revoked_at) {
      this.#known.delete(hex)
      throw unauthorized('The API key is not valid.')
    }
    const known = { key, caller: callerOf(key), readAt: Date.now(), touchedAt }
    if (this.#known.size >= cachedMax) this.#known.clear()
    this.#known.set(hex, known)
    return known
  }

  #touch(known: Known, now: number) {
    known.touchedAt = now
    // When a key was last used is a convenience; a request does not wait for it, nor fail with it.
    touchApiKey(this.#db, known.key.workspace_id, known.key.id, new Date(now)).catch(() => {})
  }
}

function bearerOf(header: string | undefined): string {
  const [, key] = /^Bearer +(\S+)$/i.exec(header?.trim() ?? '') ?? []
  if (key === undefined) throw unauthorized('Send an API key: Authorization: Bearer sk_of_…')
  return key
}

function callerOf(key: FoundKey): Caller {
  const member = key.member_id ?? key.created_by
  return {
    keyId: key.id,
    subjectType: key.member_id === null ? 'workspace' : 'user',
    memberId: member === null ? undefined : encodeId('mem', member),
    email: key.email ?? undefined,
    role: key.role,
    scopes: key.scopes as Scope[],
  }
}
