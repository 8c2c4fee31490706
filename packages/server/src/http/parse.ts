import { type ApiError, badRequest, unprocessable } from '@openfield/schema'
import type { z } from 'zod'

/**
 * Reads a body by a schema. The first thing wrong with it becomes the documented error: a wrong JSON type, an unknown or a
 * missing key is a 400 and comes first, a value that breaks a rule is a 422.
 */
export function parseBody<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  // Without the input a wrong type looks like a missing key.
  const result = schema.safeParse(body === undefined ? {} : body, { reportInput: true })
  if (result.success) return result.data
  const { issues } = result.error
  throw errorOf(issues.find(({ code }) => code === 'invalid_type' || code === 'unrecognized_keys') ?? issues[0])
}

function errorOf(issue: z.core.$ZodIssue | undefined): ApiError {
  const param = issue?.path.join('.') || undefined
  if (issue?.code === 'unrecognized_keys') {
    const key = [...issue.path, issue.keys[0] ?? ''].join('.').slice(0, 200).toWellFormed()
    return badRequest('unknown_field', `The body has no key '${key}'.`, key)
  }
  if (issue?.code === 'invalid_type') {
    return issue.input === undefined && param !== undefined
      ? badRequest('parameter_missing', `The body must have '${param}'.`, param)
      : badRequest('invalid_type', `'${param ?? 'body'}' must be ${article(issue.expected)}.`, param)
  }
  return unprocessable(`${param === undefined ? 'The body' : `'${param}'`} is not valid: ${issue?.message}.`, param)
}

const article = (expected: string) => `${/^[aeio]/.test(expected) ? 'an' : 'a'} ${expected}`
