import {
  type ApiError,
  badRequest,
  type Field,
  InvalidValue,
  type Json,
  type ObjectDefinition,
  unprocessable,
} from '@openfield/schema'
import { indexKey, substringKey } from '../../storage/index-key.ts'
import type { Entries } from '../../storage/records.ts'
import { searchField, wordEntry, wordsOf } from '../search/words.ts'
import type { Rules } from './rules.ts'

/** A field and the value it is to have; null clears it. */
export type FieldWrite = { field: Field; value: Json }

export type ParsedFields = {
  writes: FieldWrite[]
  /** The first business rule that is broken: answered only after references are known to be good. */
  broken: ApiError | undefined
}

/** Reads the `fields` of a body. Keys that are not defined or not writable, and wrong JSON types, are thrown at once. */
export function parseFields(
  definition: ObjectDefinition,
  input: Record<string, unknown>,
  verb: 'create' | 'update',
  { normalise = (_key, value) => value }: Pick<Rules, 'normalise'> = {},
): ParsedFields {
  const parsed: ParsedFields = { writes: [], broken: undefined }
  for (const key of Object.keys(input)) {
    const field = writableField(definition, key, verb)
    const value = normalise(key, input[key])
    if (value === null || value === undefined) {
      if (field.required) parsed.broken ??= required(definition, field)
      parsed.writes.push({ field, value: null })
      continue
    }
    try {
      parsed.writes.push({ field, value: field.type.parse(value, field.configuration) })
    } catch (error) {
      // Outside of `??=`, which would skip what it throws.
      const broken = refusal(field, error)
      parsed.broken ??= broken
    }
  }
  return parsed
}

function writableField(definition: ObjectDefinition, key: string, verb: 'create' | 'update'): Field {
  const field = definition.fields.get(key)
  const param = `fields.${key}`
  if (!field) {
    throw badRequest(
      'unknown_field',
      `Unrecognized field '${shorten(key)}' for '${definition.plural}'.`,
      shorten(param),
    )
  }
  if (field.write === 'create' && verb === 'update') {
    throw badRequest(
      'unknown_field',
      `The field '${key}' is set when the record is created and cannot be changed.`,
      param,
    )
  }
  if (field.readOnly) {
    throw badRequest('invalid_configuration', `The field '${key}' is read-only: the system writes it.`, param)
  }
  return field
}

/** A key from outside may be of any length; errors quote only its beginning. */
const shorten = (text: string) => (text.length > 200 ? `${text.slice(0, 200)}…` : text).toWellFormed()

/** A broken rule as an error to answer later; a wrong type is thrown. */
function refusal(field: Field, error: unknown): ApiError {
  if (!(error instanceof InvalidValue)) throw error
  const message = `The value of '${field.key}' is not valid: ${error.message}.`
  if (error.kind === 'type') throw badRequest('invalid_type', message, `fields.${field.key}`)
  return unprocessable(message, `fields.${field.key}`)
}

/** The 422 for a required field without a value. */
export const required = (definition: ObjectDefinition, field: Field) =>
  unprocessable(`${definition.label} requires ${field.key}.`, `fields.${field.key}`)

/** Looks up a value among some by key; null, or what `otherwise` says, when it is not there. */
export const valueIn =
  (values: readonly FieldWrite[], otherwise: (key: string) => Json = () => null) =>
  (key: string): Json => {
    const write = values.find(({ field }) => field.key === key)
    return write ? write.value : otherwise(key)
  }

/** Values are in normal form, with keys in a fixed order, save that PostgreSQL sorts them: compare without order. */
export const isSame = (left: Json, right: Json) => canonical(left) === canonical(right)

const canonical = (value: Json): string =>
  JSON.stringify(value, (_, part) =>
    typeof part === 'object' && part !== null && !Array.isArray(part) ? Object.entries(part).sort() : part,
  )

/** What a record holds for a value, and how it is sent. */
export const wireForm = ({ field, value }: FieldWrite) => ({ value, valueType: field.valueType })

/** All index rows for some values; none for cleared ones. */
export function entriesOf(values: readonly FieldWrite[]): Entries {
  const entries: Entries = {
    textFields: [],
    texts: [],
    numberFields: [],
    numbers: [],
    substringFields: [],
    substrings: [],
    uniqueFields: [],
    uniques: [],
  }
  const uniques: { field: number; value: string }[] = []
  const words: string[] = []
  for (const { field, value } of values) {
    if (value === null) continue
    for (const word of wordsOf(field, value)) words.push(wordEntry(word, field))
    const { text = [], number = [], substring = [] } = field.type.entries(value, field.configuration)
    for (const one of text) {
      entries.textFields.push(field.id)
      entries.texts.push(indexKey(one))
    }
    for (const one of number) {
      entries.numberFields.push(field.id)
      entries.numbers.push(one)
    }
    for (const one of substring) {
      entries.substringFields.push(field.id)
      entries.substrings.push(substringKey(one))
    }
    if (field.configuration.unique) {
      for (const one of [...text, ...substring]) uniques.push({ field: field.id, value: indexKey(one) })
    }
  }
  // In one order for everybody, so that writers of the same new words wait for one another in turn.
  for (const word of words.sort()) {
    entries.textFields.push(searchField)
    entries.texts.push(word)
  }
  // In one order for everybody, so that writers who claim the same values wait for one another in turn.
  uniques.sort((left, right) => left.field - right.field || (left.value < right.value ? -1 : 1))
  return { ...entries, uniqueFields: uniques.map(({ field }) => field), uniques: uniques.map(({ value }) => value) }
}

/** Bare values by key, for the change log. */
export const bareValues = (values: readonly FieldWrite[]) =>
  JSON.stringify(Object.fromEntries(values.map(({ field, value }) => [field.key, value])))
