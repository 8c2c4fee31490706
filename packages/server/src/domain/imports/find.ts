import { decodeId, type Field, fold, InvalidValue, type Json, type ObjectDefinition } from '@openfield/schema'
import { indexKey, substringKey } from '../../storage/index-key.ts'
import { findByExternalIds, findByHosts, findByIds, findByTexts } from '../../storage/lookups.ts'
import type { Context } from '../context.ts'
import { tellingFields } from './targets.ts'

const cell = { dates: 'month-first', decimal: '.', separator: ';', timeZone: 'UTC' } as const

/** The records of a type that each of some texts may mean: by id, external id, or what tells records apart. At most three. */
export async function findByText(
  ctx: Context,
  definition: ObjectDefinition,
  texts: readonly string[],
): Promise<Map<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>()
  const look = async (find: (left: readonly string[]) => Promise<string[][]>) => {
    const left = texts.filter((text) => !found.has(text))
    if (left.length === 0) return
    const ids = await find(left)
    for (const [index, text] of left.entries()) if (ids[index]?.length) found.set(text, ids[index])
  }
  await look((left) => findById(ctx, definition, left))
  await look((left) => findByExternalId(ctx, definition, left))
  for (const field of tellingFields(definition)) {
    await look((left) =>
      findByValue(
        ctx,
        field,
        left.map((text) => valueIn(field, text)),
      ),
    )
  }
  return found
}

function valueIn({ type, configuration }: Field, text: string): Json {
  try {
    return type.parse(type.fromCell(text, cell, configuration), configuration)
  } catch (error) {
    if (error instanceof InvalidValue) return null
    throw error
  }
}

/** Stored ids of the live records with some public ids, for each of them. */
export async function findById(ctx: Context, { prefix, number }: ObjectDefinition, ids: readonly string[]) {
  const known = ids.flatMap((id, n) => {
    const uuid = decodeId(prefix, id)
    return uuid ? [{ n, key: uuid }] : []
  })
  return spread(ids.length, known, (uuids) => findByIds(ctx.db, ctx.workspace, number, uuids))
}

/** Stored ids of the live records with some external ids, for each of them. */
export const findByExternalId = (ctx: Context, { number }: ObjectDefinition, ids: readonly string[]) =>
  spread(
    ids.length,
    ids.map((key, n) => ({ n, key })),
    (all) => findByExternalIds(ctx.db, ctx.workspace, number, all),
  )

/** Stored ids of the live records that share something with each of some values in a field; of addresses, the host. */
export async function findByValue(ctx: Context, field: Field, values: readonly Json[]): Promise<string[][]> {
  const { type, configuration, id } = field
  const keysOf = (keys: (value: never) => readonly string[]) =>
    values.flatMap((value, n) => (value === null ? [] : keys(value as never).map((key) => ({ n, key }))))
  if (type.hosts) {
    const { hosts } = type
    return spread(values.length, keysOf(hosts), (all) => findByHosts(ctx.db, ctx.workspace, id, all))
  }
  const entries = (value: never) => type.entries(value, configuration)
  const texts = await spread(
    values.length,
    keysOf((value) => (entries(value).text ?? []).map(indexKey)),
    (all) => findByTexts(ctx.db, ctx.workspace, id, 'index_text', all),
  )
  const parts = await spread(
    values.length,
    keysOf((value) => (entries(value).substring ?? []).map((text) => substringKey(fold(text)))),
    (all) => findByTexts(ctx.db, ctx.workspace, id, 'index_substring', all),
  )
  return texts.map((ids, index) => [...new Set([...ids, ...(parts[index] ?? [])])])
}

/** Looks keys up and sorts what is found by what each key belongs to. */
async function spread(
  count: number,
  keys: readonly { n: number; key: string }[],
  find: (keys: string[]) => Promise<{ n: number; id: string }[]>,
): Promise<string[][]> {
  const ids = Array.from({ length: count }, () => new Set<string>())
  if (keys.length > 0) {
    for (const { n, id } of await find(keys.map(({ key }) => key))) ids[keys[n]?.n ?? 0]?.add(id)
  }
  return ids.map((set) => [...set])
}
