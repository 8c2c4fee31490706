import type { TypeConfiguration, ValueTypeName } from '@openfield/schema'

/** A record of any type, as the API sends it; some types leave some members out. */
export type AnyRecord = {
  id: string
  createdAt: string
  updatedAt?: string | null
  externalId?: string | null
  httpLink?: string | null
  accessLevel?: 'FULL' | 'METADATA'
  fields: Readonly<Record<string, AnyValue | undefined>>
  relationships?: Readonly<Record<string, Links | undefined>>
}

export type AnyValue = { value: unknown; valueType: ValueTypeName }

/** Linked records, newest first. `hasMore`: there are more than are shown here. */
export type Links = {
  cardinality: 'HAS_ONE' | 'HAS_MANY'
  objectType: string
  values: readonly string[]
  hasMore?: boolean
}

export type FieldDefinition = {
  /** What the field is called in `fields`. */
  key: string
  label: string
  description?: string | null
  valueType: ValueTypeName
  typeConfiguration: TypeConfiguration
  required: boolean
  readOnly: boolean
  /** It came with the record, whose lists are without it. */
  apart?: true
  /** Chosen when the record is made, and never changed. */
  createOnly: boolean
  system: boolean
}

export type RelationshipDefinition = {
  key: string
  label: string
  description?: string | null
  objectType: string
  cardinality: 'HAS_ONE' | 'HAS_MANY'
  readOnly: boolean
  /** Chosen when the record is made, and never changed. */
  createOnly: boolean
  required: boolean
  system: boolean
}

/** What the records of a type have, in the order of the definitions. */
export type Definitions = {
  fields: readonly FieldDefinition[]
  relationships: readonly RelationshipDefinition[]
}
