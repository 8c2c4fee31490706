import type { presentField, presentRelationship } from '../definitions.ts'
import { valueTypes } from '../values/index.ts'
import type { Option, TypeConfiguration, ValueType } from '../values/type.ts'
import { distinct, type JsonSchema, object, orNull, schemaRef, text, union } from './json-schema.ts'

/** The schemas to which those of all object types refer, by their names in the document. */
export const sharedSchemas = (): Record<string, JsonSchema> => ({
  CustomField: {
    description: 'A custom field, under its bare slug.',
    anyOf: customTypes.map((type) => ({ title: type.name, ...wrapped(type.name, orNull(union(readForms(type)))) })),
  },
  CustomFieldInput: {
    description: 'A custom field, under its bare slug. Which of the forms it takes follows from its value type.',
    anyOf: [...distinct(customTypes.flatMap(writeForms)), { type: 'null' }],
  },
  CustomRelationship: {
    description: 'A custom relationship, under its bare slug.',
    type: 'object',
    properties: {
      cardinality,
      objectType: text('The object type at its other end.'),
      values: { type: 'array', items: id },
      hasMore: schemaRef('HasMore'),
    },
    required: ['cardinality', 'objectType', 'values'],
  },
  HasMore: {
    const: true,
    description: 'There only where a big relationship was cut off; filter the other object type for the rest.',
  },
  Link: { description: 'An id, or an array of one.', ...idOrIds(1) },
  Links: { description: 'An id or an array of ids, 25 at most in the whole request.', ...idOrIds(25) },
  LinkChange: { description: 'What to do with the link.', anyOf: [addAndRemove(1), replace(orNull(idOrIds(1)))] },
  LinksChange: {
    description: 'What to do with the links, 25 changes at most in the whole request.',
    anyOf: [addAndRemove(25), replace(orNull(idOrIds(25)))],
  },
  LinksAddedOrRemoved: {
    description: 'Ids to link, or ids to unlink.',
    anyOf: [object({ add: idOrIds(25) }, ['add']), object({ remove: idOrIds(25) }, ['remove'])],
  },
  LinksAddedAndRemoved: { description: 'Ids to link and ids to unlink.', ...addAndRemove(25) },
  LinkReplaced: replace(idOrIds(1)),
  FieldDefinition: closed<ReturnType<typeof presentField>>({
    id: text('Starts with `ad_`.'),
    slug: text('The key without its `$`.'),
    label: text('What people call the field.'),
    description: orNull(text('What it holds.')),
    valueType: { enum: Object.keys(valueTypes) },
    system: { type: 'boolean', description: 'It comes with the product; its key starts with `$`.' },
    readOnly: { type: 'boolean', description: 'Only the system writes it.' },
    typeConfiguration: schemaRef('TypeConfiguration'),
  }),
  RelationshipDefinition: closed<ReturnType<typeof presentRelationship>>({
    id: text('Starts with `rd_`.'),
    slug: text('What filters call it, after a `$` if it comes with the product.'),
    label: text('What people call the relationship.'),
    description: orNull(text('What it says.')),
    cardinality,
    objectType: text('The object type at its other end.'),
    readOnly: { type: 'boolean', description: 'It is changed from its other end.' },
  }),
  TypeConfiguration: object(
    {
      options: { type: 'array', items: schemaRef('Option') },
      parentFieldKey: text('The field whose options own these, as `$pipeline` owns stages.'),
      currency: text('An ISO 4217 code.'),
      unique: { type: 'boolean', description: 'No two records have the same value.' },
      multipleValues: { type: 'boolean', description: 'The field holds a list.' },
      handleService: { enum: ['LINKEDIN', 'TWITTER', 'FACEBOOK', 'INSTAGRAM'] },
    } satisfies Record<keyof Omit<TypeConfiguration, 'valuesMax'>, JsonSchema>,
    [],
  ),
  FieldHistory: object(
    {
      data: {
        type: 'array',
        items: closed({
          value: { description: 'The value in its read form, or null.' },
          valueType: { enum: Object.keys(valueTypes) },
          displayValue: orNull(text('How a person reads the value, e.g. the label of an option.')),
          recordedAt: text('When the field got the value.', { format: 'date-time' }),
          isCreate: { type: 'boolean', description: 'The record was created with it.' },
        }),
      },
      hasMore: { type: 'boolean' },
      nextCursor: orNull(text('What the next page takes as `after`.')),
    },
    ['data', 'hasMore', 'nextCursor'],
  ),
  MergeInput: object(
    {
      primaryId: text('The record that stays.'),
      duplicateId: text('The record that is merged into it.'),
      fieldResolutions: {
        type: 'object',
        description: "Whose value a field gets, by its key. By default the primary's, unless it has none.",
        additionalProperties: {
          anyOf: [{ enum: ['primary', 'duplicate'] }, object({ value: schemaRef('CustomFieldInput') }, ['value'])],
        },
      },
      options: object(
        { multiSelectUnion: { type: 'boolean', description: 'Unite the options of both records in multi-selects.' } },
        [],
      ),
    },
    ['primaryId', 'duplicateId'],
  ),
  MergeStart: closed({
    id: text('Starts with `mrg_`.'),
    status: { enum: ['done', 'cleanup_pending'], description: 'Whether all links are moved already.' },
  }),
  MergeSummary: closed({
    fieldWriteCount: { type: 'integer', description: 'How many fields of the primary changed.' },
    syncRepointedCount: { type: 'integer', description: 'How many links were moved before the answer.' },
    warnings: { type: 'array', items: { type: 'string' }, description: 'What had no place in the primary.' },
  }),
  Option: object(
    {
      id: text('What records hold.'),
      label: text('What people see.'),
      description: orNull(text('What it means.')),
      parentId: text('Of a stage: the pipeline it belongs to.'),
    } satisfies Record<keyof Omit<Option, 'retired'>, JsonSchema>,
    ['id', 'label', 'description'],
  ),
})

/** A value as records carry it. */
export const wrapped = (valueType: string, value: JsonSchema) => ({
  type: 'object',
  properties: { value, valueType: { const: valueType } },
  required: ['value', 'valueType'],
})

/** An object with exactly the keys of T, all of them always there. */
const closed = <T = Record<string, unknown>>(properties: { [Key in keyof Required<T>]: JsonSchema }) =>
  object(properties, Object.keys(properties))

const customTypes = Object.values<ValueType>(valueTypes).filter((type) => type.customFields)

/** Some types have two forms, by the configuration of the field. */
const configurations: readonly TypeConfiguration[] = [{ multipleValues: false }, { multipleValues: true }]

const readForms = (type: ValueType) =>
  distinct(configurations.map((configuration) => type.readSchema(configuration) as JsonSchema))

/** Without their prose, so that types which take the same are the same. */
const writeForms = (type: ValueType) =>
  configurations
    .map((configuration) => type.writeSchema(configuration) as JsonSchema)
    .flatMap((schema) => (schema.anyOf as JsonSchema[] | undefined) ?? [schema])
    .map(withoutProse)

const withoutProse = ({ description: _, items, ...schema }: JsonSchema): JsonSchema => ({
  ...schema,
  ...(items !== undefined && { items: withoutProse(items as JsonSchema) }),
})

const cardinality = { enum: ['HAS_ONE', 'HAS_MANY'] }
const id = { type: 'string' }

const idOrIds = (maxItems: number) => ({ anyOf: [id, { type: 'array', items: id, maxItems }] })

/** At most `maxItems` ids to have; any number that the request allows to drop. */
const addAndRemove = (maxItems: number) => object({ add: idOrIds(maxItems), remove: idOrIds(25) }, [])

const replace = (ids: JsonSchema): JsonSchema => ({
  description: 'What to have in the place of all links.',
  ...object({ replace: ids }, ['replace']),
})
