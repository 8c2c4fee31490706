import cookie from '@fastify/cookie'
import cors from '@fastify/cors'
import fastify, { type FastifyInstance, LogController } from 'fastify'
import type { System } from './domain/context.ts'
import { Attempts } from './http/attempts.ts'
import { Authenticator } from './http/authenticate.ts'
import { bodyBytesMax, parseJsonBodies } from './http/body.ts'
import { type Connections, connectionsOf } from './http/connections.ts'
import { docsRoutes } from './http/docs/routes.ts'
import { newRequestId, sendConnectionError, sendError, setCommonHeaders, unknownRoute } from './http/errors.ts'
import type { Guards } from './http/guard.ts'
import { RateLimiter } from './http/rate-limit.ts'
import { adminRoutes } from './http/routes/admin/index.ts'
import { authRoutes } from './http/routes/auth.ts'
import { crmRoutes } from './http/routes/crm.ts'
import { downloadRoutes } from './http/routes/downloads.ts'
import { emailRoutes } from './http/routes/emails.ts'
import { enrichmentRunRoutes } from './http/routes/enrichment-runs.ts'
import { fileByteRoutes } from './http/routes/file-bytes.ts'
import { fileRoutes } from './http/routes/files.ts'
import { hookRoutes } from './http/routes/hooks.ts'
import { listRoutes } from './http/routes/lists.ts'
import { mergeRoutes } from './http/routes/merges.ts'
import { objectRoutes } from './http/routes/objects.ts'
import { recordRoutes } from './http/routes/records.ts'
import { singleSignOnRoutes } from './http/routes/single-sign-on.ts'
import { workflowRunRoutes } from './http/routes/workflow-runs.ts'
import { SharedRateLimiter } from './http/shared-rate-limit.ts'
import { watchRequests } from './http/watch.ts'
import { currentTask } from './watching/task.ts'

declare module 'fastify' {
  interface FastifyInstance {
    connections: Connections
  }
}

export type AppOptions = {
  /** Requests per second, per category and workspace; 0: no limit. */
  rateLimit: number
  /** Whether no other process serves the database. */
  isAlone: boolean
  corsOrigins: readonly string[]
  log: 'error' | 'info'
  patience?: Patience
}

/** How long clients may take, in milliseconds: for the headers, for a body that is no file; and how often that is looked at. */
type Patience = { headersMs: number; bodyMs: number; everyMs: number }
const usualPatience: Patience = { headersMs: 20_000, bodyMs: 60_000, everyMs: 5000 }

/** The whole HTTP side: what every request passes through, then the routes. The API's table of contents. */
export async function buildApp(system: System, options: AppOptions): Promise<FastifyInstance> {
  const { patience = usualPatience } = options
  const app = fastify({
    http: { headersTimeout: patience.headersMs, connectionsCheckingInterval: patience.everyMs },
    bodyLimit: bodyBytesMax,
    exposeHeadRoutes: false,
    genReqId: newRequestId,
    logger: {
      level: options.log === 'info' ? 'info' : 'warn',
      stream: process.stderr,
      // Each line says to which request or work it belongs, whoever writes it.
      mixin: () => ({ ...currentTask()?.line }),
    },
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (logger) => logger,
    // Filters are read from the raw query string, which says more than a parsed one.
    routerOptions: { querystringParser: () => ({}) },
    // A proxy on this machine says whom it speaks for.
    trustProxy: 'loopback',
    frameworkErrors: sendError,
    clientErrorHandler: sendConnectionError,
  })
  const guards: Guards = {
    authenticator: new Authenticator(system.db),
    rateLimiter: options.isAlone
      ? new RateLimiter(options.rateLimit)
      : new SharedRateLimiter(options.rateLimit, system.db),
    attempts: new Attempts(system.db),
    system,
  }

  app.decorateRequest('call')
  app.addHook('onRequest', async (request, reply) => {
    setCommonHeaders(request, reply)
  })
  watchRequests(app, system, options.log === 'info')
  app.addHook('onResponse', async ({ method, call }) => {
    if (method === 'GET' || !call) return
    system.events.wake(call.ctx.workspace)
    // What was written may start workflows.
    system.workWritten()
  })
  const connections = connectionsOf(app.server)
  app.decorate('connections', connections)
  app.addHook('preClose', async () => connections.end())
  await app.register(cookie)
  if (options.corsOrigins.length > 0) await app.register(cors, corsOptions(options.corsOrigins))
  parseJsonBodies(app, patience.bodyMs)
  app.setErrorHandler(sendError)
  app.setNotFoundHandler((request, reply) => sendError(unknownRoute(request), request, reply))

  app.get('/health', async (_, reply) => {
    if (!connections.isLeaving) return { status: 'ok' }
    return reply.code(503).send({ status: 'leaving' })
  })
  authRoutes(app, guards)
  recordRoutes(app, guards)
  emailRoutes(app, guards)
  listRoutes(app, guards)
  mergeRoutes(app, guards)
  objectRoutes(app, guards)
  fileRoutes(app, guards)
  enrichmentRunRoutes(app, guards)
  fileByteRoutes(app, system)
  downloadRoutes(app, system)
  workflowRunRoutes(app, guards)
  adminRoutes(app, guards)
  hookRoutes(app, guards)
  singleSignOnRoutes(app, guards)
  crmRoutes(app, system)
  docsRoutes(app, system)
  return app
}

/** Pages of listed origins call with keys, in a header; cookies are not for them. */
const corsOptions = (origins: readonly string[]) => ({
  origin: origins.includes('*') ? '*' : [...origins],
  methods: ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'],
  exposedHeaders: [
    'X-Request-Id',
    'X-RateLimit-Limit',
    'X-RateLimit-Remaining',
    'X-RateLimit-Reset',
    'Retry-After',
    'X-Should-Retry',
  ],
  maxAge: 86_400,
})
