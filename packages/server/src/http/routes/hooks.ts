import { ApiError } from '@openfield/schema'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { startByHook } from '../../domain/workflows/hooks.ts'
import { parseJson } from '../body.ts'
import type { Guards } from '../guard.ts'
import { tooManyRequests } from '../rate-limit.ts'

const bytesMax = 256 * 1024

/** The addresses of workflows that wait for requests of other systems. What is secret in the address stands for a key. */
export const startWorkflow = {
  method: 'POST',
  path: '/hooks/:token',
  summary: 'Start the workflow that has this address',
} as const

export function hookRoutes(app: FastifyInstance, { rateLimiter, system }: Guards) {
  // Apart from the rest, since a signature is made over the bytes as they came.
  app.register(async (hooks) => {
    hooks.removeAllContentTypeParsers()
    hooks.addContentTypeParser(
      /^application\/([\w.+-]+\+)?json(\s*;|$)/i,
      { parseAs: 'buffer' },
      (_request, body, done) => done(null, body),
    )
    hooks.post<{ Params: { token: string }; Body: Buffer | undefined }>(
      startWorkflow.path,
      {
        bodyLimit: bytesMax,
        async onRequest({ params }) {
          if (rateLimiter.limit === 0) return
          const { allowed } = await rateLimiter.take(`hook ${params.token}`, 'Write', Date.now())
          if (!allowed) throw tooManyRequests()
        },
        errorHandler(error, request, reply) {
          const isLarge = error.code === 'FST_ERR_CTP_BODY_TOO_LARGE'
          return app.errorHandler(isLarge ? tooLarge() : error, request, reply)
        },
      },
      async ({ params, body = Buffer.alloc(0), headers }) =>
        startByHook(system, {
          token: params.token,
          raw: body.toString('utf8'),
          body: parseJson(body),
          headers: plain(headers),
        }),
    )
  })
}

const tooLarge = () =>
  new ApiError('payload_too_large', undefined, 'The body is larger than 256 KiB; send less at a time.', {
    retry: false,
  })

const plain = (headers: FastifyRequest['headers']) =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )
