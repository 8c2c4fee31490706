import type {
  Definition,
  ObjectTypes,
  presentField,
  presentRelationship,
  ReadOf,
  TypeConfiguration,
  ValueTypeName,
  Verb,
  WriteOf,
} from '@openfield/schema'

/** What the types of this library are inferred from: the schema's tables, and what all custom object types have in common. */
export type Tables = ObjectTypes & { object: CustomObject }
export type TableName = keyof Tables

type CustomObject = {
  name: string
  plural: 'objects'
  verbs: readonly Verb[]
  open: true
  filterable: true
  fields: { $name: { valueType: 'TEXT'; required: true } }
  relationships: Record<never, never>
}

/** A record as the API sends it: each value comes with its type. */
export type RecordOf<Name extends TableName> = {
  id: string
  createdAt: string
  /** Where the record is in the web app. */
  httpLink: string | null
  fields: { [Key in Exclude<keyof Fields<Name>, Apart<Name>>]: FieldValue<Fields<Name>[Key]> } & {
    [Key in Apart<Name>]?: FieldValue<Fields<Name>[Key]>
  } & Custom<Name, CustomFieldValue>
} & Unless<Omits<Name, 'updatedAt'>, { updatedAt: string | null }> &
  Unless<Omits<Name, 'externalId'>, { externalId?: string | null }> &
  Unless<Omits<Name, 'relationships'>, { relationships: LinksOf<Name> }> &
  (Tables[Name] extends { namesItself: true } ? { objectType: Name } : unknown) &
  /** METADATA: the key may not read what the record says, only that there is one. */
  (Tables[Name] extends { access: object } ? { accessLevel: 'FULL' | 'METADATA' } : unknown)

/** What creates a record: bare values by field, ids by relationship, and the flags of its type. */
export type NewRecordOf<Name extends TableName> = { fields: NewFields<Name> } & { [Flag in Flags<Name>]?: boolean } & ([
    RequiredKeys<Relationships<Name>>,
  ] extends [never]
    ? { relationships?: NewRelationships<Name> }
    : { relationships: NewRelationships<Name> })

/** What changes a record: fields and relationships that are not named stay as they are; null clears a field. */
export type ChangesOf<Name extends TableName> = {
  fields?: ChangedFields<Name>
  relationships?: ChangedRelationships<Name>
}

/** The fields and relationships of an object type, with what the workspace has added to them. */
export type DefinitionsOf<Name extends TableName> = {
  objectType: Tables[Name]['name']
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
export type Task = RecordOf<'task'>
export type Note = RecordOf<'note'>
export type Meeting = RecordOf<'meeting'>
export type List = RecordOf<'list'>
export type Member = RecordOf<'member'>
export type Channel = RecordOf<'channel'>
export type Message = RecordOf<'message'>
export type Email = RecordOf<'email'>
/** A record of a custom object type. */
export type CustomRecord = RecordOf<'object'>

export type Fields<Name extends TableName> = Tables[Name]['fields']
export type Relationships<Name extends TableName> = Tables[Name]['relationships']

/** Whether the records of a type do without a member. */
type Omits<Name extends TableName, Member> = Tables[Name] extends { omits: readonly (infer Omitted)[] }
  ? Member extends Omitted
    ? true
    : false
  : false
type Unless<Condition, Members> = Condition extends true ? unknown : Members

type Flags<Name extends TableName> = Tables[Name] extends { flags: readonly (infer Flag extends string)[] }
  ? Flag
  : never

/** The keys of a table whose entries have a trait, e.g. `{ required: true }`. */
type KeysWith<Table, Trait> = { [Key in keyof Table]: Table[Key] extends Trait ? Key : never }[keyof Table]
type RequiredKeys<Table> = KeysWith<Table, { required: true }>

/** What only retrieving a record shows. */
type Apart<Name extends TableName> = KeysWith<Fields<Name>, { apart: true }>

type LettersOf<Text extends string> = Text extends `${infer First}${infer Rest}` ? First | LettersOf<Rest> : never
type Letter = LettersOf<'abcdefghijklmnopqrstuvwxyz'>

/** The key of what a workspace has added: it begins with a letter, where a system key begins with `$`. */
export type Slug = `${Letter | Uppercase<Letter>}${string}`

/** What may stand under the keys that a workspace has added, for object types that can be added to. */
export type Custom<Name extends TableName, Value> = Tables[Name]['open'] extends true
  ? { [slug in Slug]?: Value }
  : unknown

/** A value that was read. Null: not set. */
export type FieldValue<D> = D extends Definition ? { value: ReadOf<D> | null; valueType: D['valueType'] } : never

/** Of any type; which one it is, `valueType` tells, to the compiler too. */
export type CustomFieldValue = {
  [Name in ValueTypeName]: FieldValue<{ valueType: Name; multipleValues: boolean }>
}[ValueTypeName]

/** Linked records, newest first. `hasMore`: there are more than are shown here. */
type Links<End> = End extends { cardinality: infer Cardinality; objectType: infer Type }
  ? { cardinality: Cardinality; objectType: Type; values: string[]; hasMore?: boolean }
  : never

type CustomLinks = Links<{ cardinality: 'HAS_ONE' | 'HAS_MANY'; objectType: string }>

/** The relationships that are left out of a record whose `accessLevel` is METADATA. */
type Hidden<Name extends TableName> = Tables[Name] extends { access: { hidden: readonly (infer Key)[] } } ? Key : never

type LinksOf<Name extends TableName> = {
  [Key in Exclude<keyof Relationships<Name>, Hidden<Name>>]: Links<Relationships<Name>[Key]>
} & { [Key in Extract<keyof Relationships<Name>, Hidden<Name>>]?: Links<Relationships<Name>[Key]> } & Custom<
    Name,
    CustomLinks
  >

/** A value to be written; null clears a field that need not have one. */
export type ValueOf<D> = D extends Definition ? WriteOf<D> | (D extends { required: true } ? never : null) : never
export type CustomValue = WriteOf<{ valueType: ValueTypeName }> | null

export type WritableFields<Name extends TableName> = Omit<Fields<Name>, KeysWith<Fields<Name>, { readOnly: true }>>
type OptionalFields<Name extends TableName> = Omit<WritableFields<Name>, RequiredKeys<Fields<Name>>>
type ChangeableFields<Name extends TableName> = Omit<WritableFields<Name>, KeysWith<Fields<Name>, { write: 'create' }>>

type NewFields<Name extends TableName> = {
  [Key in RequiredKeys<Fields<Name>>]: ValueOf<Fields<Name>[Key]>
} & { [Key in keyof OptionalFields<Name>]?: ValueOf<OptionalFields<Name>[Key]> } & Custom<Name, CustomValue>

type ChangedFields<Name extends TableName> = {
  [Key in keyof ChangeableFields<Name>]?: ValueOf<ChangeableFields<Name>[Key]>
} & Custom<Name, CustomValue>

/** One id or several; where a record has one at most, an array holds that one. */
type Ids<End> = End extends { cardinality: 'HAS_ONE' } ? string | readonly [string] : string | readonly string[]
type CustomIds = Ids<{ cardinality: 'HAS_MANY' }>

type NewRelationships<Name extends TableName> = {
  [Key in RequiredKeys<Relationships<Name>>]: Ids<Relationships<Name>[Key]>
} & {
  [Key in Exclude<
    keyof Relationships<Name>,
    RequiredKeys<Relationships<Name>> | KeysWith<Relationships<Name>, { write: 'never' }>
  >]?: Ids<Relationships<Name>[Key]>
} & Custom<Name, CustomIds>

/** How the links of an object type's records may be changed. */
type LinkChangesOf<Name extends TableName, OneOrMany> = LinkChanges<OneOrMany>[Tables[Name] extends {
  linkChanges: infer Kind extends keyof LinkChanges<OneOrMany>
}
  ? Kind
  : 'any']

/** `replace` states the whole set, null empties it; `add` and `remove` change it. */
type LinkChanges<OneOrMany> = {
  any:
    | { add?: OneOrMany; remove?: string | readonly string[]; replace?: never }
    | { replace: OneOrMany | readonly [] | null; add?: never; remove?: never }
  'one-of-add-remove': { add: OneOrMany; remove?: never } | { remove: string | readonly string[]; add?: never }
  'add-remove': { add?: OneOrMany; remove?: string | readonly string[] }
  'replace-one': { replace: string }
}

type ChangedRelationships<Name extends TableName> = {
  [Key in Exclude<
    keyof Relationships<Name>,
    KeysWith<Relationships<Name>, { write: 'never' | 'create' }>
  >]?: LinkChangesOf<Name, Ids<Relationships<Name>[Key]>>
} & Custom<Name, LinkChangesOf<Name, CustomIds>>
