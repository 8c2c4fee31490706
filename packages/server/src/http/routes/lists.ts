import { objectTypes } from '@openfield/schema'
import type { FastifyInstance } from 'fastify'
import { type ListedType, listedTypes, listMembers } from '../../domain/lists/members.ts'
import { type Guards, guard, type Requirements, sendJson } from '../guard.ts'
import { parseListQuery } from '../list-query.ts'

/** The lists of a list's members: one for every type that lists can hold. */
export const memberLists = listedTypes.map((objectType) => ({
  objectType,
  method: 'GET' as const,
  path: `/v1/lists/:listId/${objectTypes[objectType].plural}`,
  summary: `List the ${objectTypes[objectType].plural} in a list`,
  requirements: requirementsOf(objectType),
}))

function requirementsOf(objectType: ListedType): Requirements {
  return { category: 'Search', scopes: ['lists:read', `${objectTypes[objectType].plural}:read`], version: 'required' }
}

export function listRoutes(app: FastifyInstance, guards: Guards) {
  for (const { objectType, method, path, requirements } of memberLists) {
    app.route<{ Params: { listId: string } }>({
      method,
      url: path,
      onRequest: guard(guards, requirements),
      handler: async ({ call, params, raw }, reply) => {
        const query = raw.url?.split('?')[1] ?? ''
        return sendJson(reply, await listMembers(call.ctx, params.listId, objectType, parseListQuery(query)))
      },
    })
  }
}
