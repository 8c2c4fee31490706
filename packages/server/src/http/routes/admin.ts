import { decodeId, noResource, type Scope } from '@openfield/schema'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { createApiKey, presentApiKey } from '../../domain/api-keys/create.ts'
import type { Context } from '../../domain/context.ts'
import { importRecords } from '../../domain/imports/import.ts'
import { createMember, removeMember, updateMember } from '../../domain/members/write.ts'
import { createChannel, createMessage } from '../../domain/messages/ingest.ts'
import { createObjectType } from '../../domain/object-types/create.ts'
import { createField, removeField, updateField } from '../../domain/object-types/fields.ts'
import { removePipelines, setPipelines } from '../../domain/object-types/pipelines.ts'
import { createRelationship, removeRelationship, updateRelationship } from '../../domain/object-types/relationships.ts'
import type { ListQuery } from '../../domain/records/list.ts'
import { listTrashed, restoreTrashed } from '../../domain/records/trash.ts'
import { listApiKeys, revokeApiKey } from '../../storage/api-keys.ts'
import { type Guards, guard, type Requirements, sendJson } from '../guard.ts'
import { parseListQuery } from '../list-query.ts'
import { parseBody } from '../parse.ts'
import {
  fieldChange,
  memberChange,
  newApiKey,
  newChannel,
  newField,
  newImport,
  newMember,
  newMessage,
  newObjectType,
  newPipelines,
  newRelationship,
  relationshipChange,
} from './admin-bodies.ts'

type AdminOperation = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  summary: string
  body?: z.ZodType
  /** It takes `limit` and `offset`. */
  paged?: true
  /** The name that the schema of the answer has in the OpenAPI document. */
  answer: string
}

const fields = '/admin/v1/objects/:objectType/fields'
const relationships = '/admin/v1/objects/:objectType/relationships'

/** Our own additions: what runs a workspace. */
export const adminOperations = {
  'admin.apiKey.create': {
    method: 'POST',
    path: '/admin/v1/api-keys',
    summary: 'Make an API key',
    body: newApiKey,
    answer: 'NewApiKey',
  },
  'admin.apiKey.list': {
    method: 'GET',
    path: '/admin/v1/api-keys',
    summary: 'List the API keys',
    answer: 'ApiKeyList',
  },
  'admin.apiKey.revoke': {
    method: 'DELETE',
    path: '/admin/v1/api-keys/:id',
    summary: 'Revoke an API key',
    answer: 'ApiKey',
  },
  'admin.member.create': {
    method: 'POST',
    path: '/admin/v1/members',
    summary: 'Add a member',
    body: newMember,
    answer: 'Member',
  },
  'admin.member.update': {
    method: 'PATCH',
    path: '/admin/v1/members/:id',
    summary: 'Change a member',
    body: memberChange,
    answer: 'Member',
  },
  'admin.member.remove': {
    method: 'DELETE',
    path: '/admin/v1/members/:id',
    summary: 'Remove a member and their API keys',
    answer: 'Member',
  },
  'admin.objectType.create': {
    method: 'POST',
    path: '/admin/v1/objects',
    summary: 'Define a custom object type',
    body: newObjectType,
    answer: 'ObjectType',
  },
  'admin.trash.list': {
    method: 'GET',
    path: '/admin/v1/trash',
    summary: 'List what is in the trash',
    paged: true,
    answer: 'TrashList',
  },
  'admin.trash.restore': {
    method: 'POST',
    path: '/admin/v1/trash/:id/restore',
    summary: 'Bring something back from the trash',
    answer: 'AnyRecord',
  },
  'admin.channel.create': {
    method: 'POST',
    path: '/admin/v1/channels',
    summary: 'Bring in a channel',
    body: newChannel,
    answer: 'Channel',
  },
  'admin.message.create': {
    method: 'POST',
    path: '/admin/v1/messages',
    summary: 'Bring in a message',
    body: newMessage,
    answer: 'Message',
  },
  'admin.import': {
    method: 'POST',
    path: '/admin/v1/objects/:objectType/import',
    summary: 'Bring in records under the ids they have elsewhere',
    body: newImport,
    answer: 'ImportResults',
  },
  'admin.pipelines.set': {
    method: 'POST',
    path: '/admin/v1/objects/:objectType/pipelines',
    summary: 'Give an object type pipelines',
    body: newPipelines,
    answer: 'Pipelines',
  },
  'admin.pipelines.remove': {
    method: 'DELETE',
    path: '/admin/v1/objects/:objectType/pipelines',
    summary: 'Take the pipelines of an object type away',
    answer: 'Pipelines',
  },
  'admin.field.create': {
    method: 'POST',
    path: fields,
    summary: 'Define a custom field',
    body: newField,
    answer: 'FieldDefinition',
  },
  'admin.field.update': {
    method: 'PATCH',
    path: `${fields}/:slug`,
    summary: 'Change what a field is called, or its options',
    body: fieldChange,
    answer: 'FieldDefinition',
  },
  'admin.field.remove': {
    method: 'DELETE',
    path: `${fields}/:slug`,
    summary: 'Remove a custom field and its values',
    answer: 'FieldDefinition',
  },
  'admin.relationship.create': {
    method: 'POST',
    path: relationships,
    summary: 'Define a custom relationship',
    body: newRelationship,
    answer: 'RelationshipDefinition',
  },
  'admin.relationship.update': {
    method: 'PATCH',
    path: `${relationships}/:slug`,
    summary: 'Change what a relationship is called',
    body: relationshipChange,
    answer: 'RelationshipDefinition',
  },
  'admin.relationship.remove': {
    method: 'DELETE',
    path: `${relationships}/:slug`,
    summary: 'Remove a custom relationship and its links',
    answer: 'RelationshipDefinition',
  },
} as const satisfies Record<string, AdminOperation>

type Operations = typeof adminOperations
type OperationId = keyof Operations
type Params = Record<'id' | 'objectType' | 'slug', string>
type Page = Pick<ListQuery, 'limit' | 'offset'>
type AdminRequest<Body> = { ctx: Context; params: Params; body: Body; page: Page }
type BodyOf<Id extends OperationId> = Operations[Id] extends { body: infer T extends z.ZodType }
  ? z.output<T>
  : undefined
type Answers = { [Id in OperationId]: (request: AdminRequest<BodyOf<Id>>) => Promise<unknown> }

/** Full-access keys of admins only. */
export const adminRequirements = ({ method }: { method: string }): Requirements => ({
  category: method === 'GET' ? 'Read' : 'Write',
  scopes: [],
  version: 'optional',
  admin: true,
})

export function adminRoutes(app: FastifyInstance, guards: Guards) {
  const answers = adminAnswers(guards)
  for (const id of Object.keys(adminOperations) as OperationId[]) {
    const { method, path, body }: AdminOperation = adminOperations[id]
    const answer = answers[id] as (request: AdminRequest<unknown>) => Promise<unknown>
    app.route({
      method,
      url: path,
      onRequest: guard(guards, adminRequirements({ method })),
      handler: async (request: FastifyRequest, reply) => {
        const result = await answer({
          ctx: request.call.ctx,
          params: { id: '', objectType: '', slug: '', ...(request.params as Partial<Params>) },
          body: body && parseBody(body, request.body),
          page: parseListQuery(request.raw.url?.split('?')[1] ?? ''),
        })
        return sendJson(reply, typeof result === 'string' ? result : JSON.stringify(result))
      },
    })
  }
}

const adminAnswers = ({ authenticator }: Guards): Answers => ({
  'admin.apiKey.create': async ({ ctx, body: { expiresAt, scopes = [], ...input } }) =>
    createApiKey(ctx, {
      ...input,
      scopes: scopes as Scope[],
      expiresAt: expiresAt ? new Date(expiresAt) : undefined,
    }),
  'admin.apiKey.list': async ({ ctx }) => {
    const data = (await listApiKeys(ctx.db, ctx.workspace)).map(presentApiKey)
    return { object: 'list', data, totalCount: data.length }
  },
  'admin.apiKey.revoke': async ({ ctx, params }) => {
    const uuid = decodeId('key', params.id)
    const key = uuid && (await revokeApiKey(ctx.db, ctx.workspace, uuid, ctx.now()))
    if (!key) throw noResource('api-keys')
    authenticator.forget()
    return presentApiKey(key)
  },

  'admin.member.create': async ({ ctx, body }) => createMember(ctx, body),
  'admin.member.update': async ({ ctx, params, body }) => updateMember(ctx, params.id, body),
  'admin.member.remove': async ({ ctx, params }) => {
    const member = await removeMember(ctx, params.id)
    authenticator.forget()
    return member
  },

  'admin.objectType.create': async ({ ctx, body }) => createObjectType(ctx, body),

  'admin.trash.list': async ({ ctx, page }) => listTrashed(ctx, page),
  'admin.trash.restore': async ({ ctx, params }) => restoreTrashed(ctx, params.id),

  'admin.channel.create': async ({ ctx, body }) => createChannel(ctx, body),
  'admin.message.create': async ({ ctx, body }) => createMessage(ctx, body),
  'admin.import': async ({ ctx, params, body }) => importRecords(ctx, params.objectType, body.records),

  'admin.pipelines.set': async ({ ctx, params, body }) => setPipelines(ctx, params.objectType, body.pipelines),
  'admin.pipelines.remove': async ({ ctx, params }) => removePipelines(ctx, params.objectType),

  'admin.field.create': async ({ ctx, params, body }) => createField(ctx, params.objectType, body),
  'admin.field.update': async ({ ctx, params, body }) => updateField(ctx, params.objectType, params.slug, body),
  'admin.field.remove': async ({ ctx, params }) => removeField(ctx, params.objectType, params.slug),

  'admin.relationship.create': async ({ ctx, params, body }) => createRelationship(ctx, params.objectType, body),
  'admin.relationship.update': async ({ ctx, params, body }) =>
    updateRelationship(ctx, params.objectType, params.slug, body),
  'admin.relationship.remove': async ({ ctx, params }) => removeRelationship(ctx, params.objectType, params.slug),
})
