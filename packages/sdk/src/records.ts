import type {
  Definition,
  ObjectTypeName,
  ObjectTypes,
  presentField,
  presentRelationship,
  ReadOf,
  TypeConfiguration,
  ValueTypeName,
  WriteOf,
} from '@openfield/schema'

/** A record as the API sends it: each value comes with its type. */
export type RecordOf<Name extends ObjectTypeName> = {
  id: string
  createdAt: string
  updatedAt: string | null
  /** Where the record is in the web app. */
  httpLink: string | null
  externalId?: string | null
  fields: { [Key in keyof Fields<Name>]: FieldValue<Fields<Name>[Key]> } & Custom<Name, CustomFieldValue>
  relationships: { [Key in keyof Relationships<Name>]: Links<Relationships<Name>[Key]> } & Custom<Name, CustomLinks>
}

/** What creates a record: bare values by field, ids by relationship. */
export type NewRecordOf<Name extends ObjectTypeName> = { fields: NewFields<Name> } & (RequiredKeys<
  Relationships<Name>
> extends never
  ? { relationships?: NewRelationships<Name> }
  : { relationships: NewRelationships<Name> })

/** What changes a record: fields and relationships that are not named stay as they are; null clears a field. */
export type ChangesOf<Name extends ObjectTypeName> = {
  fields?: ChangedFields<Name>
  relationships?: ChangedRelationships<Name>
}

/** The fields and relationships of an object type, with what the workspace has added to them. */
export type DefinitionsOf<Name extends ObjectTypeName> = {
  objectType: Name
  fieldDefinitions: { [Key in keyof Fields<Name>]: FieldDefinition } & Custom<Name, FieldDefinition>
  relationshipDefinitions: { [Key in keyof Relationships<Name>]: RelationshipDefinition } & Custom<
    Name,
    RelationshipDefinition
  >
}

export type FieldDefinition = Omit<ReturnType<typeof presentField>, 'typeConfiguration'> & {
  typeConfiguration: TypeConfiguration
}

export type RelationshipDefinition = ReturnType<typeof presentRelationship>

export type Account = RecordOf<'account'>
export type Contact = RecordOf<'contact'>
export type Opportunity = RecordOf<'opportunity'>
export type Member = RecordOf<'member'>

export type Fields<Name extends ObjectTypeName> = ObjectTypes[Name]['fields']
export type Relationships<Name extends ObjectTypeName> = ObjectTypes[Name]['relationships']

/** The keys of a table whose entries have a trait, e.g. `{ required: true }`. */
type KeysWith<Table, Trait> = { [Key in keyof Table]: Table[Key] extends Trait ? Key : never }[keyof Table]
type RequiredKeys<Table> = KeysWith<Table, { required: true }>

type LettersOf<Text extends string> = Text extends `${infer First}${infer Rest}` ? First | LettersOf<Rest> : never
type Letter = LettersOf<'abcdefghijklmnopqrstuvwxyz'>

/** The key of what a workspace has added: it begins with a letter, where a system key begins with `$`. */
type Slug = `${Letter | Uppercase<Letter>}${string}`

/** What may stand under the keys that a workspace has added, for object types that can be added to. */
export type Custom<Name extends ObjectTypeName, Value> = ObjectTypes[Name]['open'] extends true
  ? { [slug in Slug]?: Value }
  : unknown

/** A value that was read. Null: not set. */
type FieldValue<D> = D extends Definition ? { value: ReadOf<D> | null; valueType: D['valueType'] } : never

/** Of any type; which one it is, `valueType` tells, to the compiler too. */
type CustomFieldValue = {
  [Name in ValueTypeName]: FieldValue<{ valueType: Name; multipleValues: boolean }>
}[ValueTypeName]

/** Linked records, newest first. `hasMore`: there are more than are shown here. */
type Links<End> = End extends { cardinality: infer Cardinality; objectType: infer Type }
  ? { cardinality: Cardinality; objectType: Type; values: string[]; hasMore?: boolean }
  : never

type CustomLinks = Links<{ cardinality: 'HAS_ONE' | 'HAS_MANY'; objectType: string }>

type ValueOf<D> = D extends Definition ? WriteOf<D> : never
type WritableFields<Name extends ObjectTypeName> = Omit<Fields<Name>, KeysWith<Fields<Name>, { readOnly: true }>>
type OptionalFields<Name extends ObjectTypeName> = Omit<WritableFields<Name>, RequiredKeys<Fields<Name>>>
type CustomValue = WriteOf<{ valueType: ValueTypeName }> | null

type NewFields<Name extends ObjectTypeName> = {
  [Key in RequiredKeys<Fields<Name>>]: ValueOf<Fields<Name>[Key]>
} & { [Key in keyof OptionalFields<Name>]?: ValueOf<OptionalFields<Name>[Key]> | null } & Custom<Name, CustomValue>

type ChangedFields<Name extends ObjectTypeName> = {
  [Key in keyof WritableFields<Name>]?:
    | ValueOf<WritableFields<Name>[Key]>
    | (WritableFields<Name>[Key] extends { required: true } ? never : null)
} & Custom<Name, CustomValue>

/** One id or several; where a record has one at most, an array holds that one. */
type Ids<End> = End extends { cardinality: 'HAS_ONE' } ? string | readonly [string] : string | readonly string[]
type CustomIds = Ids<{ cardinality: 'HAS_MANY' }>

type NewRelationships<Name extends ObjectTypeName> = {
  [Key in RequiredKeys<Relationships<Name>>]: Ids<Relationships<Name>[Key]>
} & {
  [Key in Exclude<
    keyof Relationships<Name>,
    RequiredKeys<Relationships<Name>> | KeysWith<Relationships<Name>, { write: 'never' }>
  >]?: Ids<Relationships<Name>[Key]>
} & Custom<Name, CustomIds>

/** `replace` states the whole set, null empties it; `add` and `remove` change it. */
type LinkChanges<OneOrMany> =
  | { add?: OneOrMany; remove?: string | readonly string[]; replace?: never }
  | { replace: OneOrMany | readonly [] | null; add?: never; remove?: never }

type ChangedRelationships<Name extends ObjectTypeName> = {
  [Key in Exclude<
    keyof Relationships<Name>,
    KeysWith<Relationships<Name>, { write: 'never' | 'create' }>
  >]?: LinkChanges<Ids<Relationships<Name>[Key]>>
} & Custom<Name, LinkChanges<CustomIds>>
