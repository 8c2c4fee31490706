import type { FastifyInstance } from 'fastify'
import { type Guards, guard, type Requirements } from '../guard.ts'

/** What the caller is. No scopes means full access. */
export const authValidate = {
  method: 'GET',
  path: '/v1/auth/validate',
  summary: 'Say what the API key is',
  requirements: { category: 'Read', scopes: [], version: 'required' } satisfies Requirements,
} as const

export function authRoutes(app: FastifyInstance, guards: Guards) {
  app.get(authValidate.path, { onRequest: guard(guards, authValidate.requirements) }, async ({ call }) => ({
    active: true,
    tokenType: call.ctx.caller?.session ? 'session' : 'api_key',
    subjectType: call.ctx.caller?.subjectType,
    scopes: call.ctx.caller?.scopes,
  }))
}
