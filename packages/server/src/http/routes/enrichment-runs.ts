import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { retrievePublicRun } from '../../domain/enrichment/runs.ts'
import { startEnrichment } from '../../domain/enrichment/start.ts'
import { type Enrichable, enrichable } from '../../domain/enrichment/targets.ts'
import { type Guards, guard, type Requirements, sendJson } from '../guard.ts'
import { parseBody } from '../parse.ts'
import { once } from './records.ts'

/** What a run is asked for; nothing: what the record lacks. */
export const enrichBody = z.strictObject({
  fields: z.array(z.string()).max(50, 'it takes at most 50 names').optional(),
})

/** Looks up what is missing of a record: one operation for each type that is enriched. */
export const enrichOperations = (Object.keys(enrichable) as Enrichable[]).map((slug) => ({
  slug,
  method: 'POST',
  path: `/v1/enrichmentRun/${slug}/:id`,
  summary: `Look up what is missing of ${enrichable[slug].label}`,
  requirements: {
    category: 'Write',
    scopes: [`${slug}:update`],
    version: 'required',
    operation: `${enrichable[slug].objectType} enrich`,
  } satisfies Requirements as Requirements,
}))

/** A run and how far it has come. The scope it needs is the one for reading what it is about. */
export const retrieveOperation = {
  method: 'GET',
  path: '/v1/enrichmentRun/:id',
  summary: 'Retrieve an enrichment run',
  requirements: { category: 'Read', scopes: [], version: 'required' } satisfies Requirements,
} as const

export function enrichmentRunRoutes(app: FastifyInstance, guards: Guards) {
  for (const { slug, path, requirements } of enrichOperations) {
    app.post<{ Params: { id: string } }>(path, { onRequest: guard(guards, requirements) }, async (request, reply) => {
      const { call, params, body } = request
      const answer = await once(request, reply, async () => {
        const { fields = [] } = parseBody(enrichBody, body)
        return startEnrichment(call.ctx, slug, params.id, fields, call.idempotency)
      })
      return answer === undefined ? reply : sendJson(reply, answer)
    })
  }
  app.get<{ Params: { id: string } }>(
    retrieveOperation.path,
    { onRequest: guard(guards, retrieveOperation.requirements) },
    async ({ call: { ctx }, params }) => retrievePublicRun(ctx, params.id),
  )
}
