import type { Scope } from '@openfield/schema'
import type { JsonSchema } from '@openfield/schema/openapi'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Context, System } from '../../../domain/context.ts'
import type { ListQuery } from '../../../domain/records/list.ts'
import type { Guards, Requirements } from '../../guard.ts'

/** One operation of the admin API: what it asks, what it takes, what it answers, what it does. */
export type AdminOperation<Body extends z.ZodType = z.ZodType> = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  summary: string
  /** What the summary does not say, e.g. which scope depends on the request. */
  description?: string
  /**
   * `admin`: a full-access key of an admin, or an admin who is signed in; `caller`: whoever has the scopes; `anyone`: also
   * who is not known yet.
   */
  access: 'admin' | 'caller' | 'anyone'
  /** Needed by every request of a `caller` operation; those that depend on the request, the domain asks for. */
  scopes?: readonly Scope[]
  /** By default Read for GET, and Write. */
  category?: Requirements['category']
  body?: Body
  /** It reads JSON lines, of any number, from the request as they come. */
  streams?: true
  /** It takes `limit` and `offset`. */
  paged?: true
  /** Parameters of the query string, for the OpenAPI document. */
  parameters?: readonly object[]
  /** The name that the schema of the answer has in the OpenAPI document. */
  answer: string
  /** How the answer is sent, when not as JSON. */
  contentType?: string
  /** Statuses of errors that do not follow from the rest. */
  alsoAnswers?: readonly number[]
  /** Whether the audit log says who did it; by default of what only admins may do, but for reading. */
  audited?: boolean
  /** The answer: something to be sent as JSON, JSON as text, or the reply when it has been sent. */
  run(request: AdminRequest<z.output<Body>>): Promise<unknown>
}

export type AdminRequest<Body> = {
  /** Not there where anyone may call. */
  ctx: Context
  system: System
  params: Record<'id' | 'objectType' | 'slug' | 'fileId' | 'deliveryId', string>
  body: Body
  /** For operations that are `paged`. */
  page: Pick<ListQuery, 'limit' | 'offset'>
  /** The raw query string. */
  query: string
  guards: Guards
  request: FastifyRequest
  reply: FastifyReply
}

/** The operations of one topic by their ids, and the schemas of what they answer by name. */
export type AdminGroup = {
  operations: Readonly<Record<`admin.${string}`, AdminOperation>>
  schemas: Readonly<Record<string, JsonSchema>>
}

/** Returns the operation unchanged; its job is to give `run` the type of the body. */
export const adminOperation = <Body extends z.ZodType = z.ZodType<undefined>>(
  operation: AdminOperation<Body>,
): AdminOperation => operation as unknown as AdminOperation
