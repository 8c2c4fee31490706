import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** For how long a body may stand still. */
const idleMs = 60_000

/** Has routes read bodies as they come, whatever their type: they are never held as a whole. */
export function streamBodies(app: FastifyInstance) {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
}

/**
 * The body as it comes: the next chunk is read when the last has been dealt with. When it is left early the rest is let
 * pass, so that the client, which may be in the middle of sending, gets to read the answer.
 */
export async function* streamedBody(body: IncomingMessage): AsyncGenerator<Buffer, void, undefined> {
  body.setTimeout(idleMs, () => body.destroy())
  try {
    yield* body.iterator({ destroyOnReturn: false })
  } finally {
    // What follows may take longer.
    body.setTimeout(0)
    body.resume()
  }
}
