import { decodeId, noResource, objectTypes } from '@openfield/schema'
import { findRecords } from '../../storage/records.ts'
import { type Context, withDefinitions } from '../context.ts'
import { findType } from '../records/definitions.ts'
import { type ListQuery, listMatching } from '../records/list.ts'

/** The types that lists can hold. */
export const listedTypes = ['account', 'contact', 'opportunity'] as const
export type ListedType = (typeof listedTypes)[number]

/** A page of the members of a list that are of a type, newest first; none for a list of another type. */
export const listMembers = (ctx: Context, listId: string, objectType: ListedType, query: ListQuery): Promise<string> =>
  withDefinitions(ctx, async (definitions) => {
    const list = findType(definitions, 'list')
    const uuid = decodeId(list.prefix, listId)
    // Of a list that is long, only this.
    const [found] = uuid ? await findRecords(ctx.db, ctx.workspace, [uuid]) : []
    if (found?.object_type !== list.number || found.deleted) throw noResource(list.plural)
    const { plural } = objectTypes[objectType]
    const relationships = list.relationships.get(`$${plural}`)?.ids ?? []
    const isMember = {
      param: 'listId',
      negated: false,
      match: { relationships, side: 'to', other: found.id },
    } as const
    return listMatching(ctx, definitions, findType(definitions, objectType), [isMember], query)
  })
