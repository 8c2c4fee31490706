/** A schema as it stands in the document. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** A reference to one of the document's schemas. */
export const schemaRef = (name: string) => ({ $ref: `#/components/schemas/${name}` })

/** An object. `required` names the keys that are always there; `rest` is the schema of all others, or false for none. */
export const object = (
  properties: Readonly<Record<string, unknown>>,
  required: readonly string[],
  rest: unknown = false,
): JsonSchema => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
  additionalProperties: rest,
})

export const text = (description: string, more: JsonSchema = {}) => ({ type: 'string', description, ...more })

/** The schema, or null. */
export const orNull = (schema: JsonSchema): JsonSchema =>
  typeof schema.type === 'string' ? { ...schema, type: [schema.type, 'null'] } : { anyOf: [schema, { type: 'null' }] }

/** Any of the schemas. */
export const union = (schemas: readonly JsonSchema[]): JsonSchema =>
  schemas.length === 1 && schemas[0] ? schemas[0] : { anyOf: schemas }

/** Each schema once, however often it occurs. */
export const distinct = (schemas: readonly JsonSchema[]): JsonSchema[] => [
  ...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values(),
]

/** The envelope of a page of a list; `name` is that of the schema of its elements. */
export const listOf = (name: string, more: JsonSchema = {}) =>
  object(
    {
      object: { const: 'list' },
      data: { type: 'array', items: schemaRef(name), ...more },
      totalCount: { type: 'integer', minimum: 0, description: 'How many there are, whatever the page.' },
    },
    ['object', 'data', 'totalCount'],
  )
