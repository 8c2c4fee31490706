import { decodeId, noResource, type Scope, scopes } from '@openfield/schema'
import { type JsonSchema, listOf, object, orNull, text } from '@openfield/schema/openapi'
import { z } from 'zod'
import { createApiKey, presentApiKey } from '../../../domain/api-keys/create.ts'
import { listApiKeys, revokeApiKey } from '../../../storage/api-keys.ts'
import { label, moment } from './bodies.ts'
import { type AdminGroup, adminOperation } from './operation.ts'

const newApiKey = z.strictObject({
  name: label,
  scopes: z.array(z.enum(scopes as [string, ...string[]])).optional(),
  memberId: z.string().optional(),
  expiresAt: moment.optional(),
})

const date = (description: string) => text(description, { format: 'date-time' })

const apiKey: { [Key in keyof ReturnType<typeof presentApiKey>]: JsonSchema } = {
  id: text('Starts with `key_`.'),
  name: text('What it is for.'),
  hint: text('How the key ends, to tell it from others.'),
  subjectType: { enum: ['user', 'workspace'], description: 'Whether it acts as a member or as the workspace.' },
  memberId: orNull(text('The member it acts as.')),
  role: { enum: ['admin', 'member'], description: 'The role it was made with.' },
  scopes: { type: 'array', items: { enum: scopes }, description: 'What it may do; none: everything.' },
  createdAt: date('When it was made.'),
  expiresAt: orNull(date('When it ceases to be valid.')),
  revokedAt: orNull(date('When it was revoked.')),
  lastUsedAt: orNull(date('When it was last used, to about a minute.')),
}

export const apiKeys: AdminGroup = {
  operations: {
    'admin.apiKey.create': adminOperation({
      method: 'POST',
      path: '/admin/v1/api-keys',
      summary: 'Make an API key',
      access: 'admin',
      body: newApiKey,
      answer: 'NewApiKey',
      run: async ({ ctx, body: { expiresAt, scopes = [], ...input } }) =>
        createApiKey(ctx, {
          ...input,
          scopes: scopes as Scope[],
          expiresAt: expiresAt ? new Date(expiresAt) : undefined,
        }),
    }),
    'admin.apiKey.list': adminOperation({
      method: 'GET',
      path: '/admin/v1/api-keys',
      summary: 'List the API keys',
      access: 'admin',
      answer: 'ApiKeyList',
      async run({ ctx }) {
        const data = (await listApiKeys(ctx.db, ctx.workspace)).map(presentApiKey)
        return { object: 'list', data, totalCount: data.length }
      },
    }),
    'admin.apiKey.revoke': adminOperation({
      method: 'DELETE',
      path: '/admin/v1/api-keys/:id',
      summary: 'Revoke an API key',
      access: 'admin',
      answer: 'ApiKey',
      async run({ ctx, params, guards }) {
        const uuid = decodeId('key', params.id)
        const key = uuid && (await revokeApiKey(ctx.db, ctx.workspace, uuid, ctx.now()))
        if (!key) throw noResource('api-keys')
        guards.authenticator.forget()
        return presentApiKey(key)
      },
    }),
  },
  schemas: {
    ApiKey: object(apiKey, Object.keys(apiKey)),
    ApiKeyList: listOf('ApiKey'),
    NewApiKey: object({ ...apiKey, key: text('The key itself. Shown here and never again.') }, [
      ...Object.keys(apiKey),
      'key',
    ]),
  },
}
