import type { IdPrefix } from '../ids.ts'
import type { ValueTypeName } from '../values/index.ts'
import type { TypeConfiguration } from '../values/type.ts'

/** A system field as an object's table states it. `id` is for ever: index rows carry it. */
export type SystemField = {
  id: number
  valueType: ValueTypeName
  label: string
  description?: string
  /** Must have a value on create and cannot be cleared. */
  required?: true
  /** Written by the system only. */
  readOnly?: true
  /** `create`: set when the record is made, never changed. */
  write?: 'create'
  /** Of any length: it is kept beside the record and shown where one is retrieved, and lists do without. */
  apart?: true
  typeConfiguration?: TypeConfiguration
}

export type Cardinality = 'HAS_ONE' | 'HAS_MANY'

type RelationshipEnd = {
  label: string
  description?: string
  objectType: ObjectTypeName
  cardinality: Cardinality
  /** Left out of a record that has no such link. */
  whenAny?: true
}

/**
 * A system relationship, seen from one end. One end owns the edge: it has the `id` (for ever: edges carry it) and the
 * `slug` that filters use. The other end, if it is shown at all, says whose inverse it is.
 */
export type SystemRelationship = RelationshipEnd &
  (
    | { id: number; slug: string; required?: true; write?: 'create' | 'never' }
    | { inverseOf: string; write?: 'never' }
    /** Several owners: their union, which can only be read. */
    | { inverseOf: readonly string[]; write: 'never' }
  )

export type Verb =
  | 'create'
  | 'retrieve'
  | 'update'
  | 'list'
  | 'definitions'
  | 'delete'
  | 'restore'
  | 'fieldHistory'
  | 'merge'

export type ObjectType = {
  /** For ever: records carry it. */
  number: number
  /** The singular slug, e.g. `opportunity`. */
  name: ObjectTypeName
  /** The noun of its URLs and scopes, e.g. `opportunities`. */
  plural: string
  label: string
  prefix: IdPrefix
  /** The fields that say what a record is called: the first of them that says something. */
  title: readonly `$${string}`[]
  /** The fields by which search finds a record, besides those of the workspace. */
  searched: readonly `$${string}`[]
  /** The fields that tell it from others of its name. */
  details: readonly `$${string}`[]
  /** The relationship to what is searched for together with it, as a person with their company. */
  context?: `$${string}`
  /** The operations of the public API. */
  verbs: readonly Verb[]
  /** Custom fields and relationships can be added. */
  open: boolean
  /** Lists of it can be filtered; others ignore what is not paging. */
  filterable: boolean
  /** Members of a record that this type does without. */
  omits?: readonly ('updatedAt' | 'externalId' | 'relationships')[]
  /**
   * Of records that those of another type are linked to through a relationship: they are seen by those who see everything
   * of one of these. All others are seen by everybody.
   */
  seenWith?: { objectType: ObjectTypeName; key: `$${string}` }
  /** Its records have no page of their own to link to. */
  pageless?: true
  /** Records say their own type, as `objectType`. */
  namesItself?: true
  /** Booleans that the body of a create may have beside fields and relationships. */
  flags?: readonly string[]
  /** With pipelines: a stage's label alone means the default pipeline's stage. Elsewhere the pipeline must be named. */
  stagesByDefaultPipeline?: true
  /** What an update may do to relationships; by default add, remove and replace. */
  linkChanges?: LinkChanges
  /** Who sees everything of a record, when not everybody does. */
  access?: Access
  /** When its records stand in the timelines of those that they are linked to; other types are in none. */
  happens?: `$${string}` | 'createdAt'
  /** Files can be attached to its records. */
  holdsFiles?: true
  /** What is missing of its records can be looked up. */
  enriched?: true
  /** Changing and deleting are for the participants that `access` names and for admins; what is deleted is not found again. */
  guarded?: true
  /** Who sees that a record exists, when not everybody does. */
  visibility?: Visibility
  fields: Readonly<Record<`$${string}`, SystemField>>
  relationships: Readonly<Record<`$${string}`, SystemRelationship>>
  /** Links that no record shows and nobody writes but the system. */
  unseen?: Readonly<Record<`$${string}`, UnseenRelationship>>
}

export type UnseenRelationship = RelationshipEnd & { id: number; slug: string }

/**
 * `one-of-add-remove`: add or remove, one of them per relationship; `add-remove`: both, but no replace; `replace-one`:
 * replace by one id.
 */
export type LinkChanges = 'one-of-add-remove' | 'add-remove' | 'replace-one'

/**
 * Who sees all of a record; others see `redacted` fields as null and `hidden` relationships not at all. Either a `setting`
 * field says METADATA, and then those who see everything are the members whose address is in one of the `participants`
 * fields, and those it is linked to through `holders`; or it is those who may see the record at the other end of a
 * relationship.
 */
export type Access = {
  redacted: readonly `$${string}`[]
  hidden: readonly `$${string}`[]
} & (
  | { setting: `$${string}`; participants: readonly `$${string}`[]; holders?: `$${string}` }
  | { through: `$${string}` }
)

/** A record that is there only for some: when `field` does not say `everybody`, for the members it is linked to. */
export type Visibility = { field: `$${string}`; everybody: string; members: `$${string}` }

export type ObjectTypeName =
  | 'account'
  | 'contact'
  | 'opportunity'
  | 'task'
  | 'note'
  | 'meeting'
  | 'list'
  | 'member'
  | 'file'
  | 'channel'
  | 'message'
  | 'email'

/** Returns the table unchanged; its job is to keep the literal types for the client library. */
export const defineObject = <const T extends ObjectType>(objectType: T): T => objectType
