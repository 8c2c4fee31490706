import { ApiError, badRequest } from '@openfield/schema'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { RecordInput } from '../domain/records/create.ts'
import type { MergeInput } from '../domain/records/merge.ts'
import { sendConnectionError } from './errors.ts'

export const bodyBytesMax = 1024 * 1024

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** How deep arrays and objects may lie in each other. What goes through a value part by part could run out of stack. */
const depthMax = 100

/**
 * JSON bodies only, which have to be there after so many milliseconds. An empty one counts as absent, whatever its type
 * says: official clients send such DELETEs.
 */
export function parseJsonBodies(app: FastifyInstance, withinMs: number) {
  app.addHook('preParsing', async (request) => limitTime(request, withinMs))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(/^application\/([\w.+-]+\+)?json(\s*;|$)/i, { parseAs: 'buffer' }, (request, body, done) => {
    try {
      // Where there is no route, the answer is 404 whatever the body is like.
      requireUnpacked(request)
      done(null, request.is404 ? undefined : parseJson(body as Buffer))
    } catch (error) {
      done(error as Error)
    }
  })
}

/** Ends the connection of a client that takes too long to send a body, but for files, which are as long as they are. */
function limitTime({ raw, headers, routeOptions }: FastifyRequest, withinMs: number) {
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
  if (!hasBody || (routeOptions.config as { streams?: true }).streams) return
  const late = () => raw.complete || sendConnectionError({ code: 'ERR_HTTP_REQUEST_TIMEOUT' }, raw.socket)
  const timer = setTimeout(late, withinMs)
  raw.once('close', () => clearTimeout(timer))
}

/** A small body that unpacks to a large one would pass the limit. */
export function requireUnpacked({ headers, is404 }: Pick<FastifyRequest, 'headers' | 'is404'>) {
  if (is404 || (headers['content-encoding'] ?? 'identity') === 'identity') return
  throw new ApiError('unsupported_media_type', undefined, 'Send the body as it is, without Content-Encoding.')
}

/** Reads JSON; nothing at all is undefined. Throws a 400, which says of `what`. */
export function parseJson(body: Buffer, what = 'The body'): unknown {
  if (body.length === 0) return undefined
  const text = decode(body, what)
  if (isDeep(text)) throw badRequest('invalid_type', `${what} has more than ${depthMax} levels.`)
  try {
    return JSON.parse(text)
  } catch {
    throw notJson(what)
  }
}

const notJson = (what: string) => badRequest('invalid_type', `${what} is not valid JSON in UTF-8.`)

function decode(body: Buffer, what: string): string {
  try {
    return utf8.decode(body)
  } catch {
    throw notJson(what)
  }
}

/** Whether brackets are open more than so many levels deep, outside of texts. */
function isDeep(json: string): boolean {
  let depth = 0
  let isText = false
  for (let at = 0; at < json.length; at += 1) {
    const letter = json[at]
    if (isText) {
      if (letter === '\\') at += 1
      else if (letter === '"') isText = false
    } else if (letter === '"') isText = true
    else if (letter === '[' || letter === '{') {
      depth += 1
      if (depth > depthMax) return true
    } else if (letter === ']' || letter === '}') depth -= 1
  }
  return false
}

type Objects = Record<string, unknown>

/** A JSON object, or the 400 that names the place. */
function requireObject(value: unknown, param?: string): Objects {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Objects
  const what = param === undefined ? 'The body' : `'${param}'`
  throw badRequest('invalid_type', `${what} must be a JSON object.`, param)
}

/** The JSON object that a body is; none at all counts as an empty one, null does not. */
const requireBody = (body: unknown) => requireObject(body === undefined ? {} : body)

/** A record's body: `fields`, `relationships` and the flags of its type; `required` names those that must be there. */
export function recordInput(
  body: unknown,
  required: readonly ('fields' | 'relationships')[],
  flags: readonly string[] = [],
): RecordInput {
  const object = requireBody(body)
  requireKnown(object, ['fields', 'relationships', ...flags])
  const missing = required.find((key) => object[key] === undefined)
  if (missing) throw badRequest('parameter_missing', `The body must have '${missing}'.`, missing)
  return {
    fields: object.fields === undefined ? {} : requireObject(object.fields, 'fields'),
    relationships: object.relationships === undefined ? {} : requireObject(object.relationships, 'relationships'),
    flags: flags.filter((flag) => isSet(object[flag], flag)),
  }
}

function isSet(value: unknown, param: string): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false
  throw badRequest('invalid_type', `'${param}' must be true or false.`, param)
}

/** The body of a merge. */
export function mergeInput(body: unknown): MergeInput {
  const object = requireBody(body)
  const known = ['primaryId', 'duplicateId', 'fieldResolutions', 'options']
  requireKnown(object, known)
  const { fieldResolutions, options } = object
  const { multiSelectUnion, ...others } = options === undefined ? {} : requireObject(options, 'options')
  requireKnown(others, [], 'options.')
  return {
    primaryId: requireString(object.primaryId, 'primaryId'),
    duplicateId: requireString(object.duplicateId, 'duplicateId'),
    fieldResolutions: fieldResolutions === undefined ? {} : requireObject(fieldResolutions, 'fieldResolutions'),
    multiSelectUnion: isSet(multiSelectUnion, 'options.multiSelectUnion'),
  }
}

function requireKnown(object: Objects, known: readonly string[], prefix = '') {
  const unknown = Object.keys(object).find((key) => !known.includes(key))
  if (unknown === undefined) return
  const param = `${prefix}${unknown.slice(0, 200).toWellFormed()}`
  throw badRequest('unknown_field', `The body has no key '${param}'.`, param)
}

function requireString(value: unknown, param: string): string {
  if (value === undefined) throw badRequest('parameter_missing', `The body must have '${param}'.`, param)
  if (typeof value === 'string') return value
  throw badRequest('invalid_type', `'${param}' must be a string.`, param)
}

/** A body that says nothing: absent, or an empty object. */
export const requireNothing = (body: unknown) => requireKnown(requireBody(body), [])
