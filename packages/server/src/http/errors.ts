import type { Socket } from 'node:net'
import { ApiError, badRequest, newUuid, notFound } from '@openfield/schema'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { outageOf } from '../storage/database.ts'

/** The answer to a path or method that does not exist. */
export const unknownRoute = (request: FastifyRequest) =>
  notFound(`There is no ${request.method} ${(request.url.split('?')[0] ?? '').slice(0, 200)}.`)

/** Turns whatever was thrown into a response in the documented envelope. The one place that does. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const answer = answerTo(error, request)
  // What the router refuses has passed no hook.
  setCommonHeaders(request, reply)
  if (answer.type === 'too_many_requests') reply.header('retry-after', String(answer.place.retryAfter ?? 1))
  if (answer.place.retry === false) reply.header('x-should-retry', 'false')
  return reply
    .code(answer.status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify(answer))
}

/** The answer to whatever was thrown. What nobody expected is logged. */
export function answerTo(error: unknown, request: FastifyRequest): ApiError {
  const known = apiErrorOf(error, request)
  if (!known) request.log.error({ err: error, requestId: request.id, method: request.method, url: loggedUrl(request) })
  return known ?? unexpected(request.id)
}

/** What every response has: an id to look for in the log, and that it is of the type it says. */
export const setCommonHeaders = (request: FastifyRequest, reply: FastifyReply) =>
  reply.headers({ 'x-request-id': request.id, 'x-content-type-options': 'nosniff' })

/** A request's address for the log, without what whoever reads it could use: signatures, codes to sign in with, hooks. */
export const loggedUrl = ({ url }: Pick<FastifyRequest, 'url'>) =>
  url.replaceAll(/([?&](?:signature|grant|code|state|token)=)[^&]*|^(\/hooks\/)[^/?]+/gi, '$1$2…')

/** What is said of requests that are none, by Node's codes. */
const connectionErrors: Record<string, string> = {
  HPE_HEADER_OVERFLOW: 'The headers are larger than 16 KiB.',
  ERR_HTTP_REQUEST_TIMEOUT: 'The request took too long to arrive.',
}
/** For how long a client may go on reading and sending once it was told that the connection ends. */
const lingerMs = 1000

/** Answers bytes that are no HTTP request. There is neither request nor reply then, and the connection ends. */
export function sendConnectionError(error: { code?: string }, socket: Socket) {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const message = connectionErrors[error.code ?? ''] ?? 'This is not a valid HTTP request.'
  const body = JSON.stringify(badRequest('invalid_type', message))
  const headers = [
    'HTTP/1.1 400 Bad Request',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${newRequestId()}`,
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ]
  socket.end([...headers, '', body].join('\r\n'))
  setTimeout(() => socket.destroy(), lingerMs).unref()
}

/** Stands in every response, and beside what is logged about it. */
export const newRequestId = () => `req_${newUuid().replaceAll('-', '')}`

/** What the router itself refuses, by its error codes. */
const routerErrors: Record<string, (request: FastifyRequest) => ApiError> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new ApiError('payload_too_large', undefined, 'The body is larger than 1 MiB; send less at a time.', {
      retry: false,
    }),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new ApiError('unsupported_media_type', undefined, 'Send the body as JSON, with Content-Type: application/json.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    badRequest('invalid_type', 'The body is not as long as Content-Length says.'),
  // The method QUERY, which no route has, is refused for its lack of a body before it is looked for.
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: unknownRoute,
  FST_ERR_BAD_URL: () => badRequest('invalid_type', 'The path is not correctly percent-encoded.'),
  FST_ERR_MAX_PARAM_LENGTH: () => notFound('There is nothing with an id as long as the one in the path.'),
}

function apiErrorOf(error: unknown, request: FastifyRequest): ApiError | undefined {
  if (error instanceof ApiError) return error
  const outage = outageOf(error)
  if (outage) return new ApiError('service_unavailable', undefined, outages[outage])
  return routerErrors[(error as FastifyError | undefined)?.code ?? '']?.(request)
}

const outages = {
  away: 'The database cannot be reached; try again in a moment.',
  busy: 'The server is busy: all its connections to the database are in use. Try again in a moment.',
  full: 'The disk of the database is full: nothing was written. Try again when there is room.',
}

const unexpected = (requestId: string) =>
  new ApiError(
    'internal_server_error',
    undefined,
    `Something went wrong on the server. It is logged under the request id ${requestId}.`,
  )
