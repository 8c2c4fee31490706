import type { JsonSchema } from '@openfield/schema/openapi'
import { adminGroups, adminRequirements } from '../routes/admin/index.ts'
import { bodySchema, type Operation, pageParameters } from './operation.ts'
import { anyRecord } from './records.ts'

export const adminTag = {
  name: 'Admin',
  description:
    'What runs a workspace: [API keys](using-the-api/api-keys/), members, [signing in](using-the-api/signing-in/), custom [fields and relationships](using-the-api/fields-and-relationships/). An addition of Openfield to the API.',
}

/** The operations of the admin API. */
export const adminPaths = (): Operation[] =>
  adminGroups.flatMap(({ operations }) =>
    Object.entries(operations).map(([id, operation]) => ({
      id,
      verb: id.split('.').at(-1) ?? '',
      method: operation.method,
      path: operation.path,
      tag: adminTag.name,
      summary: operation.summary,
      ...(operation.description !== undefined && { description: operation.description }),
      ...(operation.alsoAnswers && { alsoAnswers: operation.alsoAnswers }),
      requirements: adminRequirements(operation),
      parameters: [...(operation.paged ? pageParameters : []), ...(operation.parameters ?? [])],
      ...(operation.body && {
        body: { schema: bodySchema(operation.body), required: operation.method === 'POST' },
      }),
      answer: operation.answer,
      ...(operation.contentType !== undefined && { contentType: operation.contentType }),
    })),
  )

/** The schemas of the admin API's answers, by name. */
export const adminSchemas = (): Record<string, JsonSchema> => ({
  AnyRecord: anyRecord(),
  ...Object.assign({}, ...adminGroups.map(({ schemas }) => schemas)),
})
