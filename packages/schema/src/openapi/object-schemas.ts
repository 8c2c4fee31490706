import {
  buildDefinitions,
  type Field,
  type ObjectDefinition,
  type Relationship,
  systemDefinitions,
} from '../definitions.ts'
import type { LinkChanges } from '../objects/define.ts'
import { type JsonSchema, listOf, object, orNull, schemaRef, text } from './json-schema.ts'
import { wrapped } from './shared-schemas.ts'

const pageMax = 25

/** The schemas of one object type by their names in the document: as many as its operations need. */
export function objectSchemas(definition: ObjectDefinition): Record<string, JsonSchema> {
  const { label, verbs } = definition
  return {
    [label]: recordSchema(definition),
    ...(verbs.includes('create') && { [`${label}Create`]: createInput(definition) }),
    ...(verbs.includes('update') && { [`${label}Update`]: updateInput(definition) }),
    ...(verbs.includes('list') && { [`${label}List`]: listOf(label, { maxItems: pageMax }) }),
    ...(verbs.includes('definitions') && { [`${label}Definitions`]: definitionsSchema(definition) }),
    ...(verbs.includes('merge') && { [`${label}Merge`]: mergeSchema(label) }),
  }
}

/** An object type as it is in a workspace that has added nothing. */
export function systemDefinition(objectType: string): ObjectDefinition {
  const definition = systemDefinitions.get(objectType)
  if (!definition) throw new Error(`there is no object type ${objectType}`)
  return definition
}

/** What is common to all custom object types. */
export function customObjectDefinition(): ObjectDefinition {
  const objects = [{ id: 1, slug: 'object', label: 'CustomObject', pluralLabel: null }]
  const definition = buildDefinitions({ objects, fields: [], relationships: [] }).get('object')
  if (!definition) throw new Error('a custom object type has no definition')
  return definition
}

/** The keys without which there is no record. */
export const requiredKeys = (all: ReadonlyMap<string, Field | Relationship>) =>
  [...all.values()].filter(({ required }) => required).map(({ key }) => key)

const byKey = <T extends { key: string }>(all: Iterable<T>, schemaOf: (one: T) => JsonSchema) =>
  Object.fromEntries(Array.from(all, (one) => [one.key, schemaOf(one)]))

function recordSchema({ name, prefix, open, fields, relationships, omits = [], ...type }: ObjectDefinition) {
  const properties = {
    id: text(`Starts with \`${prefix}_\`; the rest is opaque.`, { pattern: `^${prefix}_` }),
    createdAt: text('When the record was created.', { format: 'date-time' }),
    updatedAt: orNull(text('When the record last changed.', { format: 'date-time' })),
    httpLink: orNull(text('Where people see the record.', { format: 'uri' })),
    externalId: orNull(text('Its id in another system.')),
    ...(type.namesItself && { objectType: { const: name } }),
    ...(type.access && { accessLevel }),
    fields: {
      description: 'Every field with its value; null where none is set.',
      ...object(
        byKey(fields.values(), fieldSchema),
        [...fields.values()].filter(({ apart }) => !apart).map(({ key }) => key),
        open && schemaRef('CustomField'),
      ),
    },
    relationships: {
      description: 'Every relationship with the ids of the records at its other end.',
      ...object(
        byKey(relationships.values(), relationshipSchema),
        [...relationships.values()]
          .filter(({ key, whenAny }) => !whenAny && !type.access?.hidden.some((hidden) => hidden === key))
          .map(({ key }) => key),
        open && schemaRef('CustomRelationship'),
      ),
    },
  }
  const shown = Object.entries(properties).filter(([key]) => !omits.some((omitted) => omitted === key))
  return object(
    Object.fromEntries(shown),
    shown.map(([key]) => key).filter((key) => key !== 'externalId'),
  )
}

const accessLevel = {
  enum: ['FULL', 'METADATA'],
  description: 'How much of the record the caller may see; what is hidden is null or left out.',
}

function fieldSchema({ label, description, valueType, type, configuration, required }: Field): JsonSchema {
  const value = type.readSchema(configuration) as JsonSchema
  return {
    title: label,
    ...(description && { description }),
    ...wrapped(valueType, required ? value : orNull(value)),
  }
}

const relationshipSchema = ({ label, description, cardinality, objectType, one }: Relationship): JsonSchema => ({
  title: label,
  ...(description && { description }),
  type: 'object',
  properties: {
    cardinality: { const: cardinality },
    objectType: { const: objectType },
    values: {
      type: 'array',
      items: { type: 'string', pattern: `^${systemDefinition(objectType).prefix}_` },
      ...(one && { maxItems: 1 }),
    },
    ...(!one && { hasMore: schemaRef('HasMore') }),
  },
  required: ['cardinality', 'objectType', 'values'],
})

const isFlag = { type: 'boolean', default: false }

function createInput({ open, fields, relationships, flags = [] }: ObjectDefinition) {
  const required = requiredKeys(relationships)
  return object(
    {
      fields: object(
        byKey(
          [...fields.values()].filter(({ readOnly }) => !readOnly),
          fieldInput,
        ),
        requiredKeys(fields),
        open && schemaRef('CustomFieldInput'),
      ),
      relationships: object(
        byKey(
          [...relationships.values()].filter(({ write }) => write !== 'never'),
          (end) => linkInput(end, end.one ? 'Link' : 'Links'),
        ),
        required,
        open && schemaRef('Links'),
      ),
      ...Object.fromEntries(flags.map((flag) => [flag, isFlag])),
    },
    required.length > 0 ? ['fields', 'relationships'] : ['fields'],
  )
}

function updateInput({ open, fields, relationships, linkChanges }: ObjectDefinition) {
  const changes = changeSchemas[linkChanges ?? 'any']
  return object(
    {
      fields: object(
        byKey(
          [...fields.values()].filter(({ readOnly, write }) => !readOnly && write === 'always'),
          fieldInput,
        ),
        [],
        open && schemaRef('CustomFieldInput'),
      ),
      relationships: object(
        byKey(
          [...relationships.values()].filter(({ write }) => write === 'always'),
          (end) => linkInput(end, end.one ? changes.one : changes.many),
        ),
        [],
        open && schemaRef(changes.many),
      ),
    },
    [],
  )
}

/** The names of the schemas for what an update may do to relationships. */
const changeSchemas: Record<LinkChanges | 'any', { one: string; many: string }> = {
  any: { one: 'LinkChange', many: 'LinksChange' },
  'one-of-add-remove': { one: 'LinksAddedOrRemoved', many: 'LinksAddedOrRemoved' },
  'add-remove': { one: 'LinksAddedAndRemoved', many: 'LinksAddedAndRemoved' },
  'replace-one': { one: 'LinkReplaced', many: 'LinkReplaced' },
}

function fieldInput(field: Field): JsonSchema {
  const value = field.type.writeSchema(field.configuration) as JsonSchema
  const description = [field.description, value.description, choices(field)].filter(Boolean).join(' ')
  return { title: field.label, ...(field.required ? value : orNull(value)), ...(description && { description }) }
}

/** The options that a select comes with; a workspace can change them. */
const choices = ({ configuration: { options } }: Field) =>
  options && `At first: ${options.map((option) => `\`${option.label}\``).join(', ')}.`

const linkInput = ({ label, description, objectType, one }: Relationship, schema: string) => ({
  title: label,
  description: [description, `${one ? 'One' : 'Any number'} of the object type \`${objectType}\`.`]
    .filter(Boolean)
    .join(' '),
  ...schemaRef(schema),
})

const definitionsSchema = ({ name, custom, fields, relationships }: ObjectDefinition) =>
  object(
    {
      objectType: custom ? text('The slug of the object type.') : { const: name },
      fieldDefinitions: {
        description: 'By the key that the field has in records and filters.',
        ...mapOf(fields, 'FieldDefinition'),
      },
      relationshipDefinitions: {
        description: 'By the key that the relationship has in records.',
        ...mapOf(relationships, 'RelationshipDefinition'),
      },
    },
    ['objectType', 'fieldDefinitions', 'relationshipDefinitions'],
  )

const mapOf = (all: ReadonlyMap<string, Field | Relationship>, schema: string) =>
  object(
    byKey(all.values(), () => schemaRef(schema)),
    [...all.keys()],
    schemaRef(schema),
  )

const mergeSchema = (label: string) =>
  object({ merge: schemaRef('MergeStart'), primary: schemaRef(label), summary: schemaRef('MergeSummary') }, [
    'merge',
    'primary',
    'summary',
  ])
