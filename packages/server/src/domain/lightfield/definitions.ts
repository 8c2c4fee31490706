import {
  ApiError,
  type Cardinality,
  decodeId,
  type Field,
  fold,
  type ObjectDefinition,
  type Option,
  type ValueTypeName,
  valueTypes,
} from '@openfield/schema'
import type { Context } from '../context.ts'
import type { ConfigurationInput, OptionInput } from '../object-types/configuration.ts'
import { createObjectType } from '../object-types/create.ts'
import { createField, updateField } from '../object-types/fields.ts'
import { setPipelines } from '../object-types/pipelines.ts'
import { createRelationship } from '../object-types/relationships.ts'
import type { Source, SourceDefinitions, SourceField, SourceRelationship } from './source.ts'

/** What was, or would be, defined here, and what has no place here; in words. */
export type DefinitionsReport = { made: string[]; notes: string[] }

/** The built-in types to which a workspace can add. */
const openTypes = ['account', 'contact', 'opportunity']

/**
 * Defines here what the source has defined: object types, fields, options and relationships, under the ids that they have
 * there. What is defined already stays. With `dryRun` it only says what it would do. Returns the custom object types.
 */
export async function copyDefinitions(
  ctx: Context,
  source: Source,
  { dryRun }: { dryRun: boolean },
): Promise<DefinitionsReport & { custom: string[] }> {
  const copier = new Copier(ctx, dryRun)
  const objects = await source.objectTypes()
  const { types } = await ctx.definitions.get(ctx)
  for (const { objectType, label } of objects) {
    if (types.has(objectType)) continue
    await copier.make(`the object type ${objectType}`, () => createObjectType(ctx, { slug: objectType, label }))
  }
  const all = new Map<string, SourceDefinitions>()
  for (const type of [...openTypes, ...objects.map(({ objectType }) => objectType)]) {
    const definitions = await source.definitions(type)
    if (definitions) all.set(type, definitions)
  }
  for (const [type, { fieldDefinitions }] of all) {
    await copier.fields(type, fieldDefinitions)
  }
  for (const one of pairsOf(all)) await copier.relationship(one)
  return { ...copier.report, custom: objects.map(({ objectType }) => objectType) }
}

class Copier {
  readonly report: DefinitionsReport = { made: [], notes: [] }
  readonly #ctx: Context
  readonly #dryRun: boolean

  constructor(ctx: Context, dryRun: boolean) {
    this.#ctx = ctx
    this.#dryRun = dryRun
  }

  /** Does something, or says that it would; why it cannot be done is a note. */
  async make(what: string, make: () => Promise<unknown>) {
    try {
      if (!this.#dryRun) await make()
      this.report.made.push(what)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.report.notes.push(`${what} cannot be defined here: ${error.message}`)
    }
  }

  async fields(type: string, fields: Record<string, SourceField>) {
    const definition = (await this.#ctx.definitions.get(this.#ctx)).types.get(type)
    const { $pipeline: pipeline, $stage: stage } = fields
    if (pipeline && stage) await this.#pipelines(type, definition, pipeline, stage)
    for (const [key, field] of Object.entries(fields)) {
      if (pipeline && (key === '$pipeline' || key === '$stage')) continue
      const known = definition && fieldFor(definition, key)
      // A type that is only to be made has its name.
      if (!definition && key === '$name') continue
      if (!known) await this.#newField(type, key, field)
      else if (known.valueType !== field.valueType) {
        this.report.notes.push(`${type}.${key} is ${known.valueType} here and ${field.valueType} there: left out`)
      } else await this.#options(type, known, field)
    }
  }

  async #newField(type: string, key: string, { id, label, description, valueType, typeConfiguration }: SourceField) {
    const uuid = decodeId('ad', id ?? '')
    const what = `the field ${type}.${slugOf(key)} (${valueType})`
    if (!Object.hasOwn(valueTypes, valueType)) {
      this.report.notes.push(`${what} cannot be defined here: there is no such type of value`)
      return
    }
    await this.make(what, () =>
      createField(this.#ctx, type, {
        slug: slugOf(key),
        label,
        description,
        valueType: valueType as ValueTypeName,
        typeConfiguration: configurationOf(valueType, typeConfiguration),
        ...(uuid && { uuid }),
      }),
    )
  }

  /** Has a select offer what it offers there, in that order. What it offered besides is retired, so that records keep it. */
  async #options(type: string, field: Field, { typeConfiguration }: SourceField) {
    const [here, there] = [offered(field), typeConfiguration.options]
    if (!here || !there || there.length === 0 || isSame(here, there)) return
    const known = new Set(field.configuration.options?.map(({ id }) => id))
    const options = there.map(
      ({ id, label, description }): OptionInput => ({
        ...(known.has(id) ? { id } : { as: id }),
        label,
        description: description ?? null,
      }),
    )
    await this.make(`the options of ${type}.${field.key}`, () => updateField(this.#ctx, type, field.key, { options }))
  }

  async #pipelines(type: string, definition: ObjectDefinition | undefined, pipeline: SourceField, stage: SourceField) {
    const [pipelines, stages] = [definition?.fields.get('$pipeline'), definition?.fields.get('$stage')]
    const there = stage.typeConfiguration.options ?? []
    if (pipelines && stages && isSame(offered(stages) ?? [], there)) return
    const named = (field: Field | undefined, id: string) =>
      field?.configuration.options?.some((option) => option.id === id) ? { id } : { as: id }
    const input = (pipeline.typeConfiguration.options ?? []).map(({ id, label }) => ({
      ...named(pipelines, id),
      name: label,
      stages: there
        .filter(({ parentId }) => parentId === id)
        .map((option) => ({ ...named(stages, option.id), label: option.label })),
    }))
    const uuids = { pipeline: decodeId('ad', pipeline.id ?? ''), stage: decodeId('ad', stage.id ?? '') }
    await this.make(`the pipelines of ${type}`, () => setPipelines(this.#ctx, type, input, uuids))
  }

  async relationship({ type, key, there, inverse }: Pair) {
    const { types } = await this.#ctx.definitions.get(this.#ctx)
    if (types.get(type)?.relationships.has(key)) return
    const uuid = decodeId('rd', there.id ?? '')
    await this.make(`the relationship ${type}.${key} to ${there.objectType}`, () =>
      createRelationship(this.#ctx, type, {
        slug: key,
        label: there.label,
        to: there.objectType,
        cardinality: cardinalityOf(there),
        inverse: inverse
          ? { slug: inverse.key, label: inverse.there.label, cardinality: cardinalityOf(inverse.there) }
          : { slug: `${type}-${key}`, label: type, cardinality: 'HAS_MANY' },
        ...(uuid && { uuid }),
      }),
    )
  }
}

/** The field here for a key there: one that we do not know as a system field is a custom one without the `$`. */
export const fieldFor = ({ fields }: ObjectDefinition, key: string): Field | undefined =>
  fields.get(key) ?? (key.startsWith('$') ? fields.get(slugOf(key)) : undefined)

/**
 * Defines, as one that can no longer be chosen, each option that a record still has and the source does not offer any more:
 * by its id, with what it is called.
 */
export async function keepRetiredOptions(
  ctx: Context,
  type: string,
  field: Field,
  retired: ReadonlyMap<string, string>,
) {
  const { options = [] } = field.configuration
  const kept = options.map(({ id, label, description, retired: isRetired }) => ({
    id,
    label,
    description,
    retired: isRetired,
  }))
  const added = Array.from(retired, ([id, label]) => ({ as: id, label, retired: true }))
  await updateField(ctx, type, field.key, { options: [...kept, ...added] })
}

/** The id of the option here for one there: the same, or, where options are fixed, that with the same label. */
export function optionFor(field: Field, there: { id: string; label: string }): string | undefined {
  const options = field.configuration.options ?? []
  const same = options.find(({ id }) => id === there.id)
  return (same ?? options.find(({ label, retired }) => !retired && fold(label) === fold(there.label)))?.id
}

const slugOf = (key: string) => key.replace(/^\$/, '')
const offered = ({ configuration: { options } }: Field) => options?.filter(({ retired }) => !retired)
const isSame = (here: readonly Option[], there: readonly { id: string; label: string }[]) =>
  here.length === there.length && here.every(({ id, label }, at) => there[at]?.id === id && there[at]?.label === label)

/** What of a configuration a type takes, with new options under the ids they have. */
function configurationOf(valueType: string, given: SourceField['typeConfiguration']): ConfigurationInput {
  const type = valueTypes[valueType as ValueTypeName]
  const keys: readonly string[] = type?.configurationKeys ?? []
  const { options, ...others } = given
  return {
    ...Object.fromEntries(Object.entries(others).filter(([key]) => keys.includes(key))),
    ...(keys.includes('options') && {
      options: (options ?? []).map(({ id, label, description }) => ({
        as: id,
        label,
        description: description ?? null,
      })),
    }),
  } as ConfigurationInput
}

const cardinalityOf = ({ cardinality }: SourceRelationship) => cardinality.toUpperCase() as Cardinality

type End = { type: string; key: string; there: SourceRelationship }
type Pair = End & { inverse: End | undefined }

/**
 * The custom relationships with both of their ends, which the API does not say belong together: they have one id, or are
 * the only ones between two types that are left.
 */
function pairsOf(all: ReadonlyMap<string, SourceDefinitions>): Pair[] {
  const left = [...all].flatMap(([type, { relationshipDefinitions }]) =>
    Object.entries(relationshipDefinitions)
      .filter(([key]) => !key.startsWith('$'))
      .map(([key, there]): End => ({ type, key, there })),
  )
  const pairs: Pair[] = []
  const take = (end: End, inverse: End | undefined) => {
    for (const one of [end, inverse]) if (one) left.splice(left.indexOf(one), 1)
    pairs.push({ ...end, inverse })
  }
  const isAcross = (a: End, b: End) => a !== b && a.there.objectType === b.type && b.there.objectType === a.type
  for (const end of [...left]) {
    const other = left.find((one) => isAcross(end, one) && end.there.id && one.there.id === end.there.id)
    if (other && left.includes(end)) take(end, other)
  }
  for (const end of [...left]) {
    if (!left.includes(end)) continue
    const others = left.filter((one) => isAcross(end, one))
    take(end, others.length === 1 ? others[0] : undefined)
  }
  return pairs
}
