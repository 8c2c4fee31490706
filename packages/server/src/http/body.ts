import { badRequest } from '@openfield/schema'
import type { FastifyInstance } from 'fastify'
import type { RecordInput } from '../domain/records/create.ts'
import type { MergeInput } from '../domain/records/merge.ts'

export const bodyBytesMax = 1024 * 1024

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** JSON bodies only. An empty one counts as absent, whatever its type says: official clients send such DELETEs. */
export function parseJsonBodies(app: FastifyInstance) {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(/^application\/([\w.+-]+\+)?json(\s*;|$)/i, { parseAs: 'buffer' }, (request, body, done) => {
    try {
      // Where there is no route, the answer is 404 whatever the body is like.
      done(null, request.is404 ? undefined : parseJson(body as Buffer))
    } catch (error) {
      done(error as Error)
    }
  })
}

/** Reads JSON; nothing at all is undefined. Throws a 400. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined
  try {
    return JSON.parse(utf8.decode(body))
  } catch {
    throw badRequest('invalid_type', 'The body is not valid JSON in UTF-8.')
  }
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
