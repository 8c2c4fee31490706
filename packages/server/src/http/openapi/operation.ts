import { type JsonSchema, schemaRef } from '@openfield/schema/openapi'
import { z } from 'zod'
import type { Requirements } from '../guard.ts'
import { errorsOf, responseHeaders } from './errors.ts'
import { examples } from './examples.ts'

/** One operation of the API, as its route table describes it. `path` is the router's: `/v1/accounts/:id`. */
export type Operation = {
  id: string
  /** What it does, e.g. `create`. */
  verb: string
  method: string
  path: string
  tag: string
  summary: string
  description?: string
  requirements: Requirements
  parameters?: readonly object[]
  body?: { schema: JsonSchema; required: boolean }
  /** The name of the schema of its success. */
  answer: string
  /** How it is sent, when not as JSON. */
  contentType?: string
  /** Statuses of errors that do not follow from the rest. */
  alsoAnswers?: readonly number[]
}

/** The paths of the document: operations by path, then by method. */
export const pathsOf = (operations: readonly Operation[]) =>
  Object.fromEntries(
    Array.from(
      Map.groupBy(operations, ({ path }) => path.replaceAll(/:(\w+)/g, '{$1}')),
      ([path, all]) => [
        path,
        Object.fromEntries(all.map((operation) => [operation.method.toLowerCase(), describe(operation)])),
      ],
    ),
  )

function describe(operation: Operation) {
  const { id, tag, summary, description, requirements, body, answer, contentType } = operation
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: [description, footer(requirements)].filter(Boolean).join('\n\n'),
    security: requirements.anyone ? [] : [{ bearerAuth: requirements.scopes }, { session: [] }],
    parameters: parametersOf(operation),
    ...(body && { requestBody: { required: body.required, content: json(body.schema, examples[id]) } }),
    responses: {
      200: { description: 'OK', headers: responseHeaders, content: json(schemaRef(answer), undefined, contentType) },
      ...errorsOf(statusesOf(operation)),
    },
  }
}

const json = (schema: JsonSchema, example?: unknown, contentType = 'application/json') => ({
  [contentType]: { schema, ...(example !== undefined && { example }) },
})

function footer({ scopes, category, admin, anyone }: Requirements): string {
  const scope = scopes.map((one) => `\`${one}\``).join(', ')
  const needs = admin ? 'a full-access key of an admin' : anyone ? 'none, and no key' : scope || 'none'
  return `**[Required scope](using-the-api/scopes/):** ${needs}\n\n**[Rate limit category](using-the-api/rate-limits/):** ${category}`
}

const parameter = (name: string) => ({ $ref: `#/components/parameters/${name}` })

function parametersOf({ path, requirements, parameters = [] }: Operation) {
  return [
    ...(requirements.version === 'required' ? [parameter('LightfieldVersion')] : []),
    ...(requirements.operation === undefined ? [] : [parameter('IdempotencyKey')]),
    ...Array.from(path.matchAll(/:(\w+)/g), ([, name = '']) => ({
      name,
      in: 'path',
      required: true,
      description: pathParameters[name] ?? '',
      schema: { type: 'string' },
    })),
    ...parameters,
  ]
}

const pathParameters: Record<string, string> = {
  id: 'The id of the record.',
  objectType: 'The singular slug of an object type, e.g. `opportunity`.',
  listId: 'The id of a list.',
  runId: 'The id of a run, which starts with `wfr_`.',
  deliveryId: 'The id of a delivery.',
  entitySlug: 'The slug of a custom object type.',
  fieldKey: 'The key of the field, e.g. `$stage`.',
  slug: 'The slug of the definition; for a field that comes with the product with or without its `$`.',
}

/** Which errors can be answered follows from what the operation reads and does. */
function statusesOf({ method, path, requirements, alsoAnswers = [] }: Operation): number[] {
  const writes = method !== 'GET'
  return [
    400,
    ...(requirements.anyone ? [] : [401]),
    403,
    ...(writes || path.includes(':') ? [404] : []),
    ...(writes ? [409, 413, 415, 422] : []),
    ...alsoAnswers,
    429,
    500,
    503,
  ]
}

/** The parameters that several operations have. */
export const sharedParameters = {
  LightfieldVersion: {
    name: 'Lightfield-Version',
    in: 'header',
    required: true,
    description: 'The version of the API that the client speaks.',
    schema: { type: 'string', enum: ['2026-03-01'], default: '2026-03-01' },
  },
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Any text, e.g. a UUID. A repeated request with the same key within 24 hours gets the first response again. See [Idempotency](using-the-api/idempotency/).',
    schema: { type: 'string', maxLength: 255 },
  },
  Limit: {
    name: 'limit',
    in: 'query',
    description: 'How many records a page has at most.',
    allowEmptyValue: true,
    schema: { type: 'integer', minimum: 1, maximum: 25, default: 25 },
  },
  Offset: {
    name: 'offset',
    in: 'query',
    description: 'How many records to skip.',
    allowEmptyValue: true,
    schema: { type: 'integer', minimum: 0, maximum: 1_000_000_000, default: 0 },
  },
  Status: {
    name: 'status',
    in: 'query',
    description: 'What is in the trash needs the `restore` scope too, and cannot be filtered.',
    schema: { enum: ['active', 'trashed'], default: 'active' },
  },
  HistoryLimit: {
    name: 'limit',
    in: 'query',
    description: 'How many values a page has at most.',
    schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
  },
  After: {
    name: 'after',
    in: 'query',
    description: 'The `nextCursor` of the page before.',
    schema: { type: 'string' },
  },
}

/** The parameters that say which page of a list is asked for. */
export const pageParameters = [parameter('Limit'), parameter('Offset')]

/** Whether a list shows what is live or what is in the trash. */
export const statusParameter = parameter('Status')

/** Those of a field's history. */
export const historyParameters = [parameter('HistoryLimit'), parameter('After')]

/** The schema of a body that is read by zod. */
export function bodySchema(body: z.ZodType): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(body, { io: 'input', override: withoutDatePattern })
  return schema
}

/** The pattern of a date is a page long and says no more than its format. */
function withoutDatePattern({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }) {
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
}
