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
  typeConfiguration?: TypeConfiguration
}

export type Cardinality = 'HAS_ONE' | 'HAS_MANY'

type RelationshipEnd = {
  label: string
  description?: string
  objectType: ObjectTypeName
  cardinality: Cardinality
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

export type Verb = 'create' | 'retrieve' | 'update' | 'list' | 'definitions'

export type ObjectType = {
  /** For ever: records carry it. */
  number: number
  /** The singular slug, e.g. `opportunity`. */
  name: ObjectTypeName
  /** The noun of its URLs and scopes, e.g. `opportunities`. */
  plural: string
  label: string
  prefix: IdPrefix
  /** The operations of the public API. */
  verbs: readonly Verb[]
  /** Custom fields and relationships can be added. */
  open: boolean
  fields: Readonly<Record<`$${string}`, SystemField>>
  relationships: Readonly<Record<`$${string}`, SystemRelationship>>
}

export type ObjectTypeName = 'account' | 'contact' | 'opportunity' | 'task' | 'note' | 'meeting' | 'member' | 'file'

/** Returns the table unchanged; its job is to keep the literal types for the client library. */
export const defineObject = <const T extends ObjectType>(objectType: T): T => objectType
