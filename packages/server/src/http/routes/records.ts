import { ApiError, type ObjectType, objectTypes, type Scope, type Verb } from '@openfield/schema'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { createRecord } from '../../domain/records/create.ts'
import { retrieveDefinitions } from '../../domain/records/definitions.ts'
import { listRecords } from '../../domain/records/list.ts'
import { retrieveRecord } from '../../domain/records/retrieve.ts'
import { updateRecord } from '../../domain/records/update.ts'
import { KeyUsed } from '../../domain/records/write.ts'
import { recordInput } from '../body.ts'
import { type Guards, guard, type Requirements, replay, sendJson } from '../guard.ts'
import { parseListQuery } from '../list-query.ts'

type RecordRequest = FastifyRequest<{ Params: { id: string } }>

/** The operations of records: the same for every object type that offers them. */
export const recordOperations = {
  create: { method: 'POST', path: '', scope: 'create', category: 'Write' },
  list: { method: 'GET', path: '', scope: 'read', category: 'Search' },
  definitions: { method: 'GET', path: '/definitions', scope: 'read', category: 'Read' },
  retrieve: { method: 'GET', path: '/:id', scope: 'read', category: 'Read' },
  update: { method: 'POST', path: '/:id', scope: 'update', category: 'Write' },
} as const satisfies Record<Verb, { method: string; path: string; scope: string; category: Requirements['category'] }>

/** Adds the routes of every object type, by the verbs that its table names. */
export function recordRoutes(app: FastifyInstance, guards: Guards) {
  for (const objectType of Object.values<ObjectType>(objectTypes)) {
    for (const verb of objectType.verbs) {
      const { method, path, scope, category } = recordOperations[verb]
      const requirements: Requirements = {
        category,
        scopes: [`${objectType.plural}:${scope}` as Scope],
        version: 'required',
        ...(method === 'POST' && { operation: `${objectType.name} ${verb}` }),
      }
      app.route<{ Params: { id: string } }>({
        method,
        url: `/v1/${objectType.plural}${path}`,
        onRequest: guard(guards, requirements),
        handler: async (request, reply) => {
          const answer = await once(request, reply, () => handlers[verb](objectType, request))
          return answer === undefined ? reply : sendJson(reply, answer)
        },
      })
    }
  }
}

/** What each operation needs of its body. An opportunity needs relationships, others only fields. */
const handlers: Record<Verb, (objectType: ObjectType, request: RecordRequest) => Promise<string>> = {
  create: async (objectType, { call, body }) =>
    createRecord(call.ctx, objectType.name, recordInput(body, requiredOnCreate(objectType)), call.idempotency),
  update: async (objectType, { call, body, params }) =>
    updateRecord(call.ctx, objectType.name, params.id, recordInput(body, []), call.idempotency),
  retrieve: async (objectType, { call, params }) => retrieveRecord(call.ctx, objectType.name, params.id),
  list: async (objectType, { call, raw }) => listRecords(call.ctx, objectType.name, parseListQuery(queryOf(raw.url))),
  definitions: async (objectType, { call }) => JSON.stringify(await retrieveDefinitions(call.ctx, objectType.name)),
}

const requiredOnCreate = ({ relationships }: ObjectType) =>
  Object.values(relationships).some((relationship) => 'required' in relationship)
    ? (['fields', 'relationships'] as const)
    : (['fields'] as const)

const queryOf = (url = '') => (url.includes('?') ? url.slice(url.indexOf('?') + 1) : '')

/** Runs a write; if another request with the same idempotency key was first, its response is sent instead. */
async function once(
  request: RecordRequest,
  reply: FastifyReply,
  write: () => Promise<string>,
): Promise<string | undefined> {
  try {
    return await write()
  } catch (error) {
    if (!(error instanceof KeyUsed)) throw error
    await replay(request.call, reply)
    if (reply.sent) return undefined
    throw new ApiError(
      'idempotency_conflict',
      undefined,
      'An operation with this idempotency key is already in progress. Please wait and retry.',
    )
  }
}
