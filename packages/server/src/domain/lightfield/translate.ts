import { decodeId, type Field, type ObjectDefinition, timeOfUuid, uuidAt } from '@openfield/schema'
import { fieldFor, optionFor } from './definitions.ts'
import type { SourceDefinitions, SourceRecord } from './source.ts'

/** What a record is to be here: bare values, and links by key to ids of the source. */
export type Translated = {
  fields: Record<string, unknown>
  links: Record<string, string[]>
  /** Keys of fields with a value that has no place here. */
  left: string[]
}

/** The stored ids of what is here, by the ids of the source. */
export class Ids {
  readonly #here = new Map<string, string>()

  /** Notes that a record is here, under which id. */
  set(id: string, uuid: string) {
    this.#here.set(id, uuid)
  }

  get(id: string): string | undefined {
    return this.#here.get(id)
  }
}

/**
 * The stored id that a record of a type has here: its own, if that is of our form and says when the record was made. Of
 * another form, one that follows from it and the time, and the original is the external id.
 */
export function idFor(
  { prefix }: Pick<ObjectDefinition, 'prefix'>,
  { id, createdAt }: { id: string; createdAt: string },
) {
  const uuid = decodeId(prefix, id)
  if (uuid?.[14] === '7' && timeOfUuid(uuid).getTime() === Date.parse(createdAt)) return { uuid, isKept: true }
  return { uuid: uuidAt(new Date(createdAt), 0, id), isKept: false }
}

/** What writes itself here, from what is known: it is not copied. */
const isWritten = (field: Field) => field.readOnly || field.apart

/** A record in the terms of this workspace; labels of options come from the definitions of the source. */
export function translate(
  definition: ObjectDefinition,
  there: SourceDefinitions | undefined,
  record: SourceRecord,
): Translated {
  const fields: Record<string, unknown> = {}
  const left: string[] = []
  for (const [key, { value }] of Object.entries(record.fields)) {
    if (value === null) continue
    const field = fieldFor(definition, key)
    // A stage says which pipeline it is of.
    if (key === '$pipeline' || (field && isWritten(field))) continue
    const translated = field && valueFor(field, value, there?.fieldDefinitions[key]?.typeConfiguration.options)
    if (field && translated !== undefined) fields[field.key] = translated
    else left.push(key)
  }
  const links = Object.entries(record.relationships ?? {}).flatMap(([key, { values }]) =>
    definition.relationships.has(key) ? [[key, values] as const] : [],
  )
  return { fields, links: Object.fromEntries(links), left }
}

/** A value with the ids of options here; undefined when there is no such option. */
function valueFor(field: Field, value: unknown, options: readonly { id: string; label: string }[] = []): unknown {
  if (!field.configuration.options) return value
  const one = (id: unknown) =>
    optionFor(field, options.find((option) => option.id === id) ?? { id: String(id), label: String(id) })
  if (!Array.isArray(value)) return one(value)
  const all = value.map(one)
  return all.includes(undefined) ? undefined : all
}

/** Whether two values are the same, whatever the order of keys and of what is a set. */
export const isSameValue = (here: unknown, there: unknown): boolean => canonical(here) === canonical(there)

function canonical(value: unknown): string {
  if (Array.isArray(value)) return JSON.stringify(value.map(canonical).sort())
  if (typeof value === 'object' && value !== null) {
    const set = Object.entries(value).filter(([, one]) => one !== null)
    return JSON.stringify(set.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, canonical(one)]))
  }
  return JSON.stringify(value)
}
