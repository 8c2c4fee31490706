import { notFound, type ObjectDefinition, presentDefinitions } from '@openfield/schema'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import { readDefinitionsVersion } from '../../storage/definitions.ts'
import type { Shape } from '../../storage/records.ts'
import { type Context, OutdatedDefinitions, withDefinitions } from '../context.ts'

/** An object type by its name. Throws a 404 for one that the workspace does not have. */
export function findType(definitions: VersionedDefinitions, objectType: string): ObjectDefinition {
  const definition = definitions.types.get(objectType)
  if (!definition) throw notFound(`There is no object type '${objectType.slice(0, 80).toWellFormed()}'.`)
  return definition
}

/** How records of a type are read. */
export function shapeOf(definitions: VersionedDefinitions, definition: ObjectDefinition): Shape {
  const shape = definitions.shapes.get(definition.name)
  if (!shape) throw new Error(`no shape for ${definition.name}`)
  return shape
}

/** Throws when the database, as it was just read, has other definitions than the ones used. */
export function requireCurrent(definitions: VersionedDefinitions, seen: number) {
  if (seen !== definitions.version) throw new OutdatedDefinitions()
}

/** The fields and relationships of an object type, as the API sends them. */
export const retrieveDefinitions = (ctx: Context, objectType: string) =>
  withDefinitions(ctx, async (definitions) => {
    requireCurrent(definitions, (await readDefinitionsVersion(ctx.db, ctx.workspace)) ?? 0)
    return presentDefinitions(findType(definitions, objectType))
  })
