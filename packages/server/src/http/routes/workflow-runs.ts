import type { FastifyInstance } from 'fastify'
import { runStatus } from '../../domain/workflows/runs.ts'
import { type Guards, guard, type Requirements } from '../guard.ts'

/** How far a run of a workflow is. Any key may ask, without a version: the id says it all. */
export const getRunStatus = {
  method: 'GET',
  path: '/v1/workflowRun/:runId/status',
  summary: 'Retrieve the status of a workflow run',
  requirements: { category: 'Read', scopes: [], version: 'optional' } satisfies Requirements,
} as const

export function workflowRunRoutes(app: FastifyInstance, guards: Guards) {
  app.get<{ Params: { runId: string } }>(
    getRunStatus.path,
    { onRequest: guard(guards, getRunStatus.requirements) },
    async ({ call: { ctx }, params }) => runStatus(ctx, params.runId),
  )
}
