import { ApiError, type ObjectDefinition } from '@openfield/schema'
import { insertObjectType } from '../../storage/definitions-writes.ts'
import type { Context } from '../context.ts'
import { change } from './fields.ts'

export type NewObjectType = { slug: string; label: string; pluralLabel?: string | undefined }

/** Slugs that paths use for themselves. */
const reserved = ['definitions', 'merge', 'values', 'assets']

/** Defines a custom object type: records with a name, to which fields and relationships can be added. */
export async function createObjectType(ctx: Context, input: NewObjectType) {
  ctx.definitions.forget(ctx.workspace)
  const { types } = await ctx.definitions.get(ctx)
  const isTaken = [...types.values()].some(
    (type: ObjectDefinition) => type.name === input.slug || type.plural === input.slug,
  )
  if (isTaken || reserved.includes(input.slug)) throw taken(input.slug)
  const row = { ...input, pluralLabel: input.pluralLabel ?? null }
  const isNew = await change(ctx, (tx) => insertObjectType(tx, ctx.workspace, row))
  if (!isNew) throw taken(input.slug)
  return { objectType: input.slug, label: input.label, pluralLabel: input.pluralLabel ?? null }
}

const taken = (slug: string) =>
  new ApiError('conflict', undefined, `There is an object type '${slug}' already.`, { param: 'slug', retry: false })
