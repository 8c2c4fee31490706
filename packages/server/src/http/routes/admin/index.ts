import type { FastifyInstance } from 'fastify'
import { inAudit, isAudited } from '../../audit.ts'
import { type Guards, guard, type Requirements, sendJson } from '../../guard.ts'
import { parseListQuery } from '../../list-query.ts'
import { parseBody } from '../../parse.ts'
import { streamBodies } from '../../streamed-body.ts'
import { queryOf } from '../records.ts'
import { apiKeys } from './api-keys.ts'
import { audit } from './audit.ts'
import { bulk } from './bulk.ts'
import { enrichment } from './enrichment.ts'
import { erasures } from './erasures.ts'
import { events } from './events.ts'
import { tableExports } from './exports.ts'
import { imports } from './imports.ts'
import { ingest } from './ingest.ts'
import { invitations } from './invitations.ts'
import { limits } from './limits.ts'
import { mailboxSync } from './mailbox-sync.ts'
import { mailboxes } from './mailboxes.ts'
import { members } from './members.ts'
import { objectTypes } from './object-types.ts'
import type { AdminGroup, AdminOperation, AdminRequest } from './operation.ts'
import { recordFiles } from './record-files.ts'
import { records } from './records.ts'
import { search } from './search.ts'
import { session } from './session.ts'
import { timeline } from './timeline.ts'
import { trash } from './trash.ts'
import { views } from './views.ts'
import { webhooks } from './webhooks.ts'
import { workflows } from './workflows.ts'

/** Our own additions to the API, by topic. */
export const adminGroups: readonly AdminGroup[] = [
  apiKeys,
  members,
  invitations,
  session,
  objectTypes,
  records,
  trash,
  recordFiles,
  bulk,
  imports,
  tableExports,
  ingest,
  mailboxes,
  events,
  views,
  timeline,
  search,
  enrichment,
  workflows,
  webhooks,
  mailboxSync,
  audit,
  limits,
  erasures,
]

/** What an operation asks of a request. */
export const adminRequirements = ({ method, access, scopes = [], category }: AdminOperation): Requirements => ({
  category: category ?? (method === 'GET' ? 'Read' : 'Write'),
  scopes,
  version: 'optional',
  ...(access === 'admin' && { admin: true }),
  ...(access === 'anyone' && { anyone: true }),
})

export function adminRoutes(app: FastifyInstance, guards: Guards) {
  for (const { operations } of adminGroups) {
    for (const [id, operation] of Object.entries(operations)) {
      if (operation.streams) app.register(async (streaming) => addStreamingRoute(streaming, guards, id, operation))
      else addRoute(app, guards, id, operation)
    }
  }
}

function addStreamingRoute(app: FastifyInstance, guards: Guards, id: string, operation: AdminOperation) {
  streamBodies(app)
  addRoute(app, guards, id, operation)
}

function addRoute(app: FastifyInstance, guards: Guards, id: string, operation: AdminOperation) {
  const { method, path, body, paged, streams } = operation
  app.route({
    method,
    url: path,
    config: streams ? { streams } : {},
    onRequest: guard(guards, adminRequirements(operation)),
    async handler(request, reply) {
      const query = queryOf(request.raw.url)
      const asked = {
        ctx: request.call?.ctx,
        system: guards.system,
        params: {
          id: '',
          objectType: '',
          slug: '',
          fileId: '',
          deliveryId: '',
          ...(request.params as Partial<AdminRequest<unknown>['params']>),
        },
        body: body && parseBody(body, request.body),
        page: paged ? parseListQuery(query) : { limit: 0, offset: 0 },
        query,
        guards,
        request,
        reply,
      }
      const result = await (isAudited(operation) ? inAudit(id, operation, asked) : operation.run(asked))
      // An answer that its client did not wait for is no longer to be sent either.
      return reply.raw.headersSent
        ? reply
        : sendJson(reply, typeof result === 'string' ? result : JSON.stringify(result))
    },
  })
}
