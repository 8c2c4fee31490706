import { forbidden, type Scope } from '@openfield/schema'
import type { FastifyInstance } from 'fastify'
import { retrieveMerge } from '../../domain/records/merge.ts'
import { type Guards, guard, type Requirements } from '../guard.ts'
import { customObjects } from './records.ts'

/** A merge and how far it has come. The scope it needs is the one for reading what was merged. */
export const getMerge = {
  method: 'GET',
  path: '/v1/merges/:id',
  summary: 'Retrieve a merge',
  requirements: { category: 'Read', scopes: [], version: 'required' } satisfies Requirements,
} as const

export function mergeRoutes(app: FastifyInstance, guards: Guards) {
  app.get<{ Params: { id: string } }>(
    getMerge.path,
    { onRequest: guard(guards, getMerge.requirements) },
    async ({ call: { ctx }, params }) => {
      const { definition, merge } = await retrieveMerge(ctx, params.id)
      const needed = `${definition.custom ? customObjects.plural : definition.plural}:read` as Scope
      const scopes = ctx.caller?.scopes ?? []
      if (scopes.length > 0 && !scopes.includes(needed)) throw forbidden(`This API key lacks the scope '${needed}'.`)
      return merge
    },
  )
}
