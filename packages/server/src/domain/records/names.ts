import { encodeId, type Json, type ObjectDefinition, titleOf } from '@openfield/schema'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import { fetchTitles } from '../../storage/titles.ts'
import { visibleRecords } from '../../storage/visibility.ts'
import type { Context } from '../context.ts'
import { hasScope, visibilityFilter } from './access.ts'

/** A record by what people call it. */
export type Named = { definition: ObjectDefinition; id: string; title: string }

/** What some live records are called, by the ids they have in storage; without those that the caller may not read. */
export async function nameRecords(
  ctx: Context,
  { types }: VersionedDefinitions,
  wanted: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<Named[]> {
  const readable = [...wanted].flatMap(([name, ids]) => {
    const definition = types.get(name)
    return definition && hasScope(ctx, definition, 'read') ? [{ definition, ids: [...ids] }] : []
  })
  const visible = await Promise.all(
    readable.map(async ({ definition, ids }) => {
      const filter = visibilityFilter(ctx, definition)
      return filter ? visibleRecords(ctx.db, ctx.workspace, ids, filter) : ids
    }),
  )
  const keys = [...new Set(readable.flatMap(({ definition }) => definition.title))]
  const rows = await fetchTitles(ctx.db, ctx.workspace, visible.flat(), keys)
  const byNumber = new Map(readable.map(({ definition }) => [definition.number, definition]))
  return rows.flatMap(({ id, objectType, values }) => {
    const definition = byNumber.get(objectType)
    return definition ? [{ definition, id, title: titleIn(definition, values) }] : []
  })
}

/** What a record with these values is called. */
const titleIn = (definition: ObjectDefinition, values: Readonly<Record<string, Json>>) =>
  titleOf(
    definition,
    (key) => values[key],
    (value, key) => {
      const field = definition.fields.get(key)
      return field ? field.type.display(value, field.configuration) : ''
    },
  )

/** Titles by public id, as JSON text. */
export const presentNames = (names: readonly Named[]): string =>
  JSON.stringify(Object.fromEntries(names.map(({ definition, id, title }) => [encodeId(definition.prefix, id), title])))
