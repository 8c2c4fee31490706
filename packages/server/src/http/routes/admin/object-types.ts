import { type ValueTypeName, valueTypes } from '@openfield/schema'
import { type JsonSchema, listOf, object, orNull, schemaRef, sharedSchemas, text } from '@openfield/schema/openapi'
import { z } from 'zod'
import { createObjectType, removeObjectType, updateObjectType } from '../../../domain/object-types/create.ts'
import { createField, removeField, updateField } from '../../../domain/object-types/fields.ts'
import { removePipelines, setPipelines } from '../../../domain/object-types/pipelines.ts'
import {
  createRelationship,
  removeRelationship,
  updateRelationship,
} from '../../../domain/object-types/relationships.ts'
import { listObjectTypes, retrieveFullDefinitions } from '../../../domain/object-types/retrieve.ts'
import { description, label, slug } from './bodies.ts'
import { type AdminGroup, adminOperation } from './operation.ts'

const newObjectType = z.strictObject({ slug, label, pluralLabel: label.optional() })
const objectTypeChange = z.strictObject({ label: label.optional(), pluralLabel: label.nullish() })

const option = z.strictObject({
  id: z.string().optional(),
  label,
  description: description.nullish(),
  retired: z.boolean().optional(),
})

const newField = z.strictObject({
  slug,
  label,
  valueType: z.enum(Object.keys(valueTypes) as [ValueTypeName, ...ValueTypeName[]]),
  description: description.nullish(),
  typeConfiguration: z
    .strictObject({
      options: z.array(option).optional(),
      currency: z.string().optional(),
      unique: z.boolean().optional(),
      multipleValues: z.boolean().optional(),
      handleService: z.enum(['LINKEDIN', 'TWITTER', 'FACEBOOK', 'INSTAGRAM']).optional(),
    })
    .optional(),
})

const fieldChange = z.strictObject({
  label: label.optional(),
  description: description.nullish(),
  options: z.array(option).optional(),
})

const cardinality = z.enum(['HAS_ONE', 'HAS_MANY'])

const newRelationship = z.strictObject({
  slug,
  label,
  to: z.string(),
  cardinality,
  inverse: z.strictObject({ slug, label, cardinality }),
})

const relationshipChange = z.strictObject({ label })

const newPipelines = z.strictObject({
  pipelines: z
    .array(
      z.strictObject({
        id: z.string().optional(),
        name: label,
        stages: z.array(z.strictObject({ id: z.string().optional(), label })),
      }),
    )
    .min(1, 'it takes at least one pipeline'),
})

const summary = {
  objectType: text('Its slug.'),
  plural: text('The noun of its addresses and scopes; the slug of a custom one.'),
  label: text('What people call it.'),
  pluralLabel: text('What people call several of it.'),
  idPrefix: text('How the ids of its records begin.'),
  title: {
    type: 'array',
    items: text('The key of a field.'),
    description: 'What a record is called: the first of these fields that says something.',
  },
  custom: { type: 'boolean', description: 'The workspace has defined it.' },
  open: { type: 'boolean', description: 'Fields and relationships can be added.' },
  verbs: { type: 'array', items: { type: 'string' }, description: 'The operations of the public API.' },
}

const demands = {
  required: { type: 'boolean', description: 'Every record has one.' },
  createOnly: { type: 'boolean', description: 'It is set when a record is created, and not changed.' },
}

/** One of the usual schemas with further members, all of them always there. */
function extended(name: 'FieldDefinition' | 'RelationshipDefinition', more: Record<string, JsonSchema>): JsonSchema {
  const properties = { ...(sharedSchemas()[name]?.properties as object), ...more }
  return object(properties, Object.keys(properties))
}

const fields = '/admin/v1/objects/:objectType/fields'
const relationships = '/admin/v1/objects/:objectType/relationships'

/** What a workspace adds to the definitions. */
export const objectTypes: AdminGroup = {
  operations: {
    'admin.objectType.create': adminOperation({
      method: 'POST',
      path: '/admin/v1/objects',
      summary: 'Define a custom object type',
      access: 'admin',
      body: newObjectType,
      answer: 'ObjectType',
      run: async ({ ctx, body }) => createObjectType(ctx, body),
    }),
    'admin.objectType.list': adminOperation({
      method: 'GET',
      path: '/admin/v1/objects',
      summary: 'List all object types',
      description: 'Those that the key may read.',
      access: 'caller',
      answer: 'ObjectTypeList',
      run: async ({ ctx }) => listObjectTypes(ctx),
    }),
    'admin.objectType.retrieve': adminOperation({
      method: 'GET',
      path: '/admin/v1/objects/:objectType',
      summary: 'Read all that is defined of an object type',
      description: 'Needs the scope to read its records.',
      alsoAnswers: [403],
      access: 'caller',
      answer: 'FullDefinitions',
      run: async ({ ctx, params }) => retrieveFullDefinitions(ctx, params.objectType),
    }),
    'admin.objectType.update': adminOperation({
      method: 'PATCH',
      path: '/admin/v1/objects/:objectType',
      summary: 'Change what a custom object type is called',
      access: 'admin',
      body: objectTypeChange,
      answer: 'ObjectType',
      run: async ({ ctx, params, body }) => updateObjectType(ctx, params.objectType, body),
    }),
    'admin.objectType.remove': adminOperation({
      method: 'DELETE',
      path: '/admin/v1/objects/:objectType',
      summary: 'Remove a custom object type that has no records',
      access: 'admin',
      answer: 'ObjectType',
      run: async ({ ctx, params }) => removeObjectType(ctx, params.objectType),
    }),
    'admin.pipelines.set': adminOperation({
      method: 'POST',
      path: '/admin/v1/objects/:objectType/pipelines',
      summary: 'Give an object type pipelines',
      access: 'admin',
      body: newPipelines,
      answer: 'Pipelines',
      run: async ({ ctx, params, body }) => setPipelines(ctx, params.objectType, body.pipelines),
    }),
    'admin.pipelines.remove': adminOperation({
      method: 'DELETE',
      path: '/admin/v1/objects/:objectType/pipelines',
      summary: 'Take the pipelines of an object type away',
      access: 'admin',
      answer: 'Pipelines',
      run: async ({ ctx, params }) => removePipelines(ctx, params.objectType),
    }),
    'admin.field.create': adminOperation({
      method: 'POST',
      path: fields,
      summary: 'Define a custom field',
      access: 'admin',
      body: newField,
      answer: 'FieldDefinition',
      run: async ({ ctx, params, body }) => createField(ctx, params.objectType, body),
    }),
    'admin.field.update': adminOperation({
      method: 'PATCH',
      path: `${fields}/:slug`,
      summary: 'Change what a field is called, or its options',
      access: 'admin',
      body: fieldChange,
      answer: 'FieldDefinition',
      run: async ({ ctx, params, body }) => updateField(ctx, params.objectType, params.slug, body),
    }),
    'admin.field.remove': adminOperation({
      method: 'DELETE',
      path: `${fields}/:slug`,
      summary: 'Remove a custom field and its values',
      access: 'admin',
      answer: 'FieldDefinition',
      run: async ({ ctx, params }) => removeField(ctx, params.objectType, params.slug),
    }),
    'admin.relationship.create': adminOperation({
      method: 'POST',
      path: relationships,
      summary: 'Define a custom relationship',
      access: 'admin',
      body: newRelationship,
      answer: 'RelationshipDefinition',
      run: async ({ ctx, params, body }) => createRelationship(ctx, params.objectType, body),
    }),
    'admin.relationship.update': adminOperation({
      method: 'PATCH',
      path: `${relationships}/:slug`,
      summary: 'Change what a relationship is called',
      access: 'admin',
      body: relationshipChange,
      answer: 'RelationshipDefinition',
      run: async ({ ctx, params, body }) => updateRelationship(ctx, params.objectType, params.slug, body),
    }),
    'admin.relationship.remove': adminOperation({
      method: 'DELETE',
      path: `${relationships}/:slug`,
      summary: 'Remove a custom relationship and its links',
      access: 'admin',
      answer: 'RelationshipDefinition',
      run: async ({ ctx, params }) => removeRelationship(ctx, params.objectType, params.slug),
    }),
  },
  schemas: {
    ObjectType: object(
      {
        objectType: text('Its slug.'),
        label: text('What people call it.'),
        pluralLabel: orNull(text('What people call several of it.')),
      },
      ['objectType', 'label', 'pluralLabel'],
    ),
    ObjectTypeList: listOf('ObjectTypeSummary'),
    ObjectTypeSummary: object(
      {
        ...summary,
        recordCount: orNull({
          type: 'integer',
          description: 'How many live records there are; null where not everybody sees all of them.',
        }),
      },
      [...Object.keys(summary), 'recordCount'],
    ),
    FullDefinitions: object(
      {
        ...summary,
        fieldDefinitions: { type: 'object', additionalProperties: schemaRef('FullFieldDefinition') },
        relationshipDefinitions: { type: 'object', additionalProperties: schemaRef('FullRelationshipDefinition') },
      },
      [...Object.keys(summary), 'fieldDefinitions', 'relationshipDefinitions'],
    ),
    FullFieldDefinition: extended('FieldDefinition', {
      ...demands,
      typeConfiguration: {
        type: 'object',
        description: 'As in the usual definition, with the options that are retired too.',
      },
    }),
    FullRelationshipDefinition: extended('RelationshipDefinition', {
      ...demands,
      system: { type: 'boolean', description: 'It comes with the product.' },
    }),
    Pipelines: object({ pipeline: schemaRef('FieldDefinition'), stage: schemaRef('FieldDefinition') }, [
      'pipeline',
      'stage',
    ]),
  },
}
