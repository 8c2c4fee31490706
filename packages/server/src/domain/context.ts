import { ApiError, type Scope } from '@openfield/schema'
import type { Blobs } from '../storage/blobs/blobs.ts'
import type { Database } from '../storage/database.ts'
import { readDefinitions, readDefinitionsVersion, type VersionedDefinitions } from '../storage/definitions.ts'
import { WriteRefused } from '../storage/records.ts'
import type { Metrics } from '../watching/metrics.ts'
import type { Traces } from '../watching/traces.ts'
import type { EventFeed } from './events/feed.ts'
import type { Mailer } from './mail/mailer.ts'
import type { Outbound } from './outbound/outbound.ts'
import type { SingleSignOn } from './sign-in/single-sign-on.ts'

/** Who is calling: a key, of a member or of the workspace, or a member who is signed in. */
export type Caller = {
  /** Whom changes name as the one who made them: the id of the key, or of the member who is signed in. */
  actor: string
  /** What identifies the session of a member who is signed in; undefined for keys. */
  session: Buffer | undefined
  /** When the key or the session ends; null: never. */
  expiresAt: Date | null
  subjectType: 'user' | 'workspace'
  /** The member who is signed in or whom the key belongs to, or through whom a workspace key acts (its creator). */
  memberId: string | undefined
  /** That member's address. */
  email: string | undefined
  role: 'admin' | 'member'
  /** None: full access. */
  scopes: readonly Scope[]
}

/** Everything an operation may know about the outside. Always the first argument. */
export type Context = {
  db: Database
  workspace: number
  /** Undefined when the system itself acts. */
  caller: Caller | undefined
  definitions: DefinitionsCache
  /** What happens in workspaces, for those who listen. */
  events: EventFeed
  /** Base of `httpLink` and of signed URLs, without a slash at the end. */
  publicUrl: string
  /** Where the bytes of files are kept. */
  blobs: Blobs
  /** What the URLs of files are signed with. */
  urlSecret: () => Promise<Buffer>
  /** What credentials are encrypted with. */
  encryptionKey: () => Promise<Buffer>
  /** Undefined where no mails are sent. */
  mailer: Mailer | undefined
  /** Undefined where people sign in with passwords only. */
  singleSignOn: SingleSignOn | undefined
  /** The way to addresses that somebody typed. */
  outbound: Outbound
  /** Whether records are enriched at all. */
  enriches: boolean
  /** Whether there is room on the disk for what is written. */
  hasRoom: () => boolean
  now: () => Date
  /** Keeps the register of erasures outside of the database. */
  keepErasures: () => Promise<void>
  /** What is counted for those who watch the server; undefined where nobody does. */
  metrics: Metrics | undefined
  /** Spans of what is done; undefined where none are collected. */
  traces: Traces | undefined
  /** Told after a write that left work in the outbox. */
  workWritten: () => void
}

/** Throws a 503 while there is no room on the disk for what is written. */
export function requireRoom({ hasRoom }: Pick<Context, 'hasRoom'>): void {
  if (hasRoom()) return
  throw new ApiError(
    'service_unavailable',
    undefined,
    'The disk of the server is nearly full: nothing is written until there is more room. What is there can be read.',
  )
}

/** What is there before anybody calls. */
export type System = Omit<Context, 'workspace' | 'caller'>

/** Runs `attempt` with the definitions at hand; when the database has newer ones, with those. */
export async function withDefinitions<T>(
  ctx: Context,
  attempt: (definitions: VersionedDefinitions) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const definitions = await ctx.definitions.get(ctx)
    try {
      return await attempt(definitions)
    } catch (error) {
      if (tries > triesMax || !(await ctx.definitions.isOutdated(ctx, definitions, error))) throw error
    }
  }
}

const triesMax = 50

/** Thrown by reads that saw another version of the definitions than the one they were given. */
export class OutdatedDefinitions extends Error {}

/** The definitions of each workspace as this process last saw them. Every read and write tells when they are outdated. */
export class DefinitionsCache {
  readonly #byWorkspace = new Map<number, Promise<VersionedDefinitions>>()

  get(ctx: Context): Promise<VersionedDefinitions> {
    const cached = this.#byWorkspace.get(ctx.workspace)
    if (cached) return cached
    const loading = readDefinitions(ctx.db, ctx.workspace)
    this.#byWorkspace.set(ctx.workspace, loading)
    loading.catch(() => this.#byWorkspace.delete(ctx.workspace))
    return loading
  }

  forget(workspace: number) {
    this.#byWorkspace.delete(workspace)
  }

  /** Whether an attempt failed, or may have failed, because newer definitions exist; forgets the old ones if so. */
  async isOutdated(ctx: Context, used: VersionedDefinitions, error: unknown): Promise<boolean> {
    if (!mayBeOutdated(error)) return false
    const current = await readDefinitionsVersion(ctx.db, ctx.workspace)
    if (current === used.version) return false
    this.forget(ctx.workspace)
    return true
  }
}

/** Any refusal of the input may rest on definitions that another process has changed. */
const mayBeOutdated = (error: unknown) =>
  error instanceof OutdatedDefinitions || error instanceof ApiError || error instanceof WriteRefused
