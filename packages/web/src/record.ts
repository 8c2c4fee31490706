import type { ObjectType, ObjectTypeName, TypeConfiguration, ValueTypeName } from '@openfield/schema'
import { objectTypes } from '@openfield/schema/objects/index'
import type { Openfield } from '@openfield/sdk'

/** A record of any type, as the API sends it; some types leave some members out. */
export type AnyRecord = {
  id: string
  createdAt: string
  updatedAt?: string | null
  externalId?: string | null
  fields: Readonly<Record<string, { value: unknown; valueType: ValueTypeName } | undefined>>
  relationships?: Readonly<Record<string, Links | undefined>>
}

export type Links = { objectType: string; values: readonly string[]; hasMore?: boolean }

/** What the fields and relationships of a type are called, in their order. */
export type Definitions = {
  fieldDefinitions: Readonly<Record<string, FieldDefinition | undefined>>
  relationshipDefinitions: Readonly<Record<string, { label: string } | undefined>>
}

type FieldDefinition = { label: string; valueType: ValueTypeName; typeConfiguration?: TypeConfiguration }

/** The object type whose records can be shown under a name: its plural in addresses, its singular in relationships. */
export function typeOf(key: 'plural' | 'name', name: string | undefined): ObjectType | undefined {
  return Object.values<ObjectType>(objectTypes).find((type) => type[key] === name && type.verbs.includes('retrieve'))
}

/** Reads a record. Throws APIError. */
export const readRecord = (client: Openfield, type: ObjectType, id: string): Promise<AnyRecord> =>
  operationsOf(client, type).retrieve(id)

/** Reads the definitions of a type; where the API has none to read, they are the same everywhere. Throws APIError. */
export async function readDefinitions(client: Openfield, type: ObjectType): Promise<Definitions> {
  const operations = operationsOf(client, type)
  if (operations.definitions && type.verbs.includes('definitions')) return operations.definitions()
  return { fieldDefinitions: type.fields, relationshipDefinitions: type.relationships }
}

type Operations = { retrieve(id: string): Promise<AnyRecord>; definitions?(): Promise<Definitions> }

function operationsOf(client: Openfield, { name }: ObjectType): Operations {
  const all: Partial<Record<ObjectTypeName, Operations>> = client
  const operations = all[name]
  if (!operations) throw new Error(`the client has no operations for ${name}`)
  return operations
}
