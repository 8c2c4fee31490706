import {
  ApiError,
  type Definitions,
  notFound,
  type ObjectDefinition,
  type ObjectType,
  objectTypes,
  type Scope,
  type Verb,
} from '@openfield/schema'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Context, withDefinitions } from '../../domain/context.ts'
import { createRecord } from '../../domain/records/create.ts'
import { retrieveDefinitions } from '../../domain/records/definitions.ts'
import { retrieveHistory } from '../../domain/records/history.ts'
import { listRecords } from '../../domain/records/list.ts'
import { mergeRecords } from '../../domain/records/merge.ts'
import { retrieveRecord } from '../../domain/records/retrieve.ts'
import { restoreRecord, trashRecord } from '../../domain/records/trash.ts'
import { updateRecord } from '../../domain/records/update.ts'
import { KeyUsed } from '../../domain/records/write.ts'
import { mergeInput, recordInput, requireNothing } from '../body.ts'
import { type Guards, guard, type Requirements, replay, sendJson } from '../guard.ts'
import { parseHistoryQuery, parseListQuery } from '../list-query.ts'

type Params = { id: string; fieldKey: string; entitySlug: string }
type RecordRequest = FastifyRequest<{ Params: Params }>

type RecordOperation = {
  method: 'GET' | 'POST' | 'DELETE'
  /** Behind the address of the object type's records. */
  path: string
  /** The second halves of the scopes it needs. */
  scopes: readonly string[]
  category: Requirements['category']
  /** A custom object's path where it is not the usual one behind `/values`. */
  customPath?: string
  summary: (objectType: { label: string; plural: string }) => string
}

/** The operations of records: the same for every object type that offers them. */
export const recordOperations = {
  create: {
    method: 'POST',
    path: '',
    scopes: ['create'],
    category: 'Write',
    summary: ({ label }) => `Create ${aOrAn(label)}`,
  },
  list: {
    method: 'GET',
    path: '',
    customPath: '',
    scopes: ['read'],
    category: 'Search',
    summary: ({ plural }) => `List ${plural}`,
  },
  definitions: {
    method: 'GET',
    path: '/definitions',
    customPath: '/definitions',
    scopes: ['read'],
    category: 'Read',
    summary: ({ label }) => `Read ${label.toLowerCase()} definitions`,
  },
  merge: {
    method: 'POST',
    path: '/merge',
    customPath: '/merge',
    scopes: ['update', 'delete'],
    category: 'Write',
    summary: ({ plural }) => `Merge two ${plural}`,
  },
  retrieve: {
    method: 'GET',
    path: '/:id',
    scopes: ['read'],
    category: 'Read',
    summary: ({ label }) => `Retrieve ${aOrAn(label)}`,
  },
  update: {
    method: 'POST',
    path: '/:id',
    scopes: ['update'],
    category: 'Write',
    summary: ({ label }) => `Update ${aOrAn(label)}`,
  },
  delete: {
    method: 'DELETE',
    path: '/:id',
    scopes: ['delete'],
    category: 'Write',
    summary: ({ label }) => `Move ${aOrAn(label)} to the trash`,
  },
  restore: {
    method: 'POST',
    path: '/:id/restore',
    scopes: ['restore'],
    category: 'Write',
    summary: ({ label }) => `Bring ${aOrAn(label)} back from the trash`,
  },
  fieldHistory: {
    method: 'GET',
    path: '/:id/fields/:fieldKey/history',
    scopes: ['read'],
    category: 'Read',
    summary: ({ label }) => `Read the values that a field of ${aOrAn(label)} has had`,
  },
} as const satisfies Record<Verb, RecordOperation>

const aOrAn = (label: string) => `${/^[aeiou]/i.test(label) ? 'an' : 'a'} ${label.toLowerCase()}`

/** What an operation asks of a request; `group` is the first half of its scopes, `name` what idempotency keys go by. */
export function recordRequirements(
  { plural: group, name }: { plural: string; name: string },
  verb: Verb,
): Requirements {
  const { method, scopes, category }: RecordOperation = recordOperations[verb]
  return {
    category,
    scopes: scopes.map((scope) => `${group}:${scope}` as Scope),
    version: 'required',
    ...(method === 'POST' && { operation: `${name} ${verb}` }),
  }
}

/** Where the records of a built-in type are, and those of custom objects. */
const builtInPath = ({ plural }: ObjectType, verb: Verb) => `/v1/${plural}${recordOperations[verb].path}`

export function customObjectPath(verb: Verb): string {
  const { path, customPath = `/values${path}` }: RecordOperation = recordOperations[verb]
  return `/v1/objects/:entitySlug${customPath}`
}

/** Custom objects have scopes in common; idempotency keys go by the slug in the path. */
export const customObjects = { plural: 'custom_objects', name: 'object' }

/** Adds the routes of every object type, by the verbs that its table names, and those of custom objects. */
export function recordRoutes(app: FastifyInstance, guards: Guards) {
  for (const objectType of Object.values<ObjectType>(objectTypes)) {
    for (const verb of objectType.verbs) {
      addRoute(app, guards, verb, builtInPath(objectType, verb), objectType, async () => objectType.name)
    }
  }
  for (const verb of Object.keys(recordOperations) as Verb[]) {
    addRoute(app, guards, verb, customObjectPath(verb), customObjects, customType)
  }
}

function addRoute(
  app: FastifyInstance,
  guards: Guards,
  verb: Verb,
  url: string,
  group: { plural: string; name: string },
  typeOf: (request: RecordRequest) => Promise<string>,
) {
  app.route<{ Params: Params }>({
    method: recordOperations[verb].method,
    url,
    onRequest: guard(guards, recordRequirements(group, verb)),
    handler: async (request, reply) => {
      const answer = await once(request, reply, async () => handlers[verb](await typeOf(request), request))
      return answer === undefined ? reply : sendJson(reply, answer)
    },
  })
}

/** The custom object type that a path names. Built-in types have paths of their own. */
const customType = ({ call, params }: RecordRequest): Promise<string> =>
  withDefinitions(call.ctx, async ({ types }) => {
    const definition = types.get(params.entitySlug)
    if (definition?.custom) return definition.name
    throw notFound(`There is no custom object type '${params.entitySlug.slice(0, 80).toWellFormed()}'.`)
  })

/** What each operation does with its request. An opportunity's body needs relationships, others only fields. */
const handlers: Record<Verb, (objectType: string, request: RecordRequest) => Promise<string>> = {
  create: async (objectType, { call, body }) => {
    const { relationships, flags } = await definitionOf(call.ctx, objectType)
    const needed = [...relationships.values()].some(({ required }) => required)
      ? (['fields', 'relationships'] as const)
      : (['fields'] as const)
    const input = recordInput(body, needed, flags)
    const enrich = !input.flags?.includes('skipEnrichment')
    return createRecord(call.ctx, objectType, { ...input, enrich }, call.idempotency)
  },
  update: async (objectType, { call, body, params }) =>
    updateRecord(call.ctx, objectType, params.id, recordInput(body, []), call.idempotency),
  retrieve: async (objectType, { call, params }) => retrieveRecord(call.ctx, objectType, params.id),
  list: async (objectType, { call, raw }) => listRecords(call.ctx, objectType, parseListQuery(queryOf(raw.url))),
  definitions: async (objectType, { call }) => JSON.stringify(await retrieveDefinitions(call.ctx, objectType)),
  delete: async (objectType, { call, params, body }) => {
    requireNothing(body)
    return trashRecord(call.ctx, objectType, params.id)
  },
  restore: async (objectType, { call, params, body }) => {
    requireNothing(body)
    return restoreRecord(call.ctx, objectType, params.id)
  },
  fieldHistory: async (objectType, { call, params, raw }) => {
    const query = parseHistoryQuery(queryOf(raw.url))
    return JSON.stringify(await retrieveHistory(call.ctx, objectType, params.id, params.fieldKey, query))
  },
  merge: async (objectType, { call, body }) => mergeRecords(call.ctx, objectType, mergeInput(body), call.idempotency),
}

async function definitionOf(ctx: Context, objectType: string): Promise<ObjectDefinition> {
  const { types }: { types: Definitions } = await ctx.definitions.get(ctx)
  const definition = types.get(objectType)
  if (!definition) throw notFound(`There is no object type '${objectType}'.`)
  return definition
}

/** The query string of a URL. */
export const queryOf = (url = '') => (url.includes('?') ? url.slice(url.indexOf('?') + 1) : '')

/**
 * Runs a write; if another request with the same idempotency key was first, its response is sent instead, also when this
 * one was refused because of what that one did.
 */
export async function once(
  request: FastifyRequest,
  reply: FastifyReply,
  write: () => Promise<string>,
): Promise<string | undefined> {
  try {
    return await write()
  } catch (error) {
    if (!(error instanceof KeyUsed || error instanceof ApiError)) throw error
    await replay(request.call, reply)
    if (reply.sent) return undefined
    if (error instanceof ApiError) throw error
    throw new ApiError(
      'idempotency_conflict',
      undefined,
      'An operation with this idempotency key is already in progress. Please wait and retry.',
    )
  }
}
