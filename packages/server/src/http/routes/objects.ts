import type { FastifyInstance } from 'fastify'
import { withDefinitions } from '../../domain/context.ts'
import { requireCurrent } from '../../domain/records/definitions.ts'
import { readDefinitionsVersion } from '../../storage/definitions.ts'
import { type Guards, guard, type Requirements } from '../guard.ts'
import { customObjects } from './records.ts'

/** The custom object types of the workspace, by the alphabet. */
export const listObjectTypes = {
  method: 'GET',
  path: '/v1/objects',
  summary: 'List the custom object types',
  requirements: {
    category: 'Read',
    scopes: [`${customObjects.plural}:read` as 'custom_objects:read'],
    version: 'required',
  } satisfies Requirements,
} as const

export function objectRoutes(app: FastifyInstance, guards: Guards) {
  app.get(listObjectTypes.path, { onRequest: guard(guards, listObjectTypes.requirements) }, async ({ call: { ctx } }) =>
    withDefinitions(ctx, async (definitions) => {
      requireCurrent(definitions, (await readDefinitionsVersion(ctx.db, ctx.workspace)) ?? 0)
      const custom = [...definitions.types.values()].filter((type) => type.custom)
      const byName = custom.sort((left, right) => (left.name < right.name ? -1 : 1))
      return { data: byName.map(({ name, label }) => ({ objectType: name, label })) }
    }),
  )
}
