import type { IncomingMessage } from 'node:http'
import { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib'
import { OutboundFailure } from './failure.ts'

/** The start of a body, and whether there was more. */
type Start = { body: Buffer; isCut: boolean }

export const acceptedEncodings = 'gzip, deflate, br'

/** Reads the body of an answer and unpacks it, no further than a number of bytes: a bomb costs no more than any other. */
export async function readBody(message: IncomingMessage, maxBytes: number, target: string): Promise<Start> {
  const encoding = (message.headers['content-encoding'] ?? '').trim().toLowerCase()
  const packed = await upTo(maxBytes, message)
  message.destroy()
  if (encoding === '' || encoding === 'identity' || packed.body.length === 0) return packed
  const unpacker = unpackerOf(encoding, packed.body)
  if (!unpacker) throw new OutboundFailure('bad_encoding', target)
  unpacker.end(packed.body)
  const whole = await upTo(maxBytes, unpacker).catch((error) => {
    throw new OutboundFailure('bad_encoding', target, error)
  })
  return { body: whole.body, isCut: packed.isCut || whole.isCut }
}

async function upTo(maxBytes: number, chunks: AsyncIterable<Buffer>): Promise<Start> {
  const kept: Buffer[] = []
  let room = maxBytes
  for await (const chunk of chunks) {
    kept.push(chunk.subarray(0, room))
    if (chunk.length > room) return { body: Buffer.concat(kept), isCut: true }
    room -= chunk.length
  }
  return { body: Buffer.concat(kept), isCut: false }
}

// What was cut off is no mistake of the sender's.
const lenient = { finishFlush: constants.Z_SYNC_FLUSH }

/** Some send `deflate` without the wrapper that it should have; the first byte tells. */
function unpackerOf(encoding: string, packed: Buffer) {
  if (encoding === 'gzip' || encoding === 'x-gzip') return createGunzip(lenient)
  if (encoding === 'br') return createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH })
  if (encoding !== 'deflate') return undefined
  return ((packed[0] ?? 0) & 15) === 8 ? createInflate(lenient) : createInflateRaw(lenient)
}
