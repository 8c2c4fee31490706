import { appendFileSync, readFileSync } from 'node:fs'
import { errorCodes, errorTypes } from '@openfield/schema'
import type { ErrorObject } from 'ajv/dist/2020.js'
import { inject } from 'vitest'
import { deviations } from './deviations.ts'
import { hasOfficial, officialPath } from './official.ts'
import { OpenApi } from './openapi.ts'
import type { Request, Response } from './request.ts'

const counts = { total: 0, official: 0, ours: 0, statements: 0 }

/** Adds to the report of the run how many statements of servers were checked. */
export const countStatements = (count: number) => {
  counts.statements += count
}

/** Appends how many responses were checked to the report of the run. */
export function reportChecked() {
  appendFileSync(inject('conformanceLog'), `${JSON.stringify(counts)}\n`)
  for (const what of Object.keys(counts) as (keyof typeof counts)[]) counts[what] = 0
}

export const official = hasOfficial ? new OpenApi(JSON.parse(readFileSync(officialPath, 'utf8'))) : undefined

/**
 * Throws when a response breaks a promise that all responses keep: JSON in UTF-8, a request id, the error envelope; the
 * official document, apart from the named deviations; and our own document.
 */
export function requireConforming(request: Request, response: Response, ours: OpenApi) {
  const problems = [
    ...generalProblems(request, response),
    ...officialProblems(request, response, ours),
    ...ourProblems(request, response, ours),
  ]
  counts.total += 1
  if (problems.length === 0) return
  const exchange = `${request.method} ${request.path.slice(0, 300)} → ${response.status} ${response.text.slice(0, 2000)}`
  throw new Error(`The response does not conform:\n  ${problems.join('\n  ')}\n${exchange}`)
}

/** The way to single sign-on and back is for browsers. */
const isApi = (path: string) => /^\/(v1|admin)\//.test(path) && !path.startsWith('/admin/v1/sign-in/sso')

function generalProblems({ method, path }: Request, { status, headers, body, text }: Response): string[] {
  const problems: string[] = []
  if (!/^req_[0-9a-f]{32}$/.test(String(headers['x-request-id']))) problems.push('there is no request id')
  if (status >= 500) problems.push('the server failed')
  problems.push(...headerProblems(headers))
  if (method === 'HEAD' || status === 204) return problems
  if (status < 400) return status === 200 || !isApi(path) ? problems : [...problems, 'success is always 200']
  if (headers['content-type'] !== 'application/json; charset=utf-8') problems.push('an error is JSON in UTF-8')
  return [...problems, ...envelopeProblems(status, body, text)]
}

/** What keeps browsers from taking a response for something else, and its cookies from others. */
function headerProblems(headers: Response['headers']): string[] {
  const problems: string[] = []
  if (headers['x-content-type-options'] !== 'nosniff') problems.push('a response says nosniff')
  if (headers.server ?? headers['x-powered-by']) problems.push('a response does not say what it is served by')
  const policy = String(headers['content-security-policy'])
  if (
    /html|svg/.test(headers['content-type'] ?? '') &&
    !/default-src '(none|self)'.*(frame-ancestors 'none')|sandbox/.test(policy)
  ) {
    problems.push('a page says what it may load, and that nobody may frame it')
  }
  if (/script-src[^;]*unsafe/.test(policy)) problems.push('no page runs scripts that stand in it')
  const cookies = headers['set-cookie'] ?? []
  if (!cookies.every((cookie) => /; HttpOnly; .*SameSite=Lax/.test(cookie)))
    problems.push('cookies are HttpOnly and Lax')
  return problems
}

function envelopeProblems(status: number, body: unknown, text: string): string[] {
  const { error, ...others } = (body ?? {}) as { error?: Record<string, unknown> }
  if (!error || Object.keys(others).length > 0) return ['an error is {"error": {…}} and nothing else']
  const { type, message, code, param } = error
  const problems: string[] = []
  if (errorTypes[type as keyof typeof errorTypes] !== status) problems.push(`the type ${type} is not one of ${status}`)
  if (typeof message !== 'string' || message === '') problems.push('an error has a message')
  if (status === 400 && code === undefined) problems.push('a 400 has a code')
  if (code !== undefined && !Object.hasOwn(errorCodes, String(code))) problems.push(`${code} is not a known code`)
  if (param !== undefined && typeof param !== 'string') problems.push('param is a string')
  if (/node_modules|\.ts:\d|[a-z_]+\.sql|\bat \w+ \(/.test(text)) problems.push('an error shows what is inside')
  return problems
}

function officialProblems({ method, path }: Request, { status, body }: Response, ours: OpenApi | undefined): string[] {
  const found = official?.find(method, path)
  const own = ours?.find(method, path)
  if (!official || !found || (own && shapeOf(own) !== shapeOf(found))) return []
  const excused = (error?: ErrorObject) => deviations.some((one) => one.excuses(found, status, error))
  if (!found.statuses.includes(String(status))) {
    return excused() ? [] : [`the official ${method} ${found.template} has no status ${status}`]
  }
  counts.official += 1
  // The official schemas describe what is inside our wrapper.
  const value = status < 400 ? body : (body as { error: unknown }).error
  const errors = official.errors(found, status, value).filter((error) => !excused(error))
  return errors.map((error) => `official: ${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`)
}

/** Where the official document lacks an operation, as `/v1/accounts/merge`, the path may look like another, `/v1/accounts/{id}`. */
const shapeOf = ({ template }: { template: string }) => template.replaceAll(/\{[^}]+\}/g, '{}')

function ourProblems({ method, path }: Request, { status, headers, body }: Response, ours: OpenApi): string[] {
  const found = ours.find(method, path)
  if (!found) return status === 200 && isApi(path) ? ['our document does not have the operation'] : []
  if (!found.statuses.includes(String(status))) return [`our document has no status ${status}`]
  counts.ours += 1
  const contentType = ours.contentType(found, status) ?? ''
  if (!headers['content-type']?.startsWith(contentType)) return [`ours: it is sent as ${contentType}`]
  return ours.errors(found, status, body).map((error) => `ours: ${error.instancePath} ${error.message}`)
}
