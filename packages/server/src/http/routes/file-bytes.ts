import { ApiError, essenceOf } from '@openfield/schema'
import { create as contentDisposition } from 'content-disposition'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { System } from '../../domain/context.ts'
import { type Download, downloadFile } from '../../domain/files/download.ts'
import { requireSigned, type SignedMethod } from '../../domain/files/signed-urls.ts'
import { uploadFile } from '../../domain/files/upload.ts'
import { requestedRange } from '../byte-range.ts'
import { streamBodies, streamedBody } from '../streamed-body.ts'

/** The two ends of a signed URL, where the bytes of files go in and out. The signature stands for a key. */
export function fileByteRoutes(app: FastifyInstance, system: System) {
  app.register(async (bytes) => {
    streamBodies(bytes)
    bytes.put('/files/:id', { config: { streams: true } }, async (request, reply) => {
      const { ctx, file } = await signed(system, 'PUT', request)
      const md5 = await uploadFile(ctx, file, { headers: request.headers, bytes: streamedBody(request.raw) })
      return reply.header('etag', `"${md5}"`).send()
    })
    bytes.get('/files/:id', async (request, reply) => {
      const { ctx, file } = await signed(system, 'GET', request)
      return sendFile(request, reply, await downloadFile(ctx, file))
    })
  })
}

async function signed(system: System, method: SignedMethod, { raw }: FastifyRequest) {
  const { workspace, file } = await requireSigned(system, method, raw.url ?? '')
  return { ctx: { ...system, workspace, caller: undefined }, file }
}

async function sendFile({ headers }: FastifyRequest, reply: FastifyReply, file: Download) {
  const { sizeBytes, md5 } = file
  const etag = `"${md5}"`
  const isSame = headers['if-range'] === undefined || headers['if-range'] === etag
  const range = isSame ? requestedRange(headers.range, sizeBytes) : undefined
  if (range === 'none') {
    reply.header('content-range', `bytes */${sizeBytes}`)
    throw new ApiError(
      'range_not_satisfiable',
      undefined,
      `The file has ${sizeBytes} bytes, and none of those asked for.`,
    )
  }
  const { start, end } = range ?? { start: 0, end: sizeBytes - 1 }
  const bytes = await file.read(range)
  if (range) reply.code(206).header('content-range', `bytes ${start}-${end}/${sizeBytes}`)
  return reply
    .headers({ ...harmlessHeaders(file), etag, 'accept-ranges': 'bytes', 'content-length': end - start + 1 })
    .send(bytes)
}

/** What was uploaded is for saving. Whatever it holds, it does nothing in the name of this address. */
const harmlessHeaders = ({ filename, mimeType }: Download) => ({
  'content-type': isActive.test(essenceOf(mimeType)) ? 'application/octet-stream' : mimeType,
  'content-disposition': contentDisposition(filename.replaceAll(/[/\\]/g, '_')),
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'private, no-store',
})

/** Markup, styles and scripts: a page of this address could refer to them, and a browser would run them. */
const isActive = /(html|xml|xsl|css|script[\d.]*)$/
