import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Metrics } from '../watching/metrics.ts'
import { inTask, type Task } from '../watching/task.ts'
import type { Traces } from '../watching/traces.ts'
import { loggedUrl } from './errors.ts'
import { operationOf } from './operation-ids.ts'

declare module 'fastify' {
  interface FastifyRequest {
    task: Task
  }
}

type Watchers = { metrics: Metrics | undefined; traces: Traces | undefined }

function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/** Every request is a task, of which there is a line in the log where that is wanted, and which is counted. */
export function watchRequests(app: FastifyInstance, { metrics, traces }: Watchers, logsAll: boolean) {
  app.decorateRequest('task')
  app.addHook('onRequest', (request, _reply, done) => {
    request.task = { line: { requestId: request.id }, name: operationOf(request), statements: 0, databaseMs: 0 }
    traces?.request(request.task, request.method, headerOf(request, 'traceparent'))
    inTask(request.task, done)
  })
  // The body came through the connection, which knows of no request.
  app.addHook('preValidation', (request, _reply, done) => inTask(request.task, done))
  if (logsAll) app.addHook('onResponse', logRequest)
  if (traces) app.addHook('onResponse', async ({ task }, reply) => traces.answered(task, reply.statusCode))
  if (metrics) {
    app.addHook('onResponse', async ({ task }, reply) => {
      const isStream = String(reply.getHeader('content-type')).startsWith('text/event-stream')
      metrics.request(task.name, reply.statusCode, isStream ? undefined : reply.elapsedTime / 1000)
    })
  }
}

/** One line for every request. */
async function logRequest(request: FastifyRequest, reply: FastifyReply) {
  const { method, task, id: requestId } = request
  request.log.info({
    requestId,
    method,
    url: loggedUrl(request),
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime),
    operation: task.name,
    ...(task.workspace !== undefined && { workspace: task.workspace }),
    statements: task.statements,
    databaseMs: Math.round(task.databaseMs),
  })
}
