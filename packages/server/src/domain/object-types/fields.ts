import {
  ApiError,
  type Field,
  newUuid,
  notFound,
  type ObjectDefinition,
  presentField,
  unprocessable,
  type ValueTypeName,
  valueTypes,
} from '@openfield/schema'
import { type Connection, transaction } from '../../storage/database.ts'
import { changingDefinitions, readDefinitions, type VersionedDefinitions } from '../../storage/definitions.ts'
import { addWork, insertField, markFieldRemoved, replaceField } from '../../storage/definitions-writes.ts'
import type { Context } from '../context.ts'
import { findType } from '../records/definitions.ts'
import { type ConfigurationInput, newConfiguration, newOptions, type OptionInput } from './configuration.ts'

export type NewFieldInput = {
  slug: string
  label: string
  valueType: ValueTypeName
  description?: string | null | undefined
  typeConfiguration?: ConfigurationInput | undefined
  /** Its UUID, when it comes from elsewhere. */
  uuid?: string | undefined
}

/** Defines a custom field. It is there for every request that starts after this returns. */
export const createField = (ctx: Context, objectType: string, input: NewFieldInput) =>
  change(ctx, async (tx, read) => {
    const definition = requireOpen(await read(), objectType)
    if (!valueTypes[input.valueType].customFields) {
      throw unprocessable(`A custom field cannot be of the type ${input.valueType}.`, 'valueType')
    }
    requireFreeKey(definition, input.slug)
    const isNew = await insertField(tx, ctx.workspace, {
      uuid: input.uuid ?? newUuid(),
      objectType,
      slug: input.slug,
      label: input.label,
      description: input.description ?? null,
      valueType: input.valueType,
      configuration: newConfiguration(input.valueType, input.typeConfiguration ?? {}),
    })
    if (!isNew)
      throw taken(`'${input.slug}' is taken, perhaps by a field that is just being removed; try again in a moment.`)
    return presentField(findField(await read(), objectType, input.slug))
  })

export type FieldChange = {
  label?: string | undefined
  description?: string | null | undefined
  options?: OptionInput[] | undefined
}

/** Changes what a field is called, or the options of a select; of system fields too. Its values stay as they are. */
export async function updateField(ctx: Context, objectType: string, slug: string, input: FieldChange) {
  const changed = await change(ctx, async (tx, read) => {
    const definitions = await read()
    const definition = requireOpen(definitions, objectType)
    const field = findField(definitions, objectType, slug)
    const { options } = field.configuration
    if (input.options && !options)
      throw unprocessable(`'${slug}' has no options: it is a ${field.valueType} field.`, 'options')
    if (input.options && field.configuration.parentFieldKey) {
      throw unprocessable(`The options of '${slug}' are changed with those of the pipelines they belong to.`, 'options')
    }
    await replaceField(tx, ctx.workspace, {
      id: field.id,
      uuid: newUuid(),
      objectType: definition.name,
      slug: field.key,
      label: input.label ?? field.label,
      description: input.description === undefined ? field.description : input.description,
      valueType: field.valueType,
      configuration: input.options
        ? { ...field.configuration, options: newOptions(options ?? [], input.options) }
        : field.configuration,
    })
    // Summaries say the stage by its label.
    if (field.key === '$stage') await addWork(tx, ctx.workspace, 'all-summaries', uuidOfNumber(0))
    return presentField(findField(await read(), objectType, slug))
  })
  ctx.workWritten()
  return changed
}

/** Removes a custom field. It is gone at once; its values follow in the background. */
export async function removeField(ctx: Context, objectType: string, slug: string) {
  const removed = await change(ctx, async (tx, read) => {
    const definitions = await read()
    requireOpen(definitions, objectType)
    const field = findField(definitions, objectType, slug)
    if (field.system) throw unprocessable(`'${slug}' comes with the system and cannot be removed.`, 'slug')
    await markFieldRemoved(tx, ctx.workspace, field.id)
    await addWork(tx, ctx.workspace, 'field-removal', uuidOfNumber(field.id))
    return presentField(field)
  })
  ctx.workWritten()
  return removed
}

/** Work names its object by a UUID; a definition's number fits in one. */
export const uuidOfNumber = (id: number) => `00000000-0000-0000-0000-${id.toString(16).padStart(12, '0')}`

/**
 * Runs a change of definitions while nobody else changes them; `read` reads them as they are by then. This process sees
 * the change at once, others with their next request.
 */
export async function change<T>(
  ctx: Context,
  work: (tx: Connection, read: () => Promise<VersionedDefinitions>) => Promise<T>,
): Promise<T> {
  const result = await transaction(ctx.db, (tx) =>
    changingDefinitions(tx, ctx.workspace, () => work(tx, () => readDefinitions(tx, ctx.workspace))),
  )
  ctx.definitions.forget(ctx.workspace)
  return result
}

/** An object type that can have custom fields and relationships. */
export function requireOpen(definitions: VersionedDefinitions, objectType: string): ObjectDefinition {
  const definition = findType(definitions, objectType)
  if (definition.open) return definition
  throw unprocessable(`The fields and relationships of a ${definition.name} are fixed.`, 'objectType')
}

/** Throws a 409 when a key is in use on the type: a field and a relationship may not share one. */
export function requireFreeKey(definition: ObjectDefinition, slug: string) {
  if (!definition.fields.has(slug) && !definition.relationships.has(slug)) return
  throw taken(`'${definition.name}' already has a field or relationship with the slug '${slug}'.`)
}

const taken = (message: string) => new ApiError('conflict', undefined, message, { param: 'slug', retry: false })

/** A field by its key, or a system field by its slug. */
function findField(definitions: VersionedDefinitions, objectType: string, slug: string): Field {
  const { fields } = findType(definitions, objectType)
  const field = fields.get(slug) ?? fields.get(`$${slug}`)
  if (!field) throw notFound(`'${objectType}' has no field '${slug.slice(0, 80).toWellFormed()}'.`)
  return field
}
