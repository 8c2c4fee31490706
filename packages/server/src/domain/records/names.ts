import { type Access, decodeId, encodeId, type Json, type ObjectDefinition, titleOf } from '@openfield/schema'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import { fetchTitles, type TitleRow } from '../../storage/titles.ts'
import { visibleRecords } from '../../storage/visibility.ts'
import { type Context, withDefinitions } from '../context.ts'
import { seenAmong } from '../files/seen.ts'
import { decidingKeys, hasScope, heldByCaller, levelBySetting, visibilityFilter } from './access.ts'
import { linkTo } from './links.ts'

/** A record by what people call it. */
export type Named = { definition: ObjectDefinition; id: string; title: string }

/** What some live records, of any types, are called; without those that the caller may not read. */
export async function nameRecords(
  ctx: Context,
  { types }: VersionedDefinitions,
  ids: Iterable<string>,
): Promise<Named[]> {
  const definitions = [...types.values()].filter((definition) => hasScope(ctx, definition, 'read'))
  const keys = [
    ...new Set(definitions.flatMap((one) => [...one.title, ...(hasPrivateTitle(one) ? decidingKeys(one.access) : [])])),
  ]
  const rows = Map.groupBy(await fetchTitles(ctx.db, ctx.workspace, [...ids], keys), ({ objectType }) => objectType)
  const named = definitions.map(async (definition) => {
    const all = rows.get(definition.number) ?? []
    const open = hasPrivateTitle(definition) ? await withoutPrivate(ctx, definition, all) : all
    const found = open.map(({ id, values }) => ({ definition, id, title: titleIn(definition, values) }))
    const seen = await seenAmong(
      ctx,
      definition,
      found.map(({ id }) => id),
    )
    return visibleAmong(
      ctx,
      definition,
      found.filter(({ id }) => seen.has(id)),
    )
  })
  return (await Promise.all(named)).flat()
}

/** Whether not everybody may know what records of a type are called. */
const hasPrivateTitle = (definition: ObjectDefinition): definition is ObjectDefinition & { access: Access } =>
  definition.access !== undefined && definition.title.some((key) => definition.access?.redacted.includes(key))

/** What some records are called by, as far as the caller may see it. */
async function withoutPrivate(
  ctx: Context,
  definition: ObjectDefinition & { access: Access },
  found: readonly TitleRow[],
): Promise<TitleRow[]> {
  const { access } = definition
  const held = await heldByCaller(
    ctx,
    definition,
    found.map(({ id }) => id),
  )
  return found.map((row) => {
    if (levelBySetting(access, (key) => row.values[key] ?? null, ctx.caller, held.has(row.id)) === 'FULL') return row
    const open = Object.entries(row.values).filter(([key]) => !access.redacted.some((one) => one === key))
    return { ...row, values: Object.fromEntries(open) }
  })
}

async function visibleAmong(ctx: Context, definition: ObjectDefinition, found: Named[]): Promise<Named[]> {
  const filter = visibilityFilter(ctx, definition)
  if (!filter) return found
  const visible = new Set(
    await visibleRecords(
      ctx.db,
      ctx.workspace,
      found.map(({ id }) => id),
      filter,
    ),
  )
  return found.filter(({ id }) => visible.has(id))
}

/** What records are called, of which type they are and where they are seen; ids that lead to none are left out. */
export const retrieveNames = (ctx: Context, ids: readonly string[]) =>
  withDefinitions(ctx, async (definitions) => {
    const prefixes = new Map(Array.from(definitions.types.values(), ({ prefix }) => [prefix as string, prefix]))
    const uuids = ids.flatMap((id) => {
      const prefix = prefixes.get(id.slice(0, id.lastIndexOf('_')))
      return (prefix && decodeId(prefix, id)) ?? []
    })
    const wanted = new Set(ids)
    const named = (await nameRecords(ctx, definitions, new Set(uuids))).map(({ definition, id, title }) => ({
      id: encodeId(definition.prefix, id),
      title,
      objectType: definition.name,
      httpLink: linkTo(ctx, definition, id),
    }))
    // Another prefix before the same digits is another id.
    return { data: named.filter(({ id }) => wanted.has(id)) }
  })

/** What a record with these values is called. */
export const titleIn = (definition: ObjectDefinition, values: Readonly<Record<string, Json>>) =>
  titleOf(
    definition,
    (key) => values[key],
    (value, key) => {
      const field = definition.fields.get(key)
      return field ? field.type.display(value, field.configuration) : ''
    },
  )

/** Titles by public id. */
export const namesById = (names: readonly Named[]): Record<string, string> =>
  Object.fromEntries(names.map(({ definition, id, title }) => [encodeId(definition.prefix, id), title]))
