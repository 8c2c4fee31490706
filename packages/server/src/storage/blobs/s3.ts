import { Readable } from 'node:stream'
import { ApiError } from '@openfield/schema'
import type { Blobs } from './blobs.ts'

export type S3Settings = {
  bucket: string
  region: string
  /** A service other than AWS; undefined: AWS. */
  endpoint: string | undefined
  /** Undefined: whatever the machine offers, e.g. its role. */
  credentials: { accessKeyId: string; secretAccessKey: string } | undefined
}

/** An upload holds at most this many parts of this many bytes in memory; a part that fails is sent again. */
const partBytes = 8 * 1024 * 1024
const partsAtOnce = 2

/**
 * Keeps bytes as objects of a bucket of AWS S3, or of a service that speaks its API. A process that is killed in the middle
 * of a large upload leaves parts of it there, which a lifecycle rule of the bucket for incomplete uploads removes.
 */
export function s3Blobs(settings: S3Settings): Blobs {
  const Bucket = settings.bucket
  let connecting: ReturnType<typeof connect> | undefined
  const connected = () => {
    connecting ??= connect(settings)
    return connecting
  }
  return {
    async write(Key, bytes) {
      const { client, Upload } = await connected()
      const Body = Readable.from(bytes, { objectMode: false })
      const upload = new Upload({ client, params: { Bucket, Key, Body }, partSize: partBytes, queueSize: partsAtOnce })
      await answered(upload.done())
    },
    async size(Key) {
      const { client, sdk } = await connected()
      const { ContentLength } = await answered(client.send(new sdk.HeadObjectCommand({ Bucket, Key })).catch(missing))
      return ContentLength
    },
    async read(Key, range) {
      const { client, sdk } = await connected()
      const Range = range && `bytes=${range.start}-${range.end}`
      const { Body } = await answered(client.send(new sdk.GetObjectCommand({ Bucket, Key, Range })).catch(missing))
      if (!(Body instanceof Readable)) throw new Error(`the bytes of ${Key} are not in ${Bucket}`)
      return Body
    },
    async remove(Key) {
      const { client, sdk } = await connected()
      await answered(client.send(new sdk.DeleteObjectCommand({ Bucket, Key })))
    },
    async *keys() {
      const { client, sdk } = await connected()
      for (let token: string | undefined; ; ) {
        const page = await answered(
          client.send(
            new sdk.ListObjectsV2Command({ Bucket, ...(token !== undefined && { ContinuationToken: token }) }),
          ),
        )
        for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key
        token = page.NextContinuationToken
        if (token === undefined) return
      }
    },
    close() {
      connecting?.then(({ client }) => client.destroy()).catch(() => {})
    },
  }
}

/** The library is large, and loaded only where it is used. */
async function connect({ region, endpoint, credentials }: S3Settings) {
  const [sdk, { Upload }] = await Promise.all([import('@aws-sdk/client-s3'), import('@aws-sdk/lib-storage')])
  const client = new sdk.S3Client({
    region,
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(credentials && { credentials }),
    // Other services than AWS do not all know the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: 5_000, socketTimeout: 60_000 },
  })
  return { sdk, client, Upload }
}

/** Waits for an answer of the service. Whatever it says instead becomes a 503 that names it. */
async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof ApiError) throw error
    const { name, code } = error as NodeJS.ErrnoException
    const what = code ?? name
    throw new ApiError(
      'service_unavailable',
      undefined,
      `The storage of files cannot be used now (${what}); try again.`,
    )
  }
}

const missing = (error: Error): { ContentLength?: undefined; Body?: undefined } => {
  if (error.name === 'NotFound' || error.name === 'NoSuchKey') return {}
  throw error
}
