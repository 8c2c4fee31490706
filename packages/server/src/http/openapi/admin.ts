import { scopes } from '@openfield/schema'
import { type JsonSchema, listOf, object, orNull, schemaRef, text } from '@openfield/schema/openapi'
import type { presentApiKey } from '../../domain/api-keys/create.ts'
import { adminOperations, adminRequirements } from '../routes/admin.ts'
import { bodySchema, type Operation, pageParameters } from './operation.ts'
import { anyRecord } from './records.ts'

export const adminTag = {
  name: 'Admin',
  description:
    'What runs a workspace: [API keys](using-the-api/api-keys/), members, custom [fields and relationships](using-the-api/fields-and-relationships/). An addition of Openfield to the API.',
}

/** The operations of the admin API. */
export const adminPaths = (): Operation[] =>
  Object.entries(adminOperations).map(([id, operation]) => ({
    id,
    verb: id.split('.').at(-1) ?? '',
    method: operation.method,
    path: operation.path,
    tag: adminTag.name,
    summary: operation.summary,
    requirements: adminRequirements(operation),
    parameters: 'paged' in operation ? pageParameters : [],
    ...('body' in operation && { body: { schema: bodySchema(operation.body), required: operation.method === 'POST' } }),
    answer: operation.answer,
  }))

const externalId = text('Its id in the system it comes from.')
const moment = (description: string) => text(description, { format: 'date-time' })

const apiKey: { [Key in keyof ReturnType<typeof presentApiKey>]: JsonSchema } = {
  id: text('Starts with `key_`.'),
  name: text('What it is for.'),
  hint: text('How the key ends, to tell it from others.'),
  subjectType: { enum: ['user', 'workspace'], description: 'Whether it acts as a member or as the workspace.' },
  memberId: orNull(text('The member it acts as.')),
  role: { enum: ['admin', 'member'], description: 'The role it was made with.' },
  scopes: { type: 'array', items: { enum: scopes }, description: 'What it may do; none: everything.' },
  createdAt: moment('When it was made.'),
  expiresAt: orNull(moment('When it ceases to be valid.')),
  revokedAt: orNull(moment('When it was revoked.')),
  lastUsedAt: orNull(moment('When it was last used, to about a minute.')),
}

/** The schemas of the admin API's answers, by name. */
export const adminSchemas = (): Record<string, JsonSchema> => ({
  ApiKey: object(apiKey, Object.keys(apiKey)),
  ApiKeyList: listOf('ApiKey'),
  ObjectType: object(
    {
      objectType: text('Its slug.'),
      label: text('What people call it.'),
      pluralLabel: orNull(text('What people call several of it.')),
    },
    ['objectType', 'label', 'pluralLabel'],
  ),
  TrashList: listOf('TrashEntry'),
  TrashEntry: object(
    {
      objectType: text('What it is.'),
      deletedAt: moment('When it was deleted.'),
      deletedBy: orNull(text('The API key with which it was deleted.')),
      record: orNull(schemaRef('AnyRecord')),
    },
    ['objectType', 'deletedAt', 'deletedBy', 'record'],
  ),
  AnyRecord: anyRecord(),
  ImportResults: object(
    { results: { type: 'array', items: { anyOf: [schemaRef('Imported'), schemaRef('ImportRefused')] } } },
    ['results'],
  ),
  Pipelines: object({ pipeline: schemaRef('FieldDefinition'), stage: schemaRef('FieldDefinition') }, [
    'pipeline',
    'stage',
  ]),
  Imported: object({ externalId, outcome: { enum: ['created', 'updated'] }, id: text('The id of the record.') }, [
    'externalId',
    'outcome',
    'id',
  ]),
  ImportRefused: object(
    { externalId, outcome: { const: 'refused' }, error: { type: 'object', description: 'As in a refused request.' } },
    ['externalId', 'outcome', 'error'],
  ),
  NewApiKey: object({ ...apiKey, key: text('The key itself. Shown here and never again.') }, [
    ...Object.keys(apiKey),
    'key',
  ]),
})
