import type { ObjectType, SystemField, SystemRelationship, Verb } from '@openfield/schema'
import { objectTypes } from '@openfield/schema/objects/index'
import { useSuspenseQuery } from '@tanstack/react-query'
import { keys } from '../app/queries.ts'
import { client } from '../app/server.ts'
import type { AnyRecord, Definitions, FieldDefinition, RelationshipDefinition } from './record.ts'

/** A type of records as the app sees it: one that comes with the product, or one that the workspace has added. */
export type ShownType = {
  /** What relationships call it, e.g. `opportunity`. */
  name: string
  /** What addresses call it, e.g. `opportunities`. */
  plural: string
  label: string
  pluralLabel: string
  custom: boolean
  /** The fields that say what a record is called, the first of them that says something. */
  title: readonly string[]
  /** What can be done with its records. */
  verbs: readonly Verb[]
  /** Files can be attached to its records. */
  holdsFiles?: true
  /** What is missing of its records can be looked up. */
  enriched?: true
  /** What of a record only some see. */
  access?: ObjectType['access']
}

export const objectTypesQuery = {
  queryKey: keys.objectTypes,
  async queryFn(): Promise<readonly ShownType[]> {
    const { data } = await client.admin.objects.list()
    return data.map(({ objectType, pluralLabel, ...type }) => ({
      ...type,
      name: objectType,
      pluralLabel: pluralLabel ?? type.label,
      ...ownParts(objectType, type.custom),
    }))
  },
  staleTime: Number.POSITIVE_INFINITY,
}

/** What the tables of the product say of a type; what the workspace has added is as open as can be. */
function ownParts(name: string, custom: boolean): Pick<ShownType, 'holdsFiles' | 'enriched' | 'access'> {
  if (custom) return { holdsFiles: true }
  const { holdsFiles, enriched, access }: Partial<ObjectType> = objectTypes[name as keyof typeof objectTypes] ?? {}
  return { ...(holdsFiles && { holdsFiles }), ...(enriched && { enriched }), ...(access && { access }) }
}

/** All types of the workspace. Suspends. */
export const useObjectTypes = () => useSuspenseQuery(objectTypesQuery).data

/** The type that an address names; undefined for none. Suspends. */
export const useTypeAt = (plural: string) => useObjectTypes().find((type) => type.plural === plural)

/** The type that relationships and answers of the API name. Suspends. Throws when there is none. */
export function useType(name: string): ShownType {
  const type = useObjectTypes().find((one) => one.name === name)
  if (!type) throw new Error(`there is no object type ${name}`)
  return type
}

/** What the records of a type have. Suspends. */
export const useDefinitions = (type: ShownType): Definitions => useSuspenseQuery(definitionsQuery(type)).data

export const definitionsQuery = (type: ShownType) => ({
  queryKey: keys.definitions(type.name),
  queryFn: () => readDefinitions(type),
  staleTime: Number.POSITIVE_INFINITY,
})

async function readDefinitions(type: ShownType): Promise<Definitions> {
  const system: Pick<ObjectType, 'fields' | 'relationships'> | undefined = type.custom
    ? undefined
    : objectTypes[type.name as keyof typeof objectTypes]
  const { fieldDefinitions, relationshipDefinitions } = type.verbs.includes('definitions')
    ? await operationsOf(type).definitions()
    : { fieldDefinitions: system?.fields ?? {}, relationshipDefinitions: system?.relationships ?? {} }
  return {
    fields: Object.entries(fieldDefinitions).map(([key, definition]): FieldDefinition => {
      const own: SystemField | undefined = system?.fields[key as `$${string}`]
      return {
        typeConfiguration: {},
        ...definition,
        key,
        system: key.startsWith('$'),
        readOnly: definition.readOnly ?? false,
        ...(own?.apart && { apart: true }),
        createOnly: own?.write === 'create',
        required: own?.required ?? (type.custom && key === '$name'),
      }
    }),
    relationships: Object.entries(relationshipDefinitions).map(([key, definition]): RelationshipDefinition => {
      const own: SystemRelationship | undefined = system?.relationships[key as `$${string}`]
      return {
        ...definition,
        key,
        system: key.startsWith('$'),
        readOnly: definition.readOnly ?? own?.write === 'never',
        createOnly: own?.write === 'create',
        required: own !== undefined && 'required' in own,
      }
    }),
  }
}

/** The operations of a type's records, in one shape for built-in and custom types; each throws APIError. */
export type RecordOperations = {
  create(record: NewRecord): Promise<AnyRecord>
  retrieve(id: string): Promise<AnyRecord>
  update(id: string, changes: RecordChanges): Promise<AnyRecord>
  delete(id: string): Promise<AnyRecord>
  restore(id: string): Promise<AnyRecord>
  definitions(): Promise<SentDefinitions>
  fieldHistory(id: string, key: string, query?: { limit?: number; after?: string }): PromiseLike<HistoryPage>
}

export type NewRecord = { fields: Record<string, unknown>; relationships?: Record<string, string | readonly string[]> }
export type RecordChanges = { fields?: Record<string, unknown>; relationships?: Record<string, LinkChange> }
export type LinkChange = { add?: string | string[]; remove?: string | string[]; replace?: string | string[] | null }
export type HistoryPage = {
  data: readonly { value: unknown; displayValue: string | null; recordedAt: string }[]
  nextCursor: string | null
}

type SentField = Omit<
  FieldDefinition,
  'key' | 'required' | 'system' | 'createOnly' | 'readOnly' | 'apart' | 'typeConfiguration'
> &
  Partial<Pick<FieldDefinition, 'readOnly' | 'typeConfiguration'>>
type SentRelationship = Omit<RelationshipDefinition, 'key' | 'required' | 'system' | 'createOnly' | 'readOnly'> &
  Partial<Pick<RelationshipDefinition, 'readOnly'>>
type SentDefinitions = {
  fieldDefinitions: Readonly<Record<string, SentField>>
  relationshipDefinitions: Readonly<Record<string, SentRelationship>>
}

/** Which of these a type has, its `verbs` say. */
export function operationsOf({ name, custom }: ShownType): RecordOperations {
  // The client knows the fields of each type; screens that are made from definitions cannot.
  if (!custom) return client[name as 'opportunity'] as unknown as RecordOperations
  const { object } = client
  return {
    create: (record) => object.create(name, record as never),
    retrieve: (id) => object.retrieve(name, id),
    update: (id, changes) => object.update(name, id, changes as never),
    delete: (id) => object.delete(name, id),
    restore: (id) => object.restore(name, id),
    definitions: () => object.definitions(name) as unknown as Promise<SentDefinitions>,
    fieldHistory: (id, key, query) => object.fieldHistory(name, id, key as never, query) as never,
  }
}

/** The address of a record in the app. */
export const recordPath = ({ plural }: ShownType, id: string) => `/${plural}/${id}`
