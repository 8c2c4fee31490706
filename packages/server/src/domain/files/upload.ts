import { createHash } from 'node:crypto'
import { ApiError, forbidden, newUuid, rulesOf } from '@openfield/schema'
import { findFile, finishUpload, forgetUpload, type StoredFile, startUpload } from '../../storage/files.ts'
import { type Context, requireRoom } from '../context.ts'
import { uploadHeaders } from './create.ts'
import { statusOf } from './present.ts'

/** What a PUT brings: its headers, under lower-case names, and its body. */
export type SentBytes = {
  headers: Record<string, string | string[] | undefined>
  bytes: AsyncIterable<Uint8Array>
}

/**
 * Takes the bytes of an open upload session, as they come. They count when all have come and are stored; until the file is
 * completed they can be sent again. Returns their MD5. An upload that breaks off or is refused leaves nothing behind.
 */
export async function uploadFile(ctx: Context, id: string, { headers, bytes }: SentBytes): Promise<string> {
  const file = await requireOpen(ctx, id)
  requireHeaders(file, headers)
  const upload = newUuid()
  await startUpload(ctx.db, ctx.workspace, id, upload, ctx.now())
  const meter = new Meter(ctx, file)
  try {
    await ctx.blobs.write(blobKey(id, upload), meter.measured(bytes))
  } catch (error) {
    await tryToDiscard(ctx, id, upload)
    throw error
  }
  // Should this fail nobody knows whether the bytes count by now: they stay.
  const once = rulesOf(file.purpose).once === true
  const finished = await finishUpload(ctx.db, ctx.workspace, id, { id: upload, ...meter.result() }, ctx.now(), once)
  if (!finished) {
    await tryToDiscard(ctx, id, upload)
    await requireOpen(ctx, id)
    throw new Error(`the open upload session ${id} did not take an upload`)
  }
  if (finished.replaced) await tryToDiscard(ctx, id, finished.replaced)
  return meter.result().md5
}

/** Removes the bytes of an upload that does not count, and then what is known of it. */
export async function discardUpload(
  { db, blobs, workspace }: Pick<Context, 'db' | 'blobs' | 'workspace'>,
  file: string,
  upload: string,
): Promise<void> {
  await blobs.remove(blobKey(file, upload))
  await forgetUpload(db, workspace, file, upload)
}

/** What cannot be removed now the background removes later. */
export const tryToDiscard = (ctx: Context, file: string, upload: string) =>
  discardUpload(ctx, file, upload).catch(() => {})

/** Where the bytes of an upload are. */
export const blobKey = (file: string, upload: string) => `${file}.${upload}`

async function requireOpen(ctx: Context, id: string): Promise<StoredFile> {
  const file = await findFile(ctx.db, ctx.workspace, id)
  const status = file && statusOf(file, ctx.now())
  if (!file || status !== 'PENDING') throw forbidden(`The upload session is ${status ?? 'gone'}. Open a new one.`)
  if (rulesOf(file.purpose).once && file.upload) {
    throw new ApiError('precondition_failed', undefined, 'The bytes of this file have been uploaded already.')
  }
  return file
}

/** As the signature of a storage service would, these hold the upload to what was announced. */
function requireHeaders(file: StoredFile, headers: SentBytes['headers']) {
  const wrong = Object.entries(uploadHeaders(file)).find(([name, value]) => headers[name] !== value)
  if (wrong) throw forbidden(`Send exactly the headers of uploadHeaders: ${wrong.join(': ')}`)
  if (Number(headers['content-length']) > file.sizeBytes) throw tooLarge(file)
}

/** Counts bytes and takes their MD5 as they pass; lets no more pass than were announced, nor after the session's end. */
class Meter {
  readonly #ctx: Context
  readonly #file: StoredFile
  readonly #hash = createHash('md5')
  #bytes = 0
  #md5: string | undefined

  constructor(ctx: Context, file: StoredFile) {
    this.#ctx = ctx
    this.#file = file
  }

  async *measured(bytes: AsyncIterable<Uint8Array>) {
    for await (const chunk of bytes) {
      requireRoom(this.#ctx)
      this.#bytes += chunk.length
      if (this.#bytes > this.#file.sizeBytes) throw tooLarge(this.#file)
      if (this.#ctx.now() >= this.#file.expiresAt) throw forbidden('The upload session is EXPIRED. Open a new one.')
      this.#hash.update(chunk)
      yield chunk
    }
  }

  result() {
    this.#md5 ??= this.#hash.digest('hex')
    return { bytes: this.#bytes, md5: this.#md5 }
  }
}

const tooLarge = ({ sizeBytes }: StoredFile) =>
  new ApiError('payload_too_large', undefined, `The upload is larger than its announced ${sizeBytes} bytes.`, {
    retry: false,
  })
