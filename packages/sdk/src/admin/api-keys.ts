import type { Scope } from '@openfield/schema'
import type { RequestOptions, Send } from '../request.ts'

/** An API key as it is shown; the key itself is shown once, when it is made. */
export type ApiKey = {
  id: string
  name: string
  /** How the key ends. */
  hint: string
  subjectType: 'user' | 'workspace'
  memberId: string | null
  role: 'admin' | 'member'
  /** None: full access. */
  scopes: Scope[]
  createdAt: string
  expiresAt: string | null
  revokedAt: string | null
  lastUsedAt: string | null
}

export type NewApiKey = { name: string; scopes?: readonly Scope[]; memberId?: string; expiresAt?: string }

/** The keys of a workspace. Every operation throws APIError when it fails. */
export class ApiKeys {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  list(options?: RequestOptions): Promise<{ data: ApiKey[]; totalCount: number }> {
    return this.#send({ method: 'GET', api: 'admin', path: ['api-keys'] }, options)
  }

  create(key: NewApiKey, options?: RequestOptions): Promise<ApiKey & { key: string }> {
    return this.#send({ method: 'POST', api: 'admin', path: ['api-keys'], body: key }, options)
  }

  /** Ends a key at once, for good. */
  revoke(id: string, options?: RequestOptions): Promise<ApiKey> {
    return this.#send({ method: 'DELETE', api: 'admin', path: ['api-keys', id] }, options)
  }
}
