import { createHmac, timingSafeEqual } from 'node:crypto'
import { decodeId, encodeId, forbidden, objectTypes } from '@openfield/schema'
import type { Context } from '../context.ts'

/** What a URL of a file's bytes is good for: to upload them, or to download them. */
export type SignedMethod = 'PUT' | 'GET'

type Signer = Pick<Context, 'urlSecret' | 'now'>

const { prefix } = objectTypes.file

/** A URL that lets whoever has it upload or download the bytes of one file until a time, without a key. */
export async function signedUrl(
  ctx: Signer & Pick<Context, 'workspace' | 'publicUrl'>,
  method: SignedMethod,
  file: string,
  expiresAt: Date,
): Promise<string> {
  const path = `/files/${encodeId(prefix, file)}?workspace=${ctx.workspace}&expires=${expiresAt.getTime()}`
  return `${ctx.publicUrl}${path}&signature=${signatureOf(await ctx.urlSecret(), method, path)}`
}

/** Which file a signed path and query are about. Throws a 403 when anything of them was changed or their time is over. */
export async function requireSigned(ctx: Signer, method: SignedMethod, path: string) {
  const [, signed = '', id = '', workspace, expires, signature = ''] = signedPath.exec(path) ?? []
  const file = decodeId(prefix, id)
  if (!file || !isEqual(signature, signatureOf(await ctx.urlSecret(), method, signed))) {
    throw forbidden(`This URL was not signed for a ${method}. Use it exactly as it was given.`)
  }
  if (Number(expires) <= ctx.now().getTime()) throw forbidden('The time of this URL is over. Ask for a new one.')
  return { workspace: Number(workspace), file }
}

const signedPath = /^(\/files\/(\w+)\?workspace=(\d+)&expires=(\d+))&signature=([\w-]+)$/

/** What makes a path good for a method. */
export const signatureOf = (secret: Buffer, method: SignedMethod, path: string) =>
  createHmac('sha256', secret).update(`${method} ${path}`).digest('base64url')

/** Whether a signature is right; in the same time wherever it differs. */
export const isEqual = (given: string, right: string) =>
  given.length === right.length && timingSafeEqual(Buffer.from(given), Buffer.from(right))
