import { badRequest, forbidden, type Scope } from '@openfield/schema'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Caller, Context } from '../domain/context.ts'
import type { Idempotency } from '../domain/records/write.ts'
import { findResponse } from '../storage/idempotency.ts'
import type { Authenticator } from './authenticate.ts'
import { type Category, type RateLimiter, tooManyRequests } from './rate-limit.ts'

/** What a route asks of a request before its handler sees it. */
export type Requirements = {
  category: Category
  /** All of these; none: any valid key. */
  scopes: readonly Scope[]
  /** `required`: every request names the API version; the admin API and one public route do without. */
  version: 'required' | 'optional'
  /** Only full-access keys of admins. */
  admin?: true
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
  rateLimiter: RateLimiter
  contextOf: (workspace: number, caller: Caller) => Context
}

const apiVersion = '2026-03-01'
const keyLengthMax = 255

/**
 * The checks of a request before its body is read, in their documented order: key, version, rate limit, scope,
 * idempotency. A response that was given before under the same idempotency key is replayed here.
 */
export function guard(guards: Guards, requirements: Requirements) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { workspace, caller } = await guards.authenticator.authenticate(request.headers.authorization)
    if (requirements.version === 'required') requireVersion(request.headers['lightfield-version'])
    countRequest(guards.rateLimiter, workspace, requirements.category, reply)
    requireAccess(caller, requirements)
    const ctx = guards.contextOf(workspace, caller)
    const idempotency = idempotencyOf(request, requirements)
    request.call = { ctx, idempotency }
    if (idempotency) return replay(request.call, reply)
  }
}

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

function countRequest(rateLimiter: RateLimiter, workspace: number, category: Category, reply: FastifyReply) {
  if (rateLimiter.limit === 0) return
  const { allowed, limit, remaining, resetAt } = rateLimiter.take(workspace, category, Date.now())
  reply
    .header('x-ratelimit-limit', limit)
    .header('x-ratelimit-remaining', remaining)
    .header('x-ratelimit-reset', resetAt)
  if (!allowed) throw tooManyRequests()
}

function requireAccess({ role, scopes }: Caller, requirements: Requirements) {
  if (requirements.admin && (scopes.length > 0 || role !== 'admin')) {
    throw forbidden('The admin API needs a full-access key of an admin.')
  }
  const missing = scopes.length === 0 ? undefined : requirements.scopes.find((scope) => !scopes.includes(scope))
  if (missing) throw forbidden(`This API key lacks the scope '${missing}'.`)
}

function idempotencyOf(request: FastifyRequest, { operation }: Requirements): Idempotency | undefined {
  const key = request.headers['idempotency-key']
  if (operation === undefined || typeof key !== 'string' || key === '') return undefined
  if (key.length > keyLengthMax) {
    throw badRequest(
      'idempotency_key_too_long',
      `An Idempotency-Key has at most ${keyLengthMax} characters.`,
      'Idempotency-Key',
    )
  }
  const { entitySlug } = request.params as { entitySlug?: string }
  return { operation: entitySlug === undefined ? operation : `${operation} ${entitySlug}`, key }
}
