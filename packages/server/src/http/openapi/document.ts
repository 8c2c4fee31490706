import { scopes } from '@openfield/schema'
import { object, sharedSchemas, text } from '@openfield/schema/openapi'
import { runStatuses } from '../list-query.ts'
import { authValidate } from '../routes/auth.ts'
import { startWorkflow } from '../routes/hooks.ts'
import { cookieName } from '../session-cookie.ts'
import { adminPaths, adminSchemas, adminTag } from './admin.ts'
import { enrichmentPaths, enrichmentSchemas, enrichmentTag } from './enrichment.ts'
import { errorResponses, errorSchemas, errorsOf, headers, responseHeaders } from './errors.ts'
import { filePaths, fileSchemas, fileTag } from './files.ts'
import { type Operation, pathsOf, sharedParameters } from './operation.ts'
import { recordPaths, recordSchemas, recordTags } from './records.ts'
import { mergeTag, relatedPaths, relatedSchemas, workflowRunTag } from './related.ts'

/** The OpenAPI 3.1 document of the whole API, from the tables of object types and routes. */
export const openApiDocument = (publicUrl: string) => ({
  openapi: '3.1.1',
  info: {
    title: 'Openfield API',
    version: '2026-03-01',
    license: { name: 'MIT', identifier: 'MIT' },
    description: introduction,
  },
  servers: [{ url: publicUrl, description: 'This server' }],
  security: [{ bearerAuth: [] }, { session: [] }],
  tags: [...recordTags, mergeTag, workflowRunTag, fileTag, enrichmentTag, authTag, adminTag, healthTag],
  paths: { ...pathsOf(operations()), '/hooks/{token}': { post: hook }, '/health': { get: health } },
  components: {
    schemas: {
      ...recordSchemas(),
      ...sharedSchemas(),
      ...relatedSchemas(),
      ...fileSchemas(),
      ...enrichmentSchemas(),
      AuthValidation: authValidation,
      ...adminSchemas(),
      ...errorSchemas(),
    },
    responses: errorResponses(),
    parameters: sharedParameters,
    headers,
    securitySchemes: {
      bearerAuth: {
        type: 'http',
        scheme: 'bearer',
        description: 'An API key, e.g. `Authorization: Bearer sk_of_…`. See [API keys](using-the-api/api-keys/).',
      },
      session: {
        type: 'apiKey',
        in: 'cookie',
        name: cookieName,
        description:
          'Of someone who has [signed in](using-the-api/signing-in/); together with the header `x-openfield-session: current`.',
      },
    },
  },
})

const introduction = `The API of a self-hosted CRM that speaks the Lightfield API.

Every success is a 200 with a JSON body; every error has [one envelope](using-the-api/errors/).

Guides: [fields and relationships](using-the-api/fields-and-relationships/), [lists and filters](using-the-api/list-endpoints/), [errors](using-the-api/errors/), [idempotency](using-the-api/idempotency/), [rate limits](using-the-api/rate-limits/), [scopes](using-the-api/scopes/), [API keys](using-the-api/api-keys/).`

export const authTag = { name: 'Auth', description: '[What an API key is and may do.](api/resources/auth/)' }
const healthTag = { name: 'Health', description: 'For those who run the server.' }

const authPath: Operation = {
  id: 'auth.validate',
  verb: 'validate',
  tag: authTag.name,
  answer: 'AuthValidation',
  ...authValidate,
}

/** Every operation that needs a key. */
export const operations = (): Operation[] => [
  ...recordPaths(),
  ...relatedPaths(),
  ...filePaths(),
  ...enrichmentPaths(),
  authPath,
  ...adminPaths(),
]

const authValidation = object(
  {
    active: { const: true },
    tokenType: { enum: ['api_key', 'session'], description: 'A key, or someone who is signed in.' },
    subjectType: { enum: ['user', 'workspace'], description: 'Whether it acts as a member or as the workspace.' },
    scopes: { type: 'array', items: { enum: scopes }, description: 'What the key may do; none: everything.' },
  },
  ['active', 'tokenType', 'subjectType', 'scopes'],
)

const hook = {
  operationId: 'hook.start',
  tags: [workflowRunTag.name],
  summary: startWorkflow.summary,
  description:
    'What is secret in the address stands for a key. A request with the `webhook-id` of an earlier one starts nothing.',
  security: [],
  parameters: [
    { name: 'token', in: 'path', required: true, description: 'From the `hookUrl`.', schema: { type: 'string' } },
    { name: 'webhook-id', in: 'header', description: 'Tells requests apart.', schema: { type: 'string' } },
  ],
  requestBody: {
    description: 'JSON of at most 256 KiB, which templates call `trigger.body`.',
    content: { 'application/json': { schema: {} } },
  },
  responses: {
    200: {
      description: 'It runs.',
      headers: responseHeaders,
      content: {
        'application/json': {
          schema: object(
            {
              id: text('Of the workflow, starts with `wfl_`.'),
              runId: text('Starts with `wfr_`.'),
              status: { enum: runStatuses, description: 'How far the run is.' },
            },
            ['id', 'runId', 'status'],
          ),
        },
      },
    },
    ...errorsOf([400, 401, 404, 413, 415, 422, 429, 500, 503]),
  },
}

const health = {
  operationId: 'health.check',
  tags: [healthTag.name],
  summary: 'Say whether the server can serve',
  security: [],
  responses: {
    200: {
      description: 'It can.',
      content: { 'application/json': { schema: object({ status: { const: 'ok' } }, ['status']) } },
    },
    503: {
      description: 'It still does, and is about to stop: send nothing more here.',
      content: { 'application/json': { schema: object({ status: { const: 'leaving' } }, ['status']) } },
    },
  },
}
