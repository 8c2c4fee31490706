import type { FastifyInstance } from 'fastify'
import { type Guards, guard } from '../guard.ts'

/** `GET /v1/auth/validate`: what the key is. No scopes means full access. */
export function authRoutes(app: FastifyInstance, guards: Guards) {
  app.get(
    '/v1/auth/validate',
    { onRequest: guard(guards, { category: 'Read', scopes: [], version: 'required' }) },
    async ({ call }) => ({
      active: true,
      tokenType: 'api_key',
      subjectType: call.ctx.caller?.subjectType,
      scopes: call.ctx.caller?.scopes,
    }),
  )
}
