import { APIError } from '../errors.ts'
import type { RequestOptions, Send } from '../request.ts'

/** Who is signed in. */
export type Session = {
  member: SignedInMember
  workspace: { id: string; name: string }
  /** When it ends unless it is used before; of an API key, when that expires; null: never. */
  expiresAt: string | null
}

export type SignedInMember = {
  id: string
  email: string
  firstName: string | null
  lastName: string | null
  role: 'admin' | 'member'
}

/** How one can sign in, and to which workspace when there is only one. */
export type SignInOptions = {
  password: true
  singleSignOn: { label: string } | null
  workspace: { name: string } | null
}

/** Somewhere the member is signed in. */
export type SessionEntry = {
  createdAt: string
  lastUsedAt: string
  expiresAt: string
  userAgent: string | null
  /** Whether it is the session of this client. */
  current: boolean
}

/** Signing in and out. What needs someone who is signed in takes the API key of a member too. Every operation throws APIError when it fails. */
export class Sessions {
  readonly #send: Send

  constructor(send: Send) {
    this.#send = send
  }

  /** How one can sign in here; for everybody. */
  options(options?: RequestOptions): Promise<SignInOptions> {
    return this.#send({ method: 'GET', api: 'admin', path: ['sign-in'] }, options)
  }

  /** Who is signed in. Throws AuthenticationError when nobody is. */
  get(options?: RequestOptions): Promise<Session> {
    return this.#send({ method: 'GET', api: 'admin', path: ['session'] }, options)
  }

  /**
   * Signs in on this browser. Throws AuthenticationError when the address or the password is wrong, RateLimitError after
   * many attempts, ConflictError when a `workspaceId` must be chosen: `workspacesOf(error)` says from which.
   */
  signIn(input: { email: string; password: string; workspaceId?: string }, options?: RequestOptions): Promise<Session> {
    return this.#send({ method: 'POST', api: 'admin', path: ['session'], body: input }, options)
  }

  /** Changes the own name; what is not named stays. */
  update(name: { firstName?: string | null; lastName?: string | null }, options?: RequestOptions): Promise<Session> {
    return this.#send({ method: 'PATCH', api: 'admin', path: ['session'], body: name }, options)
  }

  async signOut(options?: RequestOptions): Promise<void> {
    await this.#send({ method: 'DELETE', api: 'admin', path: ['session'] }, options)
  }

  /** Ends the member's sessions on all browsers, this one too. */
  async signOutEverywhere(options?: RequestOptions): Promise<void> {
    await this.#send({ method: 'DELETE', api: 'admin', path: ['sessions'] }, options)
  }

  /** Gives the member another password, and signs them out everywhere else. A wrong `current` is an UnprocessableEntityError. */
  async changePassword(input: { current: string; password: string }, options?: RequestOptions): Promise<void> {
    await this.#send({ method: 'POST', api: 'admin', path: ['password'], body: input }, options)
  }

  /** Where the member is signed in, the most recently used first. */
  list(options?: RequestOptions): Promise<{ data: SessionEntry[]; totalCount: number }> {
    return this.#send({ method: 'GET', api: 'admin', path: ['sessions'] }, options)
  }
}

type WorkspaceChoice = { error?: { workspaces?: { id: string; name: string }[] } } | undefined

/** The workspaces to choose from, of the ConflictError that `signIn` throws; none for other errors. */
export function workspacesOf(error: unknown): { id: string; name: string }[] {
  const body = error instanceof APIError ? (error.body as WorkspaceChoice) : undefined
  return body?.error?.workspaces ?? []
}
