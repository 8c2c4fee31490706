import type { ObjectType, TypeConfiguration, ValueTypeName } from '@openfield/schema'
import { objectTypes } from '@openfield/schema/objects/index'
import type { Openfield } from '@openfield/sdk'

/** A record of any type, as the API sends it; some types leave some members out. */
export type AnyRecord = {
  id: string
  createdAt: string
  updatedAt?: string | null
  externalId?: string | null
  accessLevel?: 'FULL' | 'METADATA'
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

/** A type whose records can be shown. */
export type ShownType = {
  /** What relationships call it. */
  name: string
  /** What addresses call it. */
  plural: string
  label: string
  /** The scope that a key needs to read its records. */
  scope: string
  /** Reads a record. Throws APIError. */
  read(client: Openfield, id: string): Promise<AnyRecord>
  /** Reads the definitions; where the API has none to read, they are the same everywhere. Throws APIError. */
  define(client: Openfield): Promise<Definitions>
}

/** The type in an address: one that comes with the product, or one that the workspace has added. Throws APIError. */
export async function typeAt(client: Openfield, plural: string): Promise<ShownType | undefined> {
  const builtIn = builtInTypes.find((type) => type.plural === plural)
  if (builtIn) return shown(builtIn)
  const { data } = await client.object.listDefinitions()
  const custom = data.find(({ objectType }) => objectType === plural)
  return custom && shownCustom(custom.objectType, custom.label)
}

/** The type of linked records; undefined for those that have no page. */
export function linkedType(name: string): ShownType | undefined {
  const builtIn = builtInTypes.find((type) => type.name === name)
  return builtIn ? shown(builtIn) : shownCustom(name, name)
}

const builtInTypes: readonly ObjectType[] = Object.values(objectTypes)

function shown(type: ObjectType): ShownType | undefined {
  if (!type.verbs.includes('retrieve')) return undefined
  return {
    ...type,
    scope: `${type.plural}:read`,
    read: (client, id) => operationsOf(client, type).retrieve(id),
    async define(client) {
      const operations = operationsOf(client, type)
      if (operations.definitions && type.verbs.includes('definitions')) return operations.definitions()
      return { fieldDefinitions: type.fields, relationshipDefinitions: type.relationships }
    },
  }
}

const shownCustom = (slug: string, label: string): ShownType => ({
  name: slug,
  plural: slug,
  label,
  scope: 'custom_objects:read',
  read: (client, id) => client.object.retrieve(slug, id),
  define: (client) => client.object.definitions(slug),
})

type Operations = { retrieve(id: string): Promise<AnyRecord>; definitions?(): Promise<Definitions> }

function operationsOf({ file, object, merge, auth, admin, ...records }: Openfield, { name }: ObjectType): Operations {
  const all: Partial<Record<string, Operations>> = records
  const operations = all[name]
  if (!operations) throw new Error(`the client has no operations for ${name}`)
  return operations
}
