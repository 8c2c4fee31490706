import { type ApiError, badRequest, unprocessable } from '@openfield/schema'
import type { z } from 'zod'

/**
 * Reads a body by a schema. The first thing wrong with it becomes the documented error: a wrong JSON type, an unknown or a
 * missing key is a 400 and comes first, a value that breaks a rule is a 422, or what `broken` makes of it.
 */
export function parseBody<T extends z.ZodType>(
  schema: T,
  body: unknown,
  broken: (message: string, param?: string) => ApiError = unprocessable,
): z.output<T> {
  // Without the input a wrong type looks like a missing key.
  const result = schema.safeParse(body === undefined ? {} : body, { reportInput: true })
  if (result.success) return result.data
  const { issues } = result.error
  throw errorOf(issues.find((issue) => issue.code === 'unrecognized_keys' || expectedOf(issue)) ?? issues[0], broken)
}

function errorOf(issue: z.core.$ZodIssue | undefined, broken: (message: string, param?: string) => ApiError): ApiError {
  const param = issue?.path.join('.') || undefined
  if (issue?.code === 'unrecognized_keys') {
    const key = [...issue.path, issue.keys[0] ?? ''].join('.').slice(0, 200).toWellFormed()
    return badRequest('unknown_field', `The body has no key '${key}'.`, key)
  }
  const expected = issue && expectedOf(issue)
  if (expected) {
    return issue.input === undefined && param !== undefined
      ? badRequest('parameter_missing', `The body must have '${param}'.`, param)
      : badRequest('invalid_type', `'${param ?? 'body'}' must be ${article(expected)}.`, param)
  }
  return broken(`${param === undefined ? 'The body' : `'${param}'`} is not valid: ${issue?.message}.`, param)
}

/** The JSON type that should be there, when it is that which is wrong. Where there is a choice of texts, it is text. */
function expectedOf(issue: z.core.$ZodIssue): string | undefined {
  if (issue.code === 'invalid_type') return issue.expected
  return issue.code === 'invalid_value' && typeof issue.input !== 'string' ? 'string' : undefined
}

const article = (expected: string) => `${/^[aeio]/.test(expected) ? 'an' : 'a'} ${expected}`
