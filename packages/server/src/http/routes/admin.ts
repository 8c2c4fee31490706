import { decodeId, noResource } from '@openfield/schema'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { createApiKey, presentApiKey } from '../../domain/api-keys/create.ts'
import type { Context } from '../../domain/context.ts'
import { createMember, removeMember, updateMember } from '../../domain/members/write.ts'
import { createField, removeField, updateField } from '../../domain/object-types/fields.ts'
import { createRelationship, removeRelationship, updateRelationship } from '../../domain/object-types/relationships.ts'
import { listApiKeys, revokeApiKey } from '../../storage/api-keys.ts'
import { type Guards, guard, sendJson } from '../guard.ts'
import { parseBody } from '../parse.ts'
import {
  fieldChange,
  memberChange,
  newApiKey,
  newField,
  newMember,
  newRelationship,
  relationshipChange,
} from './admin-bodies.ts'

type Params = Partial<Record<'id' | 'objectType' | 'slug', string>>
type AdminRequest = { ctx: Context; params: Record<keyof Params, string>; body: unknown }

/** Our own additions: what runs a workspace. Full-access keys of admins only. */
export function adminRoutes(app: FastifyInstance, guards: Guards) {
  const add = (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    answer: (request: AdminRequest) => Promise<unknown>,
  ) =>
    app.route({
      method,
      url: `/admin/v1${url}`,
      onRequest: guard(guards, {
        category: method === 'GET' ? 'Read' : 'Write',
        scopes: [],
        version: 'optional',
        admin: true,
      }),
      handler: async (request: FastifyRequest, reply) => {
        const result = await answer({
          ctx: request.call.ctx,
          params: { id: '', objectType: '', slug: '', ...(request.params as Params) },
          body: request.body,
        })
        return sendJson(reply, typeof result === 'string' ? result : JSON.stringify(result))
      },
    })

  add('POST', '/api-keys', async ({ ctx, body }) => {
    const { expiresAt, scopes = [], ...input } = parseBody(newApiKey, body)
    return createApiKey(ctx, {
      ...input,
      scopes: scopes as never[],
      expiresAt: expiresAt ? new Date(expiresAt) : undefined,
    })
  })
  add('GET', '/api-keys', async ({ ctx }) => {
    const data = (await listApiKeys(ctx.db, ctx.workspace)).map(presentApiKey)
    return { object: 'list', data, totalCount: data.length }
  })
  add('DELETE', '/api-keys/:id', async ({ ctx, params }) => {
    const uuid = decodeId('key', params.id)
    const key = uuid && (await revokeApiKey(ctx.db, ctx.workspace, uuid, ctx.now()))
    if (!key) throw noResource('api-keys')
    guards.authenticator.forget()
    return presentApiKey(key)
  })

  add('POST', '/members', async ({ ctx, body }) => createMember(ctx, parseBody(newMember, body)))
  add('PATCH', '/members/:id', async ({ ctx, params, body }) =>
    updateMember(ctx, params.id, parseBody(memberChange, body)),
  )
  add('DELETE', '/members/:id', async ({ ctx, params }) => {
    const member = await removeMember(ctx, params.id)
    guards.authenticator.forget()
    return member
  })

  const fields = '/objects/:objectType/fields'
  add('POST', fields, async ({ ctx, params, body }) => createField(ctx, params.objectType, parseBody(newField, body)))
  add('PATCH', `${fields}/:slug`, async ({ ctx, params, body }) =>
    updateField(ctx, params.objectType, params.slug, parseBody(fieldChange, body)),
  )
  add('DELETE', `${fields}/:slug`, async ({ ctx, params }) => removeField(ctx, params.objectType, params.slug))

  const relationships = '/objects/:objectType/relationships'
  add('POST', relationships, async ({ ctx, params, body }) =>
    createRelationship(ctx, params.objectType, parseBody(newRelationship, body)),
  )
  add('PATCH', `${relationships}/:slug`, async ({ ctx, params, body }) =>
    updateRelationship(ctx, params.objectType, params.slug, parseBody(relationshipChange, body)),
  )
  add('DELETE', `${relationships}/:slug`, async ({ ctx, params }) =>
    removeRelationship(ctx, params.objectType, params.slug),
  )
}
