import { decodeId, idPrefixes, type ObjectDefinition, objectTypes } from '@openfield/schema'
import { type FileViewer, findFile, type StoredFile, seenFiles } from '../../storage/files.ts'
import type { Context } from '../context.ts'

const { access, relationships, unseen } = objectTypes.email

/** What of a caller decides which files they see. */
export const viewerOf = ({ caller }: Context): FileViewer => ({
  member: decodeId(idPrefixes.member, caller?.memberId ?? '') ?? null,
  email: caller?.email?.toLowerCase() ?? null,
  through: {
    relationship: relationships[objectTypes.file.seenWith.key].id,
    setting: access.setting,
    participants: access.participants,
    holders: unseen[access.holders].id,
  },
})

/** Those of some records of a type that the caller sees, as far as that follows from what they are linked to. */
export async function seenAmong(
  ctx: Context,
  { seenWith }: ObjectDefinition,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (!seenWith || !ctx.caller || ids.length === 0) return new Set(ids)
  return seenFiles(ctx.db, ctx.workspace, viewerOf(ctx), ids)
}

/** A file that the caller sees, by its public id. */
export async function findSeenFile(ctx: Context, id: string): Promise<StoredFile | undefined> {
  const uuid = decodeId(objectTypes.file.prefix, id)
  const file = uuid && (await findFile(ctx.db, ctx.workspace, uuid))
  if (!file || !ctx.caller) return file || undefined
  return (await seenFiles(ctx.db, ctx.workspace, viewerOf(ctx), [file.id])).has(file.id) ? file : undefined
}
