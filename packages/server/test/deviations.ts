import type { ErrorObject } from 'ajv/dist/2020.js'
import type { Operation } from './openapi.ts'

/**
 * Where our responses differ from the official OpenAPI document on purpose. That its error schemas describe what stands
 * inside our `error` wrapper is none: the harness unwraps errors (the public errors page shows them wrapped).
 */
export type Deviation = {
  reason: string
  /** Whether it accounts for an error of validation; without one: for a status that the operation does not have. */
  excuses(operation: Operation, status: number, error: ErrorObject | undefined): boolean
}

export const deviations: readonly Deviation[] = [
  {
    reason:
      'A key that is in use answers 409 with the type `idempotency_conflict`, as the page on idempotency says; the document knows only `conflict`.',
    excuses: (_operation, status, error) =>
      status === 409 && error?.keyword === 'const' && error.instancePath === '/type',
  },
  {
    reason: 'A body over 1 MiB answers 413; the document does not say what happens to one.',
    excuses: (_operation, status, error) => status === 413 && error === undefined,
  },
  {
    reason:
      'A session of the web app validates as `session`; the document knows only keys, and its clients have only those.',
    excuses: ({ template }, status, error) =>
      template === '/v1/auth/validate' && status === 200 && error?.instancePath === '/tokenType',
  },
]
