import { encodeId, type ObjectDefinition, type Relationship } from '@openfield/schema'
import { nextLinks, type StoredLink } from '../../storage/lookups.ts'
import type { Context } from '../context.ts'

type Owned = { definition: ObjectDefinition; relationship: Relationship }

const pageSize = 2000
const nothing = '00000000-0000-0000-0000-000000000000'

/**
 * Every link between records, however many a record has, and those of lists, as a table of ids. Not those of records that
 * not everybody sees: they are in the tables of these, as far as they are seen.
 */
export async function* allLinks(ctx: Context): AsyncGenerator<string> {
  const { types } = await ctx.definitions.get(ctx)
  const owned = new Map(
    [...types.values()]
      .filter(({ visibility, access }) => !visibility && !access)
      .flatMap((definition) =>
        [...definition.relationships.values()].map((relationship): Owned => ({ definition, relationship })),
      )
      .flatMap((one) =>
        one.relationship.side === 'from' ? one.relationship.ids.map((id): [number, Owned] => [id, one]) : [],
      ),
  )
  yield '\ufeffObject type,ID,Relationship,Linked ID\r\n'
  for (let after: StoredLink = { from: nothing, relationship: 0, to: nothing }; ; ) {
    const page = await nextLinks(ctx.db, ctx.workspace, [...owned.keys()], after, pageSize)
    const lines = page.flatMap(({ from, relationship: id, to }) => {
      const { definition, relationship } = owned.get(id) ?? {}
      if (!definition || !relationship) return []
      const other = types.get(relationship.objectType)?.prefix ?? 'obj'
      return [`${definition.name},${encodeId(definition.prefix, from)},${relationship.key},${encodeId(other, to)}\r\n`]
    })
    yield lines.join('')
    const last = page.at(-1)
    if (!last || page.length < pageSize) return
    after = last
  }
}
