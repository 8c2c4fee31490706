import {
  brokenFileRule,
  type FilePurposeRules,
  forbidden,
  type NewFile,
  newUuid,
  objectTypes,
  rulesOf,
  timeOfUuid,
  unprocessable,
} from '@openfield/schema'
import { insertFile, type StoredFile } from '../../storage/files.ts'
import { WriteRefused } from '../../storage/records.ts'
import type { Caller, Context } from '../context.ts'
import { type Idempotency, KeyUsed } from '../records/write.ts'
import { presentFile } from './present.ts'
import { signedUrl } from './signed-urls.ts'

const sessionMs = 60 * 60 * 1000

/**
 * Opens an upload session: says where to send the bytes, and with which headers. Returns the file as the API sends it.
 * Throws ApiError for input that is refused, KeyUsed when another request with the same idempotency key was first.
 */
export async function createFile(ctx: Context, input: NewFile, idempotency?: Idempotency): Promise<string> {
  const rules = rulesOf(input.purpose)
  requireCaller(ctx.caller, rules)
  const broken = brokenFileRule(input)
  if (broken) throw unprocessable(`'${broken.param}' ${broken.rule}.`, broken.param)

  const id = newUuid()
  const at = timeOfUuid(id)
  const file: StoredFile = {
    id,
    status: 'PENDING',
    filename: rules.once ? stamped(input.filename, at) : input.filename,
    mimeType: input.mimeType,
    sizeBytes: input.sizeBytes,
    purpose: input.purpose ?? null,
    expiresAt: new Date(at.getTime() + sessionMs),
    completedAt: null,
    upload: undefined,
  }
  const uploadUrl = await signedUrl(ctx, 'PUT', id, file.expiresAt)
  const response = JSON.stringify({ ...presentFile(file, at), uploadUrl, uploadHeaders: uploadHeaders(file) })
  const { workspace } = ctx
  const write = { workspace, at, changeId: newUuid(), actor: ctx.caller?.actor ?? null, idempotency, response }
  await insertFile(ctx.db, write, objectTypes.file.number, file).catch((error) => {
    throw error instanceof WriteRefused && error.reason === 'idempotency key used' ? new KeyUsed() : error
  })
  return response
}

/** The headers with which the bytes must be sent, exactly. */
export const uploadHeaders = ({ mimeType, purpose }: StoredFile): Record<string, string> => ({
  'content-type': mimeType,
  ...(rulesOf(purpose).once && { 'if-none-match': '*' }),
})

function requireCaller(caller: Caller | undefined, rules: FilePurposeRules) {
  if (rules.caller === 'admin' && caller?.role !== 'admin') {
    throw forbidden('Only the key of an admin can add to the knowledge of the workspace.')
  }
  if (rules.caller === 'user' && caller?.memberId === undefined) {
    throw forbidden('Only a key that acts for a member can add to their knowledge.')
  }
}

/** Puts the time before the last extension: `notes.tar.gz` becomes `notes.tar_1713045600000.gz`. */
function stamped(filename: string, at: Date): string {
  const dot = filename.lastIndexOf('.')
  const end = dot > 0 ? dot : filename.length
  return `${filename.slice(0, end)}_${at.getTime()}${filename.slice(end)}`
}
