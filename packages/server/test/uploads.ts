import { once } from 'node:events'
import { readdir, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { decodeId } from '@openfield/schema'
import { successOf } from './factories.ts'
import type { Api } from './harness.ts'
import { send } from './request.ts'

export type FileBody = {
  id: string
  status: 'PENDING' | 'COMPLETED' | 'CANCELLED' | 'EXPIRED'
  filename: string
  mimeType: string
  sizeBytes: number
  createdAt: string
  completedAt: string | null
  expiresAt: string | null
}

/** What the creation of a file answers. */
export type Session = FileBody & { uploadUrl: string; uploadHeaders: Record<string, string> }

/** An open upload session for `hello`, unless the input says otherwise. */
export const aSession = async (api: Api, input: Record<string, unknown> = {}): Promise<Session> =>
  successOf(
    await api.post<Session>('/v1/files', { filename: 'notes.txt', mimeType: 'text/plain', sizeBytes: 5, ...input }),
  )

/** Sends the bytes of a session, with its headers unless others are given. */
export function put(
  { uploadUrl, uploadHeaders }: Pick<Session, 'uploadUrl' | 'uploadHeaders'>,
  body: string | Buffer,
  headers: Record<string, string | undefined> = uploadHeaders,
) {
  const { origin } = new URL(uploadUrl)
  return send(origin, { method: 'PUT', path: uploadUrl.slice(origin.length), headers, body })
}

/** Sends the bytes of a session as they come, in chunks. */
export async function putStream(
  { uploadUrl, uploadHeaders }: Session,
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ status: number | undefined }> {
  const outgoing = request(uploadUrl, { method: 'PUT', headers: uploadHeaders })
  const [[response]] = await Promise.all([once(outgoing, 'response'), pipeline(bytes, outgoing)])
  response.resume()
  return { status: response.statusCode }
}

/** A completed file. */
export async function aFile(api: Api, contents: string | Buffer = 'hello', input: Record<string, unknown> = {}) {
  const session = await aSession(api, { sizeBytes: Buffer.byteLength(contents), ...input })
  successOf(await put(session, contents))
  return successOf(await api.post<FileBody>(`/v1/files/${session.id}/complete`, {}))
}

/** Where a file can be downloaded now. */
export const urlOf = async (api: Api, { id }: Pick<FileBody, 'id'>): Promise<string> =>
  successOf(await api.get<{ url: string }>(`/v1/files/${id}/url`)).url

/** The bytes of a completed file. */
export const contentsOfFile = async (api: Api, file: Pick<FileBody, 'id'>): Promise<Buffer> =>
  Buffer.from(await (await fetch(await urlOf(api, file))).arrayBuffer())

/** Begins an upload of so many bytes, sends the given ones, and breaks the connection at the given moment. */
export function cutUpload(
  { uploadUrl, uploadHeaders }: Session,
  announced: number | 'chunked',
  body: string,
  moment: () => Promise<unknown>,
) {
  const { hostname, port, pathname, search } = new URL(uploadUrl)
  const length = announced === 'chunked' ? 'transfer-encoding: chunked' : `content-length: ${announced}`
  const headers = Object.entries(uploadHeaders).map(([name, value]) => `${name}: ${value}`)
  const head = [`PUT ${pathname}${search} HTTP/1.1`, `host: ${hostname}`, length, ...headers, '', ''].join('\r\n')
  return new Promise<void>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(head + body, () => moment().then(() => socket.destroy(), reject))
    })
    socket.on('error', reject)
    socket.on('close', () => resolve())
  })
}

/** How many uploads of a session are under way or waiting to count. */
export const uploadsOf = async (api: Api, { uploadUrl }: Session): Promise<number> =>
  (await api.sql('select id from file_upload where file_id = $1', [uuidOf(uploadUrl)])).length

/** The names of all that is kept in the folder of files. */
export const storedNames = (api: Api): Promise<string[]> =>
  readdir(join(api.config.OPENFIELD_DATA_DIR, 'files')).catch(() => [])

/** Removes the bytes of a session behind the server's back. */
export async function removeBytes(api: Api, { uploadUrl }: Session) {
  const names = (await storedNames(api)).filter((name) => name.startsWith(uuidOf(uploadUrl)))
  for (const name of names) await rm(join(api.config.OPENFIELD_DATA_DIR, 'files', name))
}

/** Moves the time at which an upload session ends. */
export const endSession = (api: Api, { uploadUrl }: Session, when: string) =>
  api.sql('update file set expires_at = now() + $2::interval where id = $1', [uuidOf(uploadUrl), when])

/** The stored id of the file that a signed URL is about. */
export function uuidOf(url: string): string {
  const id = new URL(url).pathname.split('/').at(-1) ?? ''
  const uuid = decodeId('fil', id)
  if (!uuid) throw new Error(`${id} is no id of a file`)
  return uuid
}
