import { decodeId, noResource, objectTypes } from '@openfield/schema'
import { emailsOfThread } from '../../storage/mail-sync.ts'
import { fetchRecords } from '../../storage/records.ts'
import { type Context, withDefinitions } from '../context.ts'
import { requireScope } from '../records/access.ts'
import { findType, shapeOf } from '../records/definitions.ts'
import { presentPage, presentRecords } from '../records/present.ts'

const mostEmails = 200

/** The emails that answer each other, the oldest first, each as far as the caller may see it. */
export const readThread = (ctx: Context, id: string): Promise<string> =>
  withDefinitions(ctx, async (definitions) => {
    const definition = findType(definitions, 'email')
    requireScope(ctx, definition, 'read')
    const uuid = decodeId(objectTypes.email.prefix, id)
    const ids = uuid ? await emailsOfThread(ctx.db, ctx.workspace, uuid, mostEmails) : []
    if (ids.length === 0) throw noResource(definition.plural)
    const records = await fetchRecords(ctx.db, ctx.workspace, shapeOf(definitions, definition), ids)
    records.sort((one, other) => (one.id < other.id ? -1 : 1))
    return presentPage(await presentRecords(ctx, definitions, definition, records), records.length)
  })
