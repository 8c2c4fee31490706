import { type ErrorCode, type ErrorType, errorCodes, errorTypes } from '@openfield/schema'
import { type JsonSchema, object, schemaRef, text } from '@openfield/schema/openapi'

/** When each type of error is answered. */
export const errorMeanings: Readonly<Record<ErrorType, string>> = {
  bad_request: 'The request cannot be understood: a wrong JSON type, an unknown key, or an id that leads nowhere.',
  unauthorized: 'There is no API key, or it is not valid: unknown, expired or revoked. Or nobody is signed in.',
  forbidden:
    'The API key, or who is signed in, lacks the scope or the role that the operation needs; or the page is of another origin.',
  not_found: 'There is no record with the id in the path, or it is in the trash.',
  conflict:
    'Something stands in the way: a slug is taken, others keep changing the same record, or nobody knows whether an e-mail was sent.',
  idempotency_conflict: 'Another request with the same idempotency key is still in progress.',
  precondition_failed: 'The bytes of a file that takes them once only have been uploaded already.',
  payload_too_large: 'The body is larger than 1 MiB, or an upload is larger than announced.',
  unsupported_media_type: 'The request has a body whose Content-Type is not JSON.',
  range_not_satisfiable: 'A download asks for bytes that the file does not have.',
  unprocessable_content: 'The request is well-formed, but a value breaks a rule or something required is missing.',
  too_many_requests: 'The rate limit is exceeded; wait as long as Retry-After says.',
  internal_server_error: 'Something went wrong on the server; the message names the request id to look for.',
  service_unavailable:
    'The database, the storage of files or a mail server cannot be reached, is busy, or has no room left; try again in a moment.',
}

/** The statuses with which each code is answered. */
export const errorCodeStatuses: Readonly<Record<ErrorCode, readonly (400 | 422)[]>> = {
  unknown_field: [400],
  unknown_relationship: [400],
  referenced_resource_missing: [400],
  relationship_entity_missing: [400],
  relationship_entity_inactive: [400],
  invalid_type: [400],
  parameter_missing: [400],
  invalid_configuration: [400],
  idempotency_key_too_long: [400],
  version_header: [400],
  relationship_write_limit_exceeded: [422],
  ambiguous_stage_label: [400, 422],
  stage_unresolved_in_pipeline: [422],
  unknown_pipeline: [400, 422],
}

/** Answered only where the bytes of files are sent and fetched, which are no operations. */
const typesOfBytes: readonly ErrorType[] = ['precondition_failed', 'range_not_satisfiable']

const typesByStatus = Map.groupBy(
  (Object.keys(errorTypes) as ErrorType[]).filter((type) => !typesOfBytes.includes(type)),
  (type) => errorTypes[type],
)

/** The name of a status in the document, e.g. `BadRequest`: that of its first type. */
const nameOf = (types: readonly ErrorType[]) =>
  (types[0] ?? '').replace(/(?:^|_)(.)/g, (_, letter) => letter.toUpperCase())

/** The schemas of all errors, by name: one for each status. */
export const errorSchemas = (): Record<string, JsonSchema> =>
  Object.fromEntries(
    Array.from(typesByStatus, ([status, types]) => [`${nameOf(types)}Error`, errorSchema(status, types)]),
  )

function errorSchema(status: number, types: readonly ErrorType[]): JsonSchema {
  const codes = (Object.keys(errorCodes) as ErrorCode[]).filter((code) =>
    (errorCodeStatuses[code] as readonly number[]).includes(status),
  )
  const error = {
    type: 'object',
    properties: {
      type: { enum: types },
      message: text('For people; its wording can change.'),
      ...(codes.length > 0 && { code: { enum: codes } }),
      ...([400, 409, 422].includes(status) && { param: text('Where in the request, e.g. `fields.$stage`.') }),
    },
    required: ['type', 'message', ...(status === 400 ? ['code'] : [])],
  }
  return object({ error }, ['error'])
}

/** The responses of all errors, by name. */
export const errorResponses = () =>
  Object.fromEntries(
    Array.from(typesByStatus, ([status, types]) => [
      nameOf(types),
      {
        description: types.map((type) => errorMeanings[type]).join(' Or: '),
        headers: {
          ...responseHeaders,
          ...(status === 429 && { 'Retry-After': headerRef('RetryAfter') }),
          ...([409, 413, 429].includes(status) && { 'x-should-retry': headerRef('ShouldRetry') }),
        },
        content: { 'application/json': { schema: schemaRef(`${nameOf(types)}Error`) } },
      },
    ]),
  )

/** References to the responses of some statuses, for an operation. */
export const errorsOf = (statuses: readonly number[]) =>
  Object.fromEntries(
    [...typesByStatus]
      .filter(([status]) => statuses.includes(status))
      .map(([status, types]) => [status, { $ref: `#/components/responses/${nameOf(types)}` }]),
  )

const headerRef = (name: string) => ({ $ref: `#/components/headers/${name}` })

/** The headers of every response to a request with a key. */
export const responseHeaders = {
  'X-Request-Id': headerRef('RequestId'),
  'X-RateLimit-Limit': headerRef('RateLimitLimit'),
  'X-RateLimit-Remaining': headerRef('RateLimitRemaining'),
  'X-RateLimit-Reset': headerRef('RateLimitReset'),
}

const header = (description: string, schema: JsonSchema) => ({ description, schema })

export const headers = {
  RequestId: header('Names the request in the log of the server.', { type: 'string' }),
  RateLimitLimit: header('How many requests the bucket of this category holds. Absent when the limit is off.', {
    type: 'integer',
  }),
  RateLimitRemaining: header('How many requests are left in it.', { type: 'integer' }),
  RateLimitReset: header('When it will be full again, in Unix seconds.', { type: 'integer' }),
  RetryAfter: header('After how many seconds to try again.', { type: 'integer' }),
  ShouldRetry: header('`false` where trying again cannot help; official clients heed it.', { enum: ['false'] }),
}
