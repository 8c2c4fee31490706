import {
  type Cardinality,
  newUuid,
  notFound,
  presentRelationship,
  type Relationship,
  unprocessable,
} from '@openfield/schema'
import {
  addWork,
  insertRelationship,
  markRelationshipRemoved,
  relabelRelationship,
} from '../../storage/definitions-writes.ts'
import type { Context } from '../context.ts'
import { findType } from '../records/definitions.ts'
import { change, openType, requireFreeKey, uuidOfNumber } from './fields.ts'

export type NewRelationshipInput = {
  slug: string
  label: string
  /** The object type at the other end: one that can have custom relationships itself, or `member`. */
  to: string
  /** How many records of the other type a record has, and the other way round. */
  cardinality: Cardinality
  inverse: { slug: string; label: string; cardinality: Cardinality }
}

/** Defines a relationship between two object types, or within one; it shows at both ends (members show none). */
export async function createRelationship(ctx: Context, objectType: string, input: NewRelationshipInput) {
  const definition = await openType(ctx, objectType)
  const target = (await ctx.definitions.get(ctx)).types.get(input.to)
  if (!target || !(target.open || target.name === 'member')) {
    throw unprocessable(`A relationship cannot lead to '${input.to}'.`, 'to')
  }
  requireFreeKey(definition, input.slug)
  requireFreeKey(target, input.inverse.slug)
  if (target === definition && input.slug === input.inverse.slug) {
    throw unprocessable('The two ends on one object type need different slugs.', 'inverse.slug')
  }
  const { slug, label, cardinality, inverse } = input
  await change(ctx, (tx) =>
    insertRelationship(tx, ctx.workspace, {
      uuid: newUuid(),
      from: { objectType: definition.name, slug, label, cardinality },
      to: { objectType: target.name, ...inverse },
    }),
  )
  return presentRelationship(await findRelationship(ctx, objectType, slug))
}

/** Changes what one end of a relationship is called. */
export async function updateRelationship(ctx: Context, objectType: string, slug: string, input: { label: string }) {
  await openType(ctx, objectType)
  const relationship = await findRelationship(ctx, objectType, slug)
  requireCustom(relationship)
  const [id = 0] = relationship.ids
  await change(ctx, (tx) => relabelRelationship(tx, ctx.workspace, id, relationship.side, input.label))
  return presentRelationship(await findRelationship(ctx, objectType, slug))
}

/** Removes a relationship from both ends. It is gone at once; its links follow in the background. */
export async function removeRelationship(ctx: Context, objectType: string, slug: string) {
  await openType(ctx, objectType)
  const relationship = await findRelationship(ctx, objectType, slug)
  requireCustom(relationship)
  const [id = 0] = relationship.ids
  await change(ctx, async (tx) => {
    await markRelationshipRemoved(tx, ctx.workspace, id)
    await addWork(tx, ctx.workspace, 'relationship-removal', uuidOfNumber(id))
  })
  ctx.workWritten()
  return presentRelationship(relationship)
}

function requireCustom({ system, key }: Relationship) {
  if (system) throw unprocessable(`'${key}' comes with the system and cannot be changed.`, 'slug')
}

async function findRelationship(ctx: Context, objectType: string, slug: string): Promise<Relationship> {
  const { relationships } = findType(await ctx.definitions.get(ctx), objectType)
  const relationship = relationships.get(slug)
  if (!relationship) throw notFound(`'${objectType}' has no relationship '${slug.slice(0, 80).toWellFormed()}'.`)
  return relationship
}
