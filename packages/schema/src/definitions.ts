import { encodeId, type IdPrefix, idPrefixes, systemId } from './ids.ts'
import type { Cardinality, ObjectType, SystemField, SystemRelationship, Verb } from './objects/define.ts'
import { objectTypes } from './objects/index.ts'
import { type ValueTypeName, valueTypes } from './values/index.ts'
import type { TypeConfiguration, ValueType } from './values/type.ts'

/** A field of an object type, system or custom, as the rest of the code sees it. */
export type Field = {
  id: number
  publicId: string
  /** The key in `fields`: `$name`, or the bare slug of a custom field. */
  key: string
  slug: string
  label: string
  description: string | null
  valueType: ValueTypeName
  type: ValueType
  configuration: TypeConfiguration
  system: boolean
  required: boolean
  readOnly: boolean
  write: 'always' | 'create'
  /** Kept beside the record; lists do without. */
  apart: boolean
  /** Search finds records by its values. */
  searched: boolean
}

/** One end of a relationship, as the object type at that end sees it. */
export type Relationship = {
  /** The edges it reads: one id, or several for a union of inverses. */
  ids: readonly number[]
  publicId: string
  key: string
  slug: string
  /** The slug of each of `ids`, for filters. */
  slugs: readonly string[]
  label: string
  description: string | null
  /** What the other end is: an object type's name. */
  objectType: string
  cardinality: Cardinality
  /** The records of this end are the edge's `from`, or its `to`. */
  side: 'from' | 'to'
  /** The most records at the other end, and of this type per record at the other end. */
  one: boolean
  inverseOne: boolean
  write: 'always' | 'create' | 'never'
  required: boolean
  /** Left out of a record that has no such link. */
  whenAny: boolean
  system: boolean
}

/** An object type with everything defined for it in one workspace. */
export type ObjectDefinition = {
  number: number
  name: string
  plural: string
  label: string
  /** What people call several of it. */
  pluralLabel: string
  prefix: IdPrefix
  title: ObjectType['title']
  details: ObjectType['details']
  context?: ObjectType['context']
  verbs: readonly Verb[]
  open: boolean
  custom: boolean
  filterable: boolean
  omits?: ObjectType['omits']
  pageless?: ObjectType['pageless']
  seenWith?: ObjectType['seenWith']
  namesItself?: ObjectType['namesItself']
  flags?: ObjectType['flags']
  linkChanges?: ObjectType['linkChanges']
  stagesByDefaultPipeline?: ObjectType['stagesByDefaultPipeline']
  access?: ObjectType['access']
  happens?: ObjectType['happens']
  holdsFiles?: ObjectType['holdsFiles']
  guarded?: ObjectType['guarded']
  visibility?: ObjectType['visibility']
  fields: ReadonlyMap<string, Field>
  relationships: ReadonlyMap<string, Relationship>
  /** Those that no record shows. */
  unseen: ReadonlyMap<string, Relationship>
  /** Relationships by the keys that filters may use. */
  relationshipFilters: ReadonlyMap<string, Relationship>
}

/** What one workspace adds to the system's tables, as stored. */
export type CustomObjectRow = { id: number; slug: string; label: string; pluralLabel: string | null }
export type FieldRow = {
  id: number
  publicId: string
  objectType: string
  slug: string
  label: string
  description: string | null
  valueType: ValueTypeName
  configuration: TypeConfiguration
}
export type RelationshipRow = {
  id: number
  publicId: string
  from: { objectType: string; slug: string; label: string; cardinality: Cardinality }
  to: { objectType: string; slug: string; label: string; cardinality: Cardinality }
}
export type WorkspaceRows = {
  /** Custom object types. */
  objects: readonly CustomObjectRow[]
  /** Custom fields, and system fields whose label, description or options the workspace has changed. */
  fields: readonly FieldRow[]
  relationships: readonly RelationshipRow[]
}

/** All object types of a workspace by name: the system's tables and what the workspace adds to them. */
export type Definitions = ReadonlyMap<string, ObjectDefinition>

export function buildDefinitions(rows: WorkspaceRows): Definitions {
  const definitions = new Map<string, ObjectDefinition>()
  for (const objectType of Object.values(objectTypes)) {
    definitions.set(objectType.name, defineOne(systemObject(objectType), systemFields(objectType, rows), rows))
  }
  for (const row of rows.objects) {
    definitions.set(row.slug, defineOne(customObject(row), [customObjectName(row)], rows))
  }
  return definitions
}

type Shell = Omit<ObjectDefinition, 'fields' | 'relationships' | 'unseen' | 'relationshipFilters'>

const systemObject = (objectType: ObjectType): Shell => ({
  ...objectType,
  pluralLabel: objectType.plural.replace(/^./, (letter) => letter.toUpperCase()),
  custom: false,
})

const customObject = (row: CustomObjectRow): Shell => ({
  number: row.id,
  name: row.slug,
  plural: row.slug,
  label: row.label,
  pluralLabel: row.pluralLabel ?? row.label,
  prefix: idPrefixes.customObject,
  title: ['$name'],
  details: [],
  verbs: ['create', 'retrieve', 'update', 'list', 'definitions', 'delete', 'restore', 'fieldHistory', 'merge'],
  open: true,
  custom: true,
  filterable: true,
  holdsFiles: true,
})

function defineOne(shell: Shell, fields: Field[], rows: WorkspaceRows): ObjectDefinition {
  const added = rows.fields.filter(
    (row) => row.objectType === shell.name && !fields.some((field) => field.id === row.id),
  )
  // What is closed shows no relationship of the workspace's, though one may lead to it, as to members.
  const custom = shell.open ? customRelationships(shell.name, rows.relationships) : []
  const system: Partial<ObjectType> = objectTypes[shell.name as keyof typeof objectTypes] ?? {}
  const relationships = [...systemRelationships(system.relationships), ...custom]
  const unseen = systemRelationships(system.unseen)
  return {
    ...shell,
    fields: new Map([...fields, ...added.map(customField)].map((field) => [field.key, field])),
    relationships: new Map(relationships.map((relationship) => [relationship.key, relationship])),
    unseen: new Map(unseen.map((relationship) => [relationship.key, relationship])),
    relationshipFilters: new Map(relationships.flatMap(filterKeys)),
  }
}

/**
 * A relationship filter names a definition's slug; the key it has in records is accepted too. Of a union, each part has its
 * slug. A slug of the workspace's own is the key.
 */
const filterKeys = (relationship: Relationship): [string, Relationship][] => [
  [relationship.key, relationship],
  ...(relationship.system ? relationship.slugs : []).map((slug, index): [string, Relationship] => [
    `$${slug}`,
    { ...relationship, ids: relationship.ids.slice(index, index + 1) },
  ]),
]

function systemFields(objectType: ObjectType, rows: WorkspaceRows): Field[] {
  return Object.entries<SystemField>(objectType.fields).map(([key, field]) => {
    const changed = rows.fields.find((row) => row.id === field.id)
    return {
      id: field.id,
      publicId: systemId('ad', `${objectType.name}.${key}`),
      key,
      slug: key.slice(1),
      label: changed?.label ?? field.label,
      description: (changed ? changed.description : field.description) ?? null,
      valueType: field.valueType,
      type: valueTypes[field.valueType] as ValueType,
      configuration: changed?.configuration ?? field.typeConfiguration ?? {},
      system: true,
      required: field.required ?? false,
      readOnly: field.readOnly ?? false,
      write: field.write ?? 'always',
      apart: field.apart ?? false,
      searched: objectType.searched.some((one) => one === key),
    }
  })
}

const customField = (row: FieldRow): Field => ({
  id: row.id,
  publicId: row.publicId,
  key: row.slug,
  slug: row.slug.replace(/^\$/, ''),
  label: row.label,
  description: row.description,
  valueType: row.valueType,
  type: valueTypes[row.valueType] as ValueType,
  configuration: row.configuration,
  // Pipelines are fields of the system's that only some workspaces have.
  system: row.slug.startsWith('$'),
  required: false,
  readOnly: false,
  write: 'always',
  apart: false,
  searched: !(valueTypes[row.valueType] as ValueType).prose,
})

/** Every custom object type has a name; its field id follows from the object's number. */
const customObjectName = (row: CustomObjectRow): Field => ({
  ...customField({
    id: -row.id,
    publicId: systemId('ad', `${row.slug}.$name`),
    objectType: row.slug,
    slug: 'name',
    label: 'Name',
    description: null,
    valueType: 'TEXT',
    configuration: {},
  }),
  key: '$name',
  system: true,
  required: true,
})

function systemRelationships(table: Readonly<Record<string, SystemRelationship>> = {}): Relationship[] {
  return Object.entries(table).map(([key, end]) => {
    const owners = 'inverseOf' in end ? [end.inverseOf].flat().map(ownerOf) : [{ end, inverse: inverseOf(end.slug) }]
    const slugs = owners.map((owner) => owner.end.slug)
    const [slug = ''] = slugs
    return {
      ids: owners.map((owner) => owner.end.id),
      publicId: systemId('rd', slug),
      key,
      slug,
      slugs,
      label: end.label,
      description: end.description ?? null,
      objectType: end.objectType,
      cardinality: end.cardinality,
      side: 'inverseOf' in end ? 'to' : 'from',
      one: end.cardinality === 'HAS_ONE',
      inverseOne: ('inverseOf' in end ? owners[0]?.end : owners[0]?.inverse)?.cardinality === 'HAS_ONE',
      write: end.write ?? 'always',
      required: 'required' in end,
      whenAny: end.whenAny ?? false,
      system: true,
    }
  })
}

type Owner = Extract<SystemRelationship, { id: number }>

const allEnds = Object.values(objectTypes).flatMap((objectType) =>
  Object.values<SystemRelationship>(objectType.relationships),
)

function ownerOf(slug: string): { end: Owner; inverse: SystemRelationship | undefined } {
  const end = allEnds.find((candidate): candidate is Owner => 'slug' in candidate && candidate.slug === slug)
  if (!end) throw new Error(`no relationship has the slug ${slug}`)
  return { end, inverse: inverseOf(slug) }
}

const inverseOf = (slug: string) => allEnds.find((end) => 'inverseOf' in end && end.inverseOf === slug)

function customRelationships(objectType: string, rows: readonly RelationshipRow[]): Relationship[] {
  return rows.flatMap((row) => [
    ...(row.from.objectType === objectType ? [customEnd(row, 'from')] : []),
    ...(row.to.objectType === objectType ? [customEnd(row, 'to')] : []),
  ])
}

function customEnd(row: RelationshipRow, side: 'from' | 'to'): Relationship {
  const [end, other] = side === 'from' ? [row.from, row.to] : [row.to, row.from]
  return {
    ids: [row.id],
    publicId: row.publicId,
    key: end.slug,
    slug: end.slug,
    slugs: [end.slug],
    label: end.label,
    description: null,
    objectType: other.objectType,
    cardinality: end.cardinality,
    side,
    one: end.cardinality === 'HAS_ONE',
    inverseOne: other.cardinality === 'HAS_ONE',
    write: 'always',
    required: false,
    whenAny: false,
    system: false,
  }
}

/** The JSON of `GET /v1/{objects}/definitions`. Retired options are left out: they cannot be chosen. */
export const presentDefinitions = (definition: ObjectDefinition) => ({
  objectType: definition.name,
  fieldDefinitions: Object.fromEntries(
    [...definition.fields.values()].map((field) => [field.key, presentField(field)]),
  ),
  relationshipDefinitions: Object.fromEntries(
    [...definition.relationships.values()].map((relationship) => [relationship.key, presentRelationship(relationship)]),
  ),
})

export const presentField = (field: Field) => ({
  id: field.publicId,
  slug: field.slug,
  label: field.label,
  description: field.description,
  valueType: field.valueType,
  system: field.system,
  readOnly: field.readOnly,
  typeConfiguration: presentConfiguration(field.configuration),
})

/** The JSON of a type's definitions for those who change them: with what is retired, and what a value has to be. */
export const presentFullDefinitions = (definition: ObjectDefinition) => ({
  ...presentObjectType(definition),
  fieldDefinitions: Object.fromEntries(
    [...definition.fields.values()].map((field) => [field.key, presentFullField(field)]),
  ),
  relationshipDefinitions: Object.fromEntries(
    [...definition.relationships.values()].map((relationship) => [
      relationship.key,
      presentFullRelationship(relationship),
    ]),
  ),
})

export const presentObjectType = ({
  name,
  plural,
  label,
  pluralLabel,
  prefix,
  title,
  custom,
  open,
  verbs,
}: ObjectDefinition) => ({
  objectType: name,
  plural,
  label,
  pluralLabel,
  idPrefix: prefix,
  title,
  custom,
  open,
  verbs,
})

export const presentFullField = ({ configuration: { valuesMax, ...configuration }, ...field }: Field) => ({
  ...presentField({ ...field, configuration }),
  required: field.required,
  createOnly: field.write === 'create',
  typeConfiguration: {
    ...configuration,
    ...(configuration.options && {
      options: configuration.options.map((option) => ({ ...option, retired: option.retired ?? false })),
    }),
  },
})

export const presentFullRelationship = (relationship: Relationship) => ({
  ...presentRelationship(relationship),
  system: relationship.system,
  required: relationship.required,
  createOnly: relationship.write === 'create',
})

const presentConfiguration = ({ options, valuesMax, ...rest }: TypeConfiguration) =>
  options === undefined
    ? rest
    : {
        ...rest,
        options: options
          .filter((option) => !option.retired)
          .map(({ id, label, description, parentId }) => ({
            id,
            label,
            description: description ?? null,
            ...(parentId !== undefined && { parentId }),
          })),
      }

export const presentRelationship = (relationship: Relationship) => ({
  id: relationship.publicId,
  slug: relationship.slug,
  label: relationship.label,
  description: relationship.description,
  cardinality: relationship.cardinality,
  objectType: relationship.objectType,
  readOnly: relationship.write === 'never',
})

/** The public form of a stored record id. */
export const recordId = (definition: { prefix: IdPrefix }, uuid: string) => encodeId(definition.prefix, uuid)

/** The definitions of a workspace that has added nothing. */
export const systemDefinitions = buildDefinitions({ objects: [], fields: [], relationships: [] })
