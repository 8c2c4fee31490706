import { badRequest, type NewFile, type Scope } from '@openfield/schema'
import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import { cancelFile, completeFile } from '../../domain/files/complete.ts'
import { createFile } from '../../domain/files/create.ts'
import { fileUrl, listFiles, retrieveFile } from '../../domain/files/retrieve.ts'
import { type Call, type Guards, guard, type Requirements, sendJson } from '../guard.ts'
import { parseListQuery } from '../list-query.ts'
import { parseBody } from '../parse.ts'
import { cancellation, completion, newFile } from './file-bodies.ts'
import { once, queryOf } from './records.ts'

type FileOperation = {
  method: 'GET' | 'POST'
  path: string
  scope: Scope
  category: Requirements['category']
  /** What an idempotency key is scoped to, where it is heeded. */
  operation?: string
  summary: string
  body?: z.ZodType
  bodyRequired?: true
  /** The name that the schema of the answer has in the OpenAPI document. */
  answer: string
}

/** A file is uploaded in three steps: create says where to, a PUT sends the bytes there, complete ends it. */
export const fileOperations = {
  'file.create': {
    method: 'POST',
    path: '/v1/files',
    scope: 'files:create',
    category: 'Write',
    operation: 'file create',
    summary: 'Open an upload session',
    body: newFile,
    bodyRequired: true,
    answer: 'FileUpload',
  },
  'file.list': {
    method: 'GET',
    path: '/v1/files',
    scope: 'files:read',
    category: 'Search',
    summary: 'List files',
    answer: 'FileList',
  },
  'file.retrieve': {
    method: 'GET',
    path: '/v1/files/:id',
    scope: 'files:read',
    category: 'Read',
    summary: 'Retrieve a file',
    answer: 'File',
  },
  'file.url': {
    method: 'GET',
    path: '/v1/files/:id/url',
    scope: 'files:read',
    category: 'Read',
    summary: 'Get a URL to download a file',
    answer: 'FileUrl',
  },
  'file.complete': {
    method: 'POST',
    path: '/v1/files/:id/complete',
    scope: 'files:create',
    category: 'Write',
    summary: 'Complete an upload',
    body: completion,
    bodyRequired: true,
    answer: 'File',
  },
  'file.cancel': {
    method: 'POST',
    path: '/v1/files/:id/cancel',
    scope: 'files:create',
    category: 'Write',
    summary: 'Cancel an upload',
    body: cancellation,
    answer: 'File',
  },
} as const satisfies Record<string, FileOperation>

type OperationId = keyof typeof fileOperations
type FileCall = Call & { id: string; query: string; body: unknown }

/** What an operation asks of a request. */
export const fileRequirements = ({ scope, category, operation }: FileOperation): Requirements => ({
  category,
  scopes: [scope],
  version: 'required',
  ...(operation !== undefined && { operation }),
})

export function fileRoutes(app: FastifyInstance, guards: Guards) {
  for (const [id, operation] of Object.entries<FileOperation>(fileOperations)) {
    const { method, path, body: schema, bodyRequired } = operation
    app.route<{ Params: { id?: string } }>({
      method,
      url: path,
      onRequest: guard(guards, fileRequirements(operation)),
      handler: async (request, reply) => {
        if (bodyRequired && request.body === undefined) {
          throw badRequest('parameter_missing', 'The request must have a JSON body.')
        }
        const body = schema && parseBody(schema, request.body)
        const call = { ...request.call, id: request.params.id ?? '', query: queryOf(request.raw.url), body }
        const answer = await once(request, reply, async () => textOf(await answers[id as OperationId](call)))
        return answer === undefined ? reply : sendJson(reply, answer)
      },
    })
  }
}

const answers: Record<OperationId, (call: FileCall) => Promise<unknown>> = {
  'file.create': ({ ctx, body, idempotency }) => createFile(ctx, body as NewFile, idempotency),
  'file.list': ({ ctx, query }) => listFiles(ctx, parseListQuery(query)),
  'file.retrieve': ({ ctx, id }) => retrieveFile(ctx, id),
  'file.url': ({ ctx, id }) => fileUrl(ctx, id),
  'file.complete': ({ ctx, id, body }) => completeFile(ctx, id, body as z.output<typeof completion>),
  'file.cancel': ({ ctx, id }) => cancelFile(ctx, id),
}

const textOf = (answer: unknown) => (typeof answer === 'string' ? answer : JSON.stringify(answer))
