/**
 * Every error the API can answer. Facts: the public error table (status, `type`, `code`, `param`); the sentence in
 * `message` is ours, is not a contract, and says what to do.
 */
export const errorTypes = {
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  idempotency_conflict: 409,
  precondition_failed: 412,
  payload_too_large: 413,
  unsupported_media_type: 415,
  range_not_satisfiable: 416,
  unprocessable_content: 422,
  too_many_requests: 429,
  internal_server_error: 500,
  service_unavailable: 503,
} as const

export type ErrorType = keyof typeof errorTypes

/** What each `code` means. A code narrows the type; a 400 always has one. */
export const errorCodes = {
  unknown_field: 'A key of `fields`, of the body or of a filter is not defined for the object type.',
  unknown_relationship: 'A key of `relationships` is not defined for the object type.',
  referenced_resource_missing: 'An id inside a field value does not exist.',
  relationship_entity_missing: 'An id in a relationship does not exist, or is of another type.',
  relationship_entity_inactive: 'An id in a relationship exists, but its record is in the trash.',
  invalid_type: 'A value has the wrong JSON type, or a parameter cannot be read.',
  parameter_missing: 'A required key of the body is absent.',
  invalid_configuration: 'A field, relationship or filter is used in a way its definition does not allow.',
  idempotency_key_too_long: 'The Idempotency-Key header is longer than 255 characters.',
  version_header: 'The Lightfield-Version header is missing or unknown.',
  relationship_write_limit_exceeded: 'More than 25 ids, or more than 25 link changes, in one request.',
  ambiguous_stage_label: 'A stage label exists in several pipelines.',
  stage_unresolved_in_pipeline: 'The stage is not an active stage of the chosen pipeline.',
  unknown_pipeline: 'The pipeline is not an active one of the object type.',
} as const

export type ErrorCode = keyof typeof errorCodes

/**
 * Where the error is (`param`), and, for a few codes, further documented members of the error object. `retry: false`: it
 * is no use to try again; `retryAfter`: not for so many seconds.
 */
type Place = { param?: string; members?: Record<string, unknown>; retry?: false; retryAfter?: number }

/** An answer other than success. Thrown anywhere below HTTP; one place turns it into a response. */
export class ApiError extends Error {
  readonly type: ErrorType
  readonly code: ErrorCode | undefined
  readonly place: Place

  constructor(type: ErrorType, code: ErrorCode | undefined, message: string, place: Place = {}) {
    super(message)
    this.type = type
    this.code = code
    this.place = place
  }

  get status(): number {
    return errorTypes[this.type]
  }

  /** The body of the response. */
  toJSON() {
    const { param, members } = this.place
    return {
      error: {
        type: this.type,
        message: this.message,
        ...(this.code && { code: this.code }),
        ...(param !== undefined && { param }),
        ...members,
      },
    }
  }
}

export const badRequest = (code: ErrorCode, message: string, param?: string) =>
  new ApiError('bad_request', code, message, param === undefined ? {} : { param })

export const unprocessable = (message: string, param?: string, code?: ErrorCode) =>
  new ApiError('unprocessable_content', code, message, param === undefined ? {} : { param })

export const unauthorized = (message: string) => new ApiError('unauthorized', undefined, message)

export const forbidden = (message: string) => new ApiError('forbidden', undefined, message)

export const notFound = (message: string) => new ApiError('not_found', undefined, message)

/** The documented sentence for an id that names no live record of the type. */
export const noResource = (plural: string) => notFound(`No resource found in '${plural}' with the given ID.`)
