import type { ErrorCode, ErrorType } from '@openfield/schema'

/** Everything this library throws on purpose. Itself: a mistake in how the library is used, before any request. */
export class OpenfieldError extends Error {
  override name = 'OpenfieldError'
}

/** What the server sent: `body` is parsed JSON, or the text when it is none. */
export type Answer = { status: number; headers: Headers; body: unknown }

/**
 * A request that failed. `status`, `headers` and `body` are what the server sent, and undefined when nothing came;
 * `type`, `code` and `param` are the error's own members where the body has them.
 *
 * @example
 * try {
 *   await client.opportunity.retrieve('opp_unknown')
 * } catch (error) {
 *   if (error instanceof NotFoundError) console.log(error.status, error.type, error.requestId)
 *   else throw error
 * }
 */
export class APIError extends OpenfieldError {
  override name = 'APIError'
  readonly status: number | undefined
  readonly headers: Headers | undefined
  readonly body: unknown
  readonly type: ErrorType | undefined
  /** Narrows `type`; every 400 of the API has one. */
  readonly code: ErrorCode | undefined
  /** Where the mistake is, e.g. `fields.$name`. */
  readonly param: string | undefined
  /** What the server's log knows the request by. */
  readonly requestId: string | undefined

  constructor(message: string, answer?: Answer, options?: ErrorOptions) {
    super(message, options)
    const { type, code, param } = detailsOf(answer?.body)
    this.status = answer?.status
    this.headers = answer?.headers
    this.body = answer?.body
    this.type = type
    this.code = code
    this.param = param
    this.requestId = answer?.headers.get('x-request-id') ?? undefined
  }
}

/** 400: something in the request is not understood; `code` says what, `param` where. */
export class BadRequestError extends APIError {
  override name = 'BadRequestError'
}

/** 401: the API key is missing, unknown, expired or revoked; or nobody is signed in. */
export class AuthenticationError extends APIError {
  override name = 'AuthenticationError'
}

/** 403: the API key may not do this. */
export class PermissionDeniedError extends APIError {
  override name = 'PermissionDeniedError'
}

/** 404: there is no such record, or it is in the trash. */
export class NotFoundError extends APIError {
  override name = 'NotFoundError'
}

/** 409: another request was at it at the same moment, and still after the retries. */
export class ConflictError extends APIError {
  override name = 'ConflictError'
}

/** 422: the request is understood, but breaks a rule; `param` says where. */
export class UnprocessableEntityError extends APIError {
  override name = 'UnprocessableEntityError'
}

/** 429: too many requests, and still after the retries. */
export class RateLimitError extends APIError {
  override name = 'RateLimitError'
}

/** 500 and above: the server failed, and still after the retries. */
export class InternalServerError extends APIError {
  override name = 'InternalServerError'
}

/** No answer came: the server could not be reached, or the connection broke. `cause` is what `fetch` threw. */
export class APIConnectionError extends APIError {
  override name = 'APIConnectionError'
}

/** No answer came in time. */
export class APIConnectionTimeoutError extends APIConnectionError {
  override name = 'APIConnectionTimeoutError'
}

/** The caller's `signal` ended the request. `cause` is the signal's reason. */
export class APIUserAbortError extends APIError {
  override name = 'APIUserAbortError'
}

const classes: { readonly [status: number]: typeof APIError } = {
  400: BadRequestError,
  401: AuthenticationError,
  403: PermissionDeniedError,
  404: NotFoundError,
  409: ConflictError,
  422: UnprocessableEntityError,
  429: RateLimitError,
}

/** The error that an answer other than success stands for. */
export function errorOf(answer: Answer): APIError {
  const ErrorClass = classes[answer.status] ?? (answer.status >= 500 ? InternalServerError : APIError)
  return new ErrorClass(`${answer.status} ${sentenceOf(answer)}`, answer)
}

const quotedMax = 200

function sentenceOf({ status, headers, body }: Answer): string {
  const { message } = detailsOf(body)
  if (message !== undefined) return message
  if (status >= 200 && status < 300) return 'The answer is not JSON; is the baseURL right?'
  // Browsers hide where a redirect leads, and give it the status 0.
  if (status < 400) return `The server redirects to ${headers.get('location') ?? 'elsewhere'}; is the baseURL right?`
  return typeof body === 'string' && body !== '' ? body.slice(0, quotedMax) : 'The server gave no reason.'
}

type Details = { type?: ErrorType; code?: ErrorCode; param?: string; message?: string }

/** The members of the error: in the documented `error` wrapper, or bare. */
function detailsOf(body: unknown): Details {
  const { error } = membersOf(body)
  return typeof error === 'object' && error !== null ? error : membersOf(body)
}

const membersOf = (body: unknown): Details & { error?: Details } =>
  typeof body === 'object' && body !== null ? body : {}
