import { noResource, objectTypes, unprocessable } from '@openfield/schema'
import { type StoredFile, listFiles as storedPage } from '../../storage/files.ts'
import type { Context } from '../context.ts'
import { presentFile, statusOf } from './present.ts'
import { findSeenFile, viewerOf } from './seen.ts'
import { signedUrl } from './signed-urls.ts'

const downloadMs = 15 * 60 * 1000

/** One file by its public id. Throws a 404 when there is none. */
export const retrieveFile = async (ctx: Context, id: string) => presentFile(await requireFile(ctx, id), ctx.now())

/** A page of the workspace's files, whatever their status, newest first. */
export async function listFiles(ctx: Context, { limit, offset }: { limit: number; offset: number }) {
  const { files, total } = await storedPage(ctx.db, ctx.workspace, viewerOf(ctx), limit, offset)
  const now = ctx.now()
  return { object: 'list', data: files.map((file) => presentFile(file, now)), totalCount: total }
}

/** A URL from which a completed file can be downloaded for a while. Throws a 422 for any other. */
export async function fileUrl(ctx: Context, id: string) {
  const file = await requireFile(ctx, id)
  if (file.status !== 'COMPLETED') throw wrongStatus(file, ctx.now(), 'Only a COMPLETED one can be downloaded')
  const expiresAt = new Date(ctx.now().getTime() + downloadMs)
  return { url: await signedUrl(ctx, 'GET', file.id, expiresAt), expiresAt: expiresAt.toISOString() }
}

export async function requireFile(ctx: Context, id: string): Promise<StoredFile> {
  const file = await findSeenFile(ctx, id)
  if (!file) throw noResource(objectTypes.file.plural)
  return file
}

/** A 422, and no 409, which every client would retry to no use. */
export const wrongStatus = (file: StoredFile, now: Date, rule: string) =>
  unprocessable(`The file is ${statusOf(file, now)}. ${rule}.`)
