/** JSON as it is stored and sent. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

export type Option = {
  id: string
  label: string
  description?: string | null
  retired?: boolean
  /** Of a stage: the pipeline it belongs to. */
  parentId?: string
}

/** What a field definition says about its values; the keys each value type uses are in `configurationKeys`. */
export type TypeConfiguration = {
  options?: readonly Option[]
  /** The field whose options own this one's, as `$pipeline` owns stages. */
  parentFieldKey?: string
  currency?: string
  unique?: boolean
  multipleValues?: boolean
  /** The most values of one field, where they may be more than usual. */
  valuesMax?: number
  handleService?: 'LINKEDIN' | 'TWITTER' | 'FACEBOOK' | 'INSTAGRAM'
}

/** How the cells of a table write what can be written in several ways. */
export type CellFormat = {
  /** Whether 3/4/2026 is the 3rd of April or the 4th of March. */
  dates: 'day-first' | 'month-first'
  /** The IANA name of the time zone in which times without an offset are meant. */
  timeZone: string
  decimal: '.' | ','
  /** What stands between several values of one cell. */
  separator: string
}

/** The operators a filter can name, e.g. `$amount[greaterThan]=5`. */
export type Operator =
  | 'equal'
  | 'startsWith'
  | 'contains'
  | 'greaterThan'
  | 'greaterThanOrEqual'
  | 'lessThan'
  | 'lessThanOrEqual'

/** Where a value can be found by a filter: folded text, a number, or text searched by substring. */
export type IndexEntries = { text?: string[]; number?: number[]; substring?: string[] }

/** By the time that a moment lies in, or by the one entry of a value, read back. */
export type Grouping = { by: 'time' } | { by: 'entry'; read: (entry: string) => Json }

export type IndexName = keyof IndexEntries

/** A filter, ready for storage: which index to ask and for what. Text is folded the way index entries are. */
export type Condition =
  | { index: 'text'; operator: 'equal' | 'startsWith' | 'contains'; value: string }
  | { index: 'number'; operator: '=' | '>' | '>=' | '<' | '<='; value: number }
  | { index: 'substring'; operator: 'contains'; value: string }

/**
 * Everything there is to know about one value type. One file each in this folder; nothing else may ask for a type by
 * name. `Write` is what a client may send (never null: clearing is the caller's business), `Read` what is stored and
 * returned: the two differ only by normalisation, so reading needs no step of its own.
 */
export interface ValueType<Write = unknown, Read extends Json = Json> {
  readonly name: string
  /** The keys of `typeConfiguration` that mean something here; the first line of defence when a field is defined. */
  readonly configurationKeys: readonly (keyof TypeConfiguration)[]
  /** False for generated text: a custom field of this type cannot be written, or not exist at all. */
  readonly customFields: boolean
  /** Turns what a client sent into the stored value. Throws InvalidValue. The only way in. */
  parse(input: unknown, configuration: TypeConfiguration): Read
  /** The index that holds its entries; none for documents. */
  readonly index?: IndexName
  /** How lists are sorted by it: by its one entry, by the least of several, or as the options stand; none: they are not. */
  readonly order?: 'entry' | 'least entry' | 'option'
  /** How totals are grouped by it; undefined: they are not. */
  grouping?(configuration: TypeConfiguration): Grouping | undefined
  /** Its one entry is an amount that can be summed up. */
  readonly sums?: true
  /** Where filters find this value. Pure: the same value always gives the same entries. */
  entries(value: Read, configuration: TypeConfiguration): IndexEntries
  /** The operators of the type, each turning the text after `=` into a condition. Throws InvalidValue. */
  readonly operators: { readonly [O in Operator]?: (text: string, configuration: TypeConfiguration) => Condition }
  /** Operators that screens have beyond those of the public API. */
  readonly screenOperators?: ValueType['operators']
  /** What stands in the place of a value that a field must have and that was erased. Where there is nothing, values say nothing of anybody. */
  readonly erased?: Read
  /** Words this value adds to search. */
  words(value: Read, configuration: TypeConfiguration): string[]
  /** How a person reads the value, e.g. an option's label. */
  display(value: Read, configuration: TypeConfiguration): string
  /**
   * What the text of a table's cell, which is not empty, says: as a client would write it, for `parse` to check. Throws
   * InvalidValue for a text that cannot be read.
   */
  fromCell(text: string, format: CellFormat, configuration: TypeConfiguration): unknown
  /** The value as the text of a cell, from which `fromCell` and `parse` make it again. Types with `parts` need all of them. */
  toCell(value: Read, configuration: TypeConfiguration): string
  /** What of a value may stand in columns of their own, with what people call them. */
  readonly parts?: Readonly<Record<string, string>>
  /** The value that the texts of some parts make. Throws InvalidValue. */
  fromParts?(texts: Readonly<Record<string, string>>): { [part: string]: unknown }
  /** The labels in a cell that are no options of the field. */
  unknownOptions?(text: string, format: CellFormat, configuration: TypeConfiguration): string[]
  /** The hosts of a web address, without a `www.`: two addresses of one host are of the same organisation. */
  hosts?(value: Read): string[]
  /** JSON Schema of the read form, without null. */
  readSchema(configuration: TypeConfiguration): object
  /** JSON Schema of the accepted write forms, without null. */
  writeSchema(configuration: TypeConfiguration): object
  /** Text of any length, through which search does not go. */
  readonly prose?: true
  /** A set: two values can be united when two records become one. */
  readonly isSet?: true
  /** Carries `Write` for type inference; never has a value. */
  readonly write?: Write
}

/** A value that cannot be stored. `kind` says which rule it breaks: the JSON type (400) or the rule of the type (422). */
export class InvalidValue extends Error {
  readonly kind: 'type' | 'rule'
  constructor(kind: 'type' | 'rule', message: string) {
    super(message)
    this.kind = kind
  }
}

/** The JSON type is wrong: 400 `invalid_type`. `expected` completes "expected …". */
export const wrongType = (expected: string) => new InvalidValue('type', `expected ${expected}`)

/** The JSON type is right but the value breaks a rule: 422. */
export const brokenRule = (message: string) => new InvalidValue('rule', message)
