import type { FastifyRequest } from 'fastify'
import { operations } from './openapi/document.ts'

let ids: Map<string, string> | undefined

/** Which operation a request asks for, by its id; of what has none the route, such as `GET /crm/*`. Never a path. */
export function operationOf({ method, routeOptions: { url } }: FastifyRequest): string {
  if (url === undefined) return 'none'
  ids ??= new Map(operations().map((one) => [`${one.method} ${one.path}`, one.id]))
  const route = `${method} ${url}`
  return ids.get(route) ?? route
}
