import { badRequest, forbidden, type Scope } from '@openfield/schema'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Caller, type Context, requireRoom, type System } from '../domain/context.ts'
import type { Idempotency } from '../domain/records/write.ts'
import { findResponse } from '../storage/idempotency.ts'
import { type Attempts, addressOf } from './attempts.ts'
import type { Authenticator } from './authenticate.ts'
import { type Category, type RateLimits, tooManyRequests } from './rate-limit.ts'
import { credentialsOf, requireOwnOrigin } from './session-cookie.ts'

/** What a route asks of a request before its handler sees it. */
export type Requirements = {
  category: Category
  /** All of these; none: any valid key. */
  scopes: readonly Scope[]
  /** `required`: every request names the API version; the admin API and one public route do without. */
  version: 'required' | 'optional'
  /** Only admins, by a session or a full-access key. */
  admin?: true
  /** Nobody needs to be known: requests count per address. */
  anyone?: true
  /** What an idempotency key of this route is scoped to, e.g. `opportunity create`. */
  operation?: string
}

/** A handler's view of a request that has passed. */
export type Call = { ctx: Context; idempotency: Idempotency | undefined }

declare module 'fastify' {
  interface FastifyRequest {
    call: Call
  }
}

export type Guards = {
  authenticator: Authenticator
  rateLimiter: RateLimits
  attempts: Attempts
  system: System
}

const apiVersion = '2026-03-01'
const keyLengthMax = 255

/**
 * The checks of a request before its body is read, in their documented order: key, version, rate limit, scope,
 * idempotency. A response that was given before under the same idempotency key is replayed here.
 */
export function guard(guards: Guards, requirements: Requirements) {
  if (requirements.anyone) return guardOpen(guards, requirements)
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { rateLimiter, system } = guards
    const { workspace, caller } = await identify(guards, request)
    request.task.workspace = workspace
    if (requirements.version === 'required') requireVersion(request.headers['lightfield-version'])
    await countRequest(guards, requirements.category, bucketOf(workspace, caller, rateLimiter.limit), reply)
    requireAccess(caller, requirements)
    // Caches keep away from what is asked for with a key by themselves, not from what comes by a cookie.
    if (caller.session) reply.header('cache-control', 'no-store')
    const ctx: Context = { ...system, workspace, caller }
    const idempotency = idempotencyOf(request, requirements)
    request.call = { ctx, idempotency }
    if (idempotency) await replay(request.call, reply)
    if (reply.sent) return reply
    if (requirements.category === 'Write') requireRoom(system)
  }
}

/** What is checked where nobody needs to be known. No page of another site may sign people in as somebody else. */
const guardOpen =
  (guards: Guards, { category }: Requirements) =>
  async (request: FastifyRequest, reply: FastifyReply) => {
    const { rateLimiter, system } = guards
    if (request.method !== 'GET') requireOwnOrigin(request, system.publicUrl)
    await countRequest(guards, category, { owner: addressOf(request), limit: rateLimiter.limit }, reply)
  }

/** Who a request comes from. Throws a 401 when that cannot be told, or not any more. */
export const identify = ({ authenticator, system }: Guards, request: FastifyRequest) =>
  authenticator.authenticate(credentialsOf(request, system.publicUrl))

/** Sends the response that was given before under the call's idempotency key, if there is one. */
export async function replay({ ctx, idempotency }: Call, reply: FastifyReply) {
  if (!idempotency) return
  const response = await findResponse(ctx.db, ctx.workspace, idempotency.operation, idempotency.key)
  if (response !== undefined) return sendJson(reply, response)
}

/** Sends JSON text with status 200, the only one of success. */
export const sendJson = (reply: FastifyReply, text: string) =>
  reply.header('content-type', 'application/json; charset=utf-8').send(text)

function requireVersion(version: string | string[] | undefined) {
  if (version === apiVersion) return
  throw badRequest('version_header', `Send the header Lightfield-Version: ${apiVersion}.`, 'Lightfield-Version')
}

type BucketOf = { owner: number | string; limit: number }

/** A screen asks for much at once: sessions have buckets of their own, so that none eats the programs' budget. */
const sessionTimes = 4

const bucketOf = (workspace: number, { session }: Caller, limit: number): BucketOf =>
  session ? { owner: session.toString('hex'), limit: limit * sessionTimes } : { owner: workspace, limit }

async function countRequest(
  { rateLimiter, system }: Guards,
  category: Category,
  bucket: BucketOf,
  reply: FastifyReply,
) {
  if (rateLimiter.limit === 0) return
  const taken = await rateLimiter.take(bucket.owner, category, Date.now(), bucket.limit)
  const { allowed, limit, remaining, resetAt } = taken
  reply
    .header('x-ratelimit-limit', limit)
    .header('x-ratelimit-remaining', remaining)
    .header('x-ratelimit-reset', resetAt)
  if (allowed) return
  system.metrics?.rateLimited(category)
  throw tooManyRequests()
}

function requireAccess({ role, scopes }: Caller, requirements: Requirements) {
  if (requirements.admin && (scopes.length > 0 || role !== 'admin')) {
    throw forbidden('This takes an admin: one who is signed in, or a full-access key of one.')
  }
  const missing = scopes.length === 0 ? undefined : requirements.scopes.find((scope) => !scopes.includes(scope))
  if (missing) throw forbidden(`This API key lacks the scope '${missing}'.`)
}

function idempotencyOf(request: FastifyRequest, { operation }: Requirements): Idempotency | undefined {
  const key = operation === undefined ? undefined : idempotencyKeyOf(request)
  if (operation === undefined || key === undefined) return undefined
  const { entitySlug } = request.params as { entitySlug?: string }
  return { operation: entitySlug === undefined ? operation : `${operation} ${entitySlug}`, key }
}

/** The idempotency key that a request has. */
export function idempotencyKeyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key']
  if (typeof key !== 'string' || key === '') return undefined
  if (key.length > keyLengthMax) {
    throw badRequest(
      'idempotency_key_too_long',
      `An Idempotency-Key has at most ${keyLengthMax} characters.`,
      'Idempotency-Key',
    )
  }
  return key
}
