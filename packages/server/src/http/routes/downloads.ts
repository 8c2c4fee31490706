import type { FastifyInstance } from 'fastify'
import type { System } from '../../domain/context.ts'
import { requireLink } from '../../domain/exports/links.ts'
import { sendDownload } from '../downloads.ts'

/** Where a browser downloads by an address that was signed for it. The signature stands for a key. */
export function downloadRoutes(app: FastifyInstance, system: System) {
  app.get('/downloads', async (request, reply) => {
    const { ctx, path } = await requireLink(system, request.raw.url ?? '')
    return sendDownload(ctx, path, reply)
  })
}
