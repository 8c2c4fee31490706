import type { Definition, Operator, ReadOf, ValueTypeName } from '@openfield/schema'
import type { Custom, Fields, Relationships, TableName, Tables } from './records.ts'

/**
 * The filters of a list, all of which a record must pass: `key[operator]`, a `-` before the operator to negate it, or the
 * key alone for the default operator (`equal` where the field has it). A relationship is named by its key in records or
 * by its slug in the definitions; what a workspace has added, by its bare slug.
 *
 * @example
 * const open: FiltersOf<'opportunity'> = {
 *   '$stage[-equal]': 'Lost',
 *   '$amount[greaterThan]': 5000,
 *   '$account': 'acc_01jz8x3m5te8mb0p4nq6r2vwyd',
 *   'icp-score[greaterThanOrEqual]': 3,
 * }
 */
export type FiltersOf<Name extends TableName> = Tables[Name] extends { filterable: false }
  ? Record<string, never>
  : FieldFilters<Fields<Name>> & RelationshipFilters<Relationships<Name>> & Custom<Name, string | number | boolean>

/** Which operators the values of a type have. Mirrors the schema's value types, which a test holds it to. */
export const filterOperators = {
  ADDRESS: ['equal', 'startsWith'],
  CHECKBOX: ['equal'],
  CURRENCY: ['equal', 'greaterThan', 'greaterThanOrEqual', 'lessThan', 'lessThanOrEqual'],
  DATETIME: ['equal', 'greaterThan', 'greaterThanOrEqual', 'lessThan', 'lessThanOrEqual'],
  EMAIL: ['contains'],
  FULL_NAME: ['equal', 'startsWith'],
  HTML: [],
  MARKDOWN: [],
  MULTI_SELECT: [],
  NUMBER: ['equal', 'greaterThan', 'greaterThanOrEqual', 'lessThan', 'lessThanOrEqual'],
  SINGLE_SELECT: ['equal'],
  SOCIAL_HANDLE: ['equal', 'startsWith'],
  TELEPHONE: ['contains'],
  TEXT: ['equal', 'startsWith'],
  URL: ['contains'],
} as const satisfies Record<ValueTypeName, readonly Operator[]>

/** `$name`, `$name[equal]`, `$name[-equal]` and so on; nothing for a key without operators. */
type Keys<Key extends string, O extends string> = [O] extends [never] ? never : Key | `${Key}[${'' | '-'}${O}]`

type FieldFilters<Table> = {
  [Key in keyof Table & string as Keys<Key, OperatorsOf<Table[Key]>>]?: Comparand<Table[Key]>
}

type OperatorsOf<D> = D extends Definition ? (typeof filterOperators)[D['valueType']][number] : never

/** What a value is compared with: of its own type where that is a number or a boolean, else text. */
type Comparand<D> = D extends Definition
  ? ReadOf<D> extends infer Value extends number | boolean
    ? Value
    : string
  : never

type RelationshipFilters<Table> = {
  [Key in keyof Table & string as Keys<Key | SlugOf<Table[Key]>, 'contains' | 'equal'>]?: string
}

/** The slug of the definition, which both ends of a relationship share. A union of several has none. */
type SlugOf<End> = End extends { slug: infer Slug extends string } | { inverseOf: infer Slug extends string }
  ? `$${Slug}`
  : never
