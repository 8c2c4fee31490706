import { badRequest } from '@openfield/schema'
import type { FastifyInstance } from 'fastify'
import type { RecordInput } from '../domain/records/create.ts'

export const bodyBytesMax = 1024 * 1024

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** JSON bodies only. An empty one counts as absent, whatever its type says: official clients send such DELETEs. */
export function parseJsonBodies(app: FastifyInstance) {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    /^application\/([\w.+-]+\+)?json(\s*;|$)/i,
    { parseAs: 'buffer' },
    (_request, body, done) => {
      try {
        done(null, parse(body as Buffer))
      } catch (error) {
        done(error as Error)
      }
    },
  )
}

function parse(body: Buffer): unknown {
  if (body.length === 0) return undefined
  try {
    return JSON.parse(utf8.decode(body))
  } catch {
    throw badRequest('invalid_type', 'The body is not valid JSON in UTF-8.')
  }
}

type Objects = Record<string, unknown>

/** A JSON object, or the 400 that names the place. */
export function requireObject(value: unknown, param?: string): Objects {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Objects
  const what = param === undefined ? 'The body' : `'${param}'`
  throw badRequest('invalid_type', `${what} must be a JSON object.`, param)
}

/** `fields` and `relationships` of a record's body; `required` names those that must be there. */
export function recordInput(body: unknown, required: readonly (keyof RecordInput)[]): RecordInput {
  const object = requireObject(body ?? {})
  const unknown = Object.keys(object).find((key) => key !== 'fields' && key !== 'relationships')
  if (unknown !== undefined) {
    const param = unknown.slice(0, 200).toWellFormed()
    throw badRequest('unknown_field', `A record's body has 'fields' and 'relationships', not '${param}'.`, param)
  }
  const missing = required.find((key) => object[key] === undefined)
  if (missing) throw badRequest('parameter_missing', `The body must have '${missing}'.`, missing)
  return {
    fields: object.fields === undefined ? {} : requireObject(object.fields, 'fields'),
    relationships: object.relationships === undefined ? {} : requireObject(object.relationships, 'relationships'),
  }
}
