import {
  type Cardinality,
  newUuid,
  notFound,
  presentRelationship,
  type Relationship,
  unprocessable,
} from '@openfield/schema'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import {
  addWork,
  insertRelationship,
  markRelationshipRemoved,
  relabelRelationship,
} from '../../storage/definitions-writes.ts'
import type { Context } from '../context.ts'
import { findType } from '../records/definitions.ts'
import { change, requireFreeKey, requireOpen, uuidOfNumber } from './fields.ts'

export type NewRelationshipInput = {
  slug: string
  label: string
  /** The object type at the other end: one that can have custom relationships itself, or `member`. */
  to: string
  /** How many records of the other type a record has, and the other way round. */
  cardinality: Cardinality
  inverse: { slug: string; label: string; cardinality: Cardinality }
  /** Its UUID, when it comes from elsewhere. */
  uuid?: string | undefined
}

/** Defines a relationship between two object types, or within one; it shows at both ends (members show none). */
export const createRelationship = (ctx: Context, objectType: string, input: NewRelationshipInput) =>
  change(ctx, async (tx, read) => {
    const definitions = await read()
    const definition = requireOpen(definitions, objectType)
    const target = definitions.types.get(input.to)
    if (!target || !(target.open || target.name === 'member')) {
      throw unprocessable(`A relationship cannot lead to '${input.to.slice(0, 80).toWellFormed()}'.`, 'to')
    }
    requireFreeKey(definition, input.slug)
    requireFreeKey(target, input.inverse.slug)
    if (target === definition && input.slug === input.inverse.slug) {
      throw unprocessable('The two ends on one object type need different slugs.', 'inverse.slug')
    }
    const { slug, label, cardinality, inverse } = input
    await insertRelationship(tx, ctx.workspace, {
      uuid: input.uuid ?? newUuid(),
      from: { objectType: definition.name, slug, label, cardinality },
      to: { objectType: target.name, ...inverse },
    })
    return presentRelationship(findRelationship(await read(), objectType, slug))
  })

/** Changes what one end of a relationship is called. */
export const updateRelationship = (ctx: Context, objectType: string, slug: string, input: { label: string }) =>
  change(ctx, async (tx, read) => {
    const relationship = customRelationship(await read(), objectType, slug)
    const [id = 0] = relationship.ids
    await relabelRelationship(tx, ctx.workspace, id, relationship.side, input.label)
    return presentRelationship(findRelationship(await read(), objectType, slug))
  })

/** Removes a relationship from both ends. It is gone at once; its links follow in the background. */
export async function removeRelationship(ctx: Context, objectType: string, slug: string) {
  const removed = await change(ctx, async (tx, read) => {
    const relationship = customRelationship(await read(), objectType, slug)
    const [id = 0] = relationship.ids
    await markRelationshipRemoved(tx, ctx.workspace, id)
    await addWork(tx, ctx.workspace, 'relationship-removal', uuidOfNumber(id))
    return presentRelationship(relationship)
  })
  ctx.workWritten()
  return removed
}

function customRelationship(definitions: VersionedDefinitions, objectType: string, slug: string): Relationship {
  requireOpen(definitions, objectType)
  const relationship = findRelationship(definitions, objectType, slug)
  if (!relationship.system) return relationship
  throw unprocessable(`'${slug}' comes with the system and cannot be changed.`, 'slug')
}

function findRelationship(definitions: VersionedDefinitions, objectType: string, slug: string): Relationship {
  const relationship = findType(definitions, objectType).relationships.get(slug)
  if (!relationship) throw notFound(`'${objectType}' has no relationship '${slug.slice(0, 80).toWellFormed()}'.`)
  return relationship
}
