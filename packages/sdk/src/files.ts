import type { FilePurpose } from '@openfield/schema'
import { type PagePromise, type PageQuery, requestPage } from './page.ts'
import type { Bytes, Put, RequestOptions, Send } from './request.ts'

/** What an upload is announced with. `purpose` holds it to the rules of what it is for; it is not kept. */
export type NewFile = { filename: string; mimeType: string; sizeBytes: number; purpose?: FilePurpose }

/** A file as the API sends it. */
export type StoredFile = {
  id: string
  /** Only a COMPLETED one can be downloaded, or linked to. */
  status: 'PENDING' | 'COMPLETED' | 'CANCELLED' | 'EXPIRED'
  filename: string
  mimeType: string
  sizeBytes: number
  createdAt: string
  completedAt: string | null
  /** When the upload has to be completed; null once there is nothing to wait for. */
  expiresAt: string | null
}

/** An open upload session: the bytes go to `uploadUrl` in a PUT with exactly `uploadHeaders`, and no key. */
export type UploadSession = StoredFile & { uploadUrl: string; uploadHeaders: Record<string, string> }

/** A file to be uploaded. Of a stream, the size has to be said; `md5`, in lower-case hexadecimal digits, is checked. */
export type FileUpload = Omit<NewFile, 'sizeBytes'> & { md5?: string } & (
    | { data: Exclude<Bytes, ReadableStream>; sizeBytes?: never }
    | { data: Extract<Bytes, ReadableStream>; sizeBytes: number }
  )

/** The operations of files. Every one throws APIError when it fails. */
export class Files {
  readonly #send: Send
  readonly #put: Put

  constructor(send: Send, put: Put) {
    this.#send = send
    this.#put = put
  }

  /**
   * Uploads a file: creates it, sends the bytes, completes it. When that fails underway, the file is left to expire.
   *
   * @example
   * const data = new TextEncoder().encode('Ada: Hello.')
   * const { id } = await client.file.upload({ filename: 'call.txt', mimeType: 'text/plain', data })
   */
  async upload({ data, md5, sizeBytes, ...file }: FileUpload, options: RequestOptions = {}): Promise<StoredFile> {
    const size = sizeBytes ?? ('byteLength' in data ? data.byteLength : data.size)
    const { idempotencyKey: _, ...others } = options
    const session = await this.create({ ...file, sizeBytes: size }, options)
    await this.#put(session.uploadUrl, session.uploadHeaders, data, others)
    return this.complete(session.id, md5 === undefined ? {} : { md5 }, others)
  }

  /** Opens an upload session. */
  create(file: NewFile, options?: RequestOptions): Promise<UploadSession> {
    return this.#send({ method: 'POST', path: ['files'], body: file }, options)
  }

  /** One file by its id. */
  retrieve(id: string, options?: RequestOptions): Promise<StoredFile> {
    return this.#send({ method: 'GET', path: ['files', id] }, options)
  }

  /** A page of the files, newest first: `await` gives the page, `for await` all files from there on. */
  list(page: PageQuery = {}, options?: RequestOptions): PagePromise<StoredFile> {
    return requestPage(this.#send, ['files'], page, options)
  }

  /** An address from which a completed file can be downloaded for a while, without a key. */
  url(id: string, options?: RequestOptions): Promise<{ url: string; expiresAt: string }> {
    return this.#send({ method: 'GET', path: ['files', id, 'url'] }, options)
  }

  /** Ends an upload whose bytes have all been sent; their MD5 is compared with `md5` when that is given. */
  complete(id: string, check: { md5?: string } = {}, options?: RequestOptions): Promise<StoredFile> {
    return this.#send({ method: 'POST', path: ['files', id, 'complete'], body: check }, options)
  }

  /** Closes an open upload session without a file. */
  cancel(id: string, options?: RequestOptions): Promise<StoredFile> {
    return this.#send({ method: 'POST', path: ['files', id, 'cancel'] }, options)
  }
}
