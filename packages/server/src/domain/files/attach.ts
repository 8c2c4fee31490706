import {
  attachedFiles,
  badRequest,
  decodeId,
  noResource,
  type ObjectDefinition,
  objectTypes,
  unprocessable,
} from '@openfield/schema'
import { attachFile as attach, detachFile as detach, listAttachedFiles } from '../../storage/files.ts'
import { fetchRecord } from '../../storage/records.ts'
import { type Context, withDefinitions } from '../context.ts'
import { requireScope } from '../records/access.ts'
import { findType, requireCurrent, shapeOf } from '../records/definitions.ts'
import { retryingConflicts } from '../records/update.ts'
import { actorId, writeContext } from '../records/write.ts'
import { presentFile } from './present.ts'
import { requireFile } from './retrieve.ts'

/** A page of the files that are attached to a record, newest first. Throws a 404 when there is no such record. */
export const listRecordFiles = (
  ctx: Context,
  objectType: string,
  id: string,
  { limit, offset }: { limit: number; offset: number },
) =>
  withRecord(ctx, objectType, id, 'read', async (record) => {
    const { files, total } = await listAttachedFiles(ctx.db, ctx.workspace, record, attachedFiles.id, limit, offset)
    const now = ctx.now()
    const data = files.map(({ actor, ...file }) => ({ ...presentFile(file, now), createdBy: actorId(actor) }))
    return { object: 'list', data, totalCount: total }
  })

/**
 * Attaches a completed file to a record and returns the file. One that is attached already stays so. Throws a 400 for an id
 * that is no file's, and a 422 for a file that is not complete.
 */
export const attachFile = (ctx: Context, objectType: string, id: string, fileId: string): Promise<string> =>
  retryingConflicts(() =>
    withRecord(ctx, objectType, id, 'update', async (record, definition) => {
      const uuid = decodeId(objectTypes.file.prefix, fileId)
      if (!uuid) throw badRequest('referenced_resource_missing', "'fileId' must be the id of a file.", 'fileId')
      const file = await requireFile(ctx, fileId)
      if (file.status !== 'COMPLETED') {
        throw unprocessable('Complete the upload of the file first, then attach it.', 'fileId')
      }
      await attach(ctx.db, stamp(ctx), attachment(record, definition, file.id, 'added'))
      return JSON.stringify(presentFile(file, ctx.now()))
    }),
  )

/** Takes a file off a record; it stays where else it is attached. Returns the file. Throws a 404 when it was not attached. */
export const detachFile = (ctx: Context, objectType: string, id: string, fileId: string) =>
  withRecord(ctx, objectType, id, 'update', async (record, definition) => {
    const file = await requireFile(ctx, fileId)
    const wasThere = await detach(ctx.db, stamp(ctx), attachment(record, definition, file.id, 'removed'))
    if (!wasThere) throw noResource(objectTypes.file.plural)
    return presentFile(file, ctx.now())
  })

/** Runs an operation on a live record of a type that holds files, for a caller whose scopes let them. */
const withRecord = <T>(
  ctx: Context,
  objectType: string,
  id: string,
  verb: 'read' | 'update',
  run: (record: string, definition: ObjectDefinition) => Promise<T>,
): Promise<T> =>
  withDefinitions(ctx, async (definitions) => {
    const definition = findType(definitions, objectType)
    requireScope(ctx, definition, verb)
    if (!definition.holdsFiles) {
      throw badRequest('invalid_configuration', `Files cannot be attached to ${definition.plural}.`)
    }
    const uuid = decodeId(definition.prefix, id)
    const found = uuid && (await fetchRecord(ctx.db, ctx.workspace, shapeOf(definitions, definition), uuid))
    if (!found) throw noResource(definition.plural)
    requireCurrent(definitions, found.definitions)
    return run(found.record.id, definition)
  })

const stamp = (ctx: Context) => writeContext(ctx, 0, ctx.now(), [], undefined, '')

const attachment = (record: string, { number }: ObjectDefinition, file: string, change: 'added' | 'removed') => ({
  record,
  objectType: number,
  file,
  relationship: attachedFiles.id,
  links: JSON.stringify({ [attachedFiles.key]: { added: [], removed: [], [change]: [file] } }),
})
