import { encodeId, type Scope, unauthorized } from '@openfield/schema'
import { hashOfKey } from '../domain/api-keys/create.ts'
import type { Caller } from '../domain/context.ts'
import { hashOfSecret } from '../domain/sign-in/secrets.ts'
import { sessionEnd } from '../domain/sign-in/sessions.ts'
import { type FoundKey, findApiKey, touchApiKey } from '../storage/api-keys.ts'
import type { Database } from '../storage/database.ts'
import { type FoundSession, findSession, touchSession } from '../storage/sessions.ts'
import type { Credentials } from './session-cookie.ts'

/** For how long a caller is taken to be who they were; a revocation in another process is seen after at most this long. */
const trustedMs = 900
const cachedMax = 10_000

/** Who a request comes from. */
export type Authenticated = { workspace: number; caller: Caller }

type Known = Authenticated & { touch(at: Date): Promise<unknown>; readAt: number; touchedAt: number }

/** How one kind of credential is looked up, by its hash, and what noting its use takes. */
type Kind = {
  find(
    db: Database,
    sha256: Buffer,
  ): Promise<(Omit<Known, 'readAt' | 'touchedAt'> & { lastUsedAt: Date | null }) | undefined>
  touchedEveryMs: number
  refusals: { unknown: string; expired: string }
}

const keys: Kind = {
  async find(db, sha256) {
    const key = await findApiKey(db, sha256)
    if (!key || key.revoked_at) return undefined
    return {
      workspace: key.workspace_id,
      caller: callerOfKey(key),
      lastUsedAt: key.last_used_at,
      touch: (at) => touchApiKey(db, key.workspace_id, key.id, at),
    }
  },
  touchedEveryMs: 60_000,
  refusals: { unknown: 'The API key is not valid.', expired: 'This API key has expired.' },
}

const sessions: Kind = {
  async find(db, sha256) {
    const session = await findSession(db, sha256)
    if (!session) return undefined
    return {
      workspace: session.workspace_id,
      caller: callerOfSession(session, sha256),
      lastUsedAt: session.last_used_at,
      touch: (at) => touchSession(db, sha256, at, sessionEnd(at)),
    }
  },
  touchedEveryMs: 5 * 60_000,
  refusals: { unknown: 'You are not signed in.', expired: 'You were signed out after a long time. Sign in again.' },
}

/** Recognises API keys and sessions. They are kept for a moment, so that most requests need no look-up. */
export class Authenticator {
  readonly #db: Database
  readonly #known = new Map<string, Known>()

  constructor(db: Database) {
    this.#db = db
  }

  /** The caller behind a request's credentials. Throws a 401 for anything but a live key or session. */
  async authenticate({ authorization, session }: Credentials): Promise<Authenticated> {
    const [kind, sha256] =
      session === undefined ? [keys, hashOfKey(bearerOf(authorization))] : [sessions, hashOfSecret(session)]
    const hex = sha256.toString('hex')
    const known = this.#known.get(hex)
    const now = Date.now()
    const current = known && now - known.readAt < trustedMs ? known : await this.#read(kind, sha256, hex)
    const { expiresAt } = current.caller
    if (expiresAt && expiresAt.getTime() <= now) throw unauthorized(kind.refusals.expired)
    if (now - current.touchedAt > kind.touchedEveryMs) {
      current.touchedAt = now
      // When it was last used is a convenience; a request does not wait for it, nor fail with it.
      current.touch(new Date(now)).catch(() => {})
    }
    return current
  }

  /** Forgets what is known, so that a revocation holds at once. */
  forget() {
    this.#known.clear()
  }

  async #read(kind: Kind, sha256: Buffer, hex: string): Promise<Known> {
    const found = await kind.find(this.#db, sha256)
    if (!found) {
      this.#known.delete(hex)
      throw unauthorized(kind.refusals.unknown)
    }
    const { lastUsedAt, ...who } = found
    const touchedAt = Math.max(lastUsedAt?.getTime() ?? 0, this.#known.get(hex)?.touchedAt ?? 0)
    const known = { ...who, readAt: Date.now(), touchedAt }
    if (this.#known.size >= cachedMax) this.#known.clear()
    this.#known.set(hex, known)
    return known
  }
}

function bearerOf(header: string | undefined): string {
  const [, key] = /^Bearer +(\S+)$/i.exec(header?.trim() ?? '') ?? []
  if (key === undefined) throw unauthorized('Send an API key: Authorization: Bearer sk_of_…')
  return key
}

function callerOfKey(key: FoundKey): Caller {
  const member = key.member_id ?? key.created_by
  return {
    actor: encodeId('key', key.id),
    session: undefined,
    expiresAt: key.expires_at,
    subjectType: key.member_id === null ? 'workspace' : 'user',
    memberId: member === null ? undefined : encodeId('mem', member),
    email: key.email ?? undefined,
    role: key.role,
    scopes: key.scopes as Scope[],
  }
}

function callerOfSession({ member_id, email, role, expires_at }: FoundSession, session: Buffer): Caller {
  const memberId = encodeId('mem', member_id)
  return {
    actor: memberId,
    session,
    expiresAt: expires_at,
    subjectType: 'user',
    memberId,
    email: email ?? undefined,
    role,
    scopes: [],
  }
}
