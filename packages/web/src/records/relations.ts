import type { ObjectType, SystemRelationship } from '@openfield/schema'
import { objectTypes } from '@openfield/schema/objects/index'
import { useSuspenseQueries } from '@tanstack/react-query'
import { definitionsQuery, type ShownType, useDefinitions, useObjectTypes } from './object-types.ts'
import type { RelationshipDefinition } from './record.ts'

/** A relationship as the type at its other end knows it: what filters there, and changes there, are called. */
export type FarEnd = { type: ShownType; relationship: RelationshipDefinition }

/** A relationship of a type, and the same seen from the other type: none when that does not show it, several for a union. */
export type Relation = { relationship: RelationshipDefinition; type: ShownType; far: readonly FarEnd[] }

/** The relationships of a type from both ends, in the order of its definitions. Suspends. */
export function useRelations(type: ShownType): readonly Relation[] {
  const types = useObjectTypes()
  const { relationships } = useDefinitions(type)
  const others = [...new Set(relationships.map(({ objectType }) => objectType))].flatMap(
    (name) => types.find((one) => one.name === name) ?? [],
  )
  const definitions = useSuspenseQueries({ queries: others.map(definitionsQuery) })
  return relationships.flatMap((relationship): Relation[] => {
    const at = others.findIndex(({ name }) => name === relationship.objectType)
    const [other, known] = [others[at], definitions[at]?.data]
    if (!other || !known) return []
    const links = linksOf(type, relationship)
    const far = known.relationships.filter(
      (one) =>
        one.objectType === type.name &&
        !(other.name === type.name && one.key === relationship.key) &&
        linksOf(other, one).some((link) => links.includes(link)),
    )
    return [{ relationship, type: other, far: far.map((one) => ({ type: other, relationship: one })) }]
  })
}

/** What identifies the links of a relationship from either end: slugs of the product's, the id of a workspace's own. */
function linksOf(
  { name, custom }: ShownType,
  { key, id }: RelationshipDefinition & { id?: string },
): readonly string[] {
  const system: ObjectType | undefined = custom ? undefined : objectTypes[name as keyof typeof objectTypes]
  const own: SystemRelationship | undefined = system?.relationships[key as `$${string}`]
  if (!own) return id === undefined ? [] : [id]
  return 'slug' in own ? [own.slug] : [own.inverseOf].flat()
}
