import { ApiError, type ObjectDefinition, unprocessable } from '@openfield/schema'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import {
  addWork,
  insertObjectType,
  markFieldRemoved,
  markObjectTypeRemoved,
  markRelationshipRemoved,
  relabelObjectType,
} from '../../storage/definitions-writes.ts'
import { countRecords } from '../../storage/records.ts'
import type { Context } from '../context.ts'
import { findType } from '../records/definitions.ts'
import { change, uuidOfNumber } from './fields.ts'

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

export type ObjectTypeChange = { label?: string | undefined; pluralLabel?: string | null | undefined }

/** Changes what a custom object type is called. */
export const updateObjectType = (ctx: Context, objectType: string, input: ObjectTypeChange) =>
  change(ctx, async (tx, read) => {
    const definition = requireCustom(await read(), objectType)
    const { label = definition.label, pluralLabel = definition.pluralLabel } = input
    await relabelObjectType(tx, ctx.workspace, definition.number, { label, pluralLabel })
    return { objectType, label, pluralLabel }
  })

/**
 * Removes a custom object type that has no live records, with its fields and relationships. It is gone at once; what the
 * trash holds of it follows in the background.
 */
export async function removeObjectType(ctx: Context, objectType: string) {
  const removed = await change(ctx, async (tx, read) => {
    const { number, label, pluralLabel, fields, relationships } = requireCustom(await read(), objectType)
    const count = (await countRecords(tx, ctx.workspace)).get(number) ?? 0
    if (count > 0) {
      throw unprocessable(
        `There are still ${count} records of '${objectType}'. Delete them first; the trash goes with the type.`,
        'objectType',
      )
    }
    const work = (kind: string, id: number) => addWork(tx, ctx.workspace, kind, uuidOfNumber(id))
    for (const { id } of [...fields.values()].filter((field) => !field.system || field.key !== '$name')) {
      await markFieldRemoved(tx, ctx.workspace, id)
      await work('field-removal', id)
    }
    for (const id of [...relationships.values()].flatMap(({ ids }) => ids)) {
      await markRelationshipRemoved(tx, ctx.workspace, id)
      await work('relationship-removal', id)
    }
    await markObjectTypeRemoved(tx, ctx.workspace, number)
    await work('object-removal', number)
    return { objectType, label, pluralLabel }
  })
  ctx.workWritten()
  return removed
}

function requireCustom(definitions: VersionedDefinitions, objectType: string): ObjectDefinition {
  const definition = findType(definitions, objectType)
  if (definition.custom) return definition
  throw unprocessable(`'${objectType}' comes with the system and cannot be changed.`, 'objectType')
}

const taken = (slug: string) =>
  new ApiError('conflict', undefined, `There is an object type '${slug}' already.`, { param: 'slug', retry: false })
