import { Readable } from 'node:stream'
import { create as contentDisposition } from 'content-disposition'
import type { FastifyReply } from 'fastify'

/** Sends bytes or text as they come, for saving under a name. */
export const sendText = (reply: FastifyReply, type: string, name: string, parts: AsyncIterable<string | Uint8Array>) =>
  reply
    .headers({
      'content-type': type.startsWith('text/') ? `${type}; charset=utf-8` : type,
      'content-disposition': contentDisposition(name.replaceAll(/[/\\]/g, '_')),
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
    })
    .send(Readable.from(parts, { objectMode: false }))
