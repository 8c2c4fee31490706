/** What the OpenAPI document takes from the tables of this package: JSON Schemas (2020-12) and the filters of lists. */
export { type FilterParameter, filterParameters, operatorsOf } from './openapi/filters.ts'
export { type JsonSchema, listOf, object, orNull, schemaRef, text } from './openapi/json-schema.ts'
export { customObjectDefinition, objectSchemas, requiredKeys, systemDefinition } from './openapi/object-schemas.ts'
export { sharedSchemas } from './openapi/shared-schemas.ts'
