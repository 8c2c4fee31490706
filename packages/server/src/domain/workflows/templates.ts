/** What templates may speak of, by their first words. */
export type Scope = Readonly<Record<'trigger' | 'steps' | 'workflow' | 'run', unknown>>

const places = /\{\{([^{}]*)\}\}/g
const whole = /^\{\{([^{}]*)\}\}$/

/**
 * A value with its templates filled in. A text that is one template and nothing else becomes the value that it names; in
 * other texts the value is written out. What leads nowhere is null.
 */
export function fill(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string') return fillText(value, scope)
  if (Array.isArray(value)) return value.map((one) => fill(one, scope))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fill(one, scope)]))
}

function fillText(text: string, scope: Scope): unknown {
  const [, path] = whole.exec(text) ?? []
  return path === undefined ? written(text, scope, (value) => value) : resolve(path, scope)
}

/** An address with its templates filled in: what they name is escaped, save for one that is the whole address. */
export function fillUrl(text: string, scope: Scope): string {
  const [, path] = whole.exec(text) ?? []
  return path === undefined ? written(text, scope, encodeURIComponent) : textOf(resolve(path, scope))
}

/** A text with its templates filled in, as text in any case. */
export const fillAsText = (text: string, scope: Scope): string => textOf(fillText(text, scope))

const written = (text: string, scope: Scope, write: (value: string) => string) =>
  text.replace(places, (_, path: string) => write(textOf(resolve(path, scope)).toWellFormed()))

function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

const resolve = (path: string, scope: Scope): unknown => bare(wordsOf(path).reduce(step, scope)) ?? null

/** One word further. The value of a field is gone to without saying `.value`. */
function step(from: unknown, word: string): unknown {
  const holder = isField(from) && !Object.hasOwn(from, word) ? from.value : from
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, word)) return undefined
  return (holder as Record<string, unknown>)[word]
}

/** Of a field its value; of a relationship the id of the one record, or the ids of the several. */
function bare(value: unknown): unknown {
  if (isField(value)) return value.value
  if (isRelationship(value)) return value.cardinality === 'HAS_ONE' ? (value.values[0] ?? null) : value.values
  return value
}

const isField = (value: unknown): value is { value: unknown } =>
  typeof value === 'object' && value !== null && 'value' in value && 'valueType' in value

const isRelationship = (value: unknown): value is { cardinality: string; values: unknown[] } =>
  typeof value === 'object' && value !== null && 'cardinality' in value && 'values' in value && 'objectType' in value

/** The words of a path, e.g. of `trigger.record.fields.$name`. */
export const wordsOf = (path: string) => path.trim().split('.')

/** The paths of all templates in a value, each with the place at which it stands. */
export function pathsIn(value: unknown, place: string): { place: string; path: string }[] {
  if (typeof value === 'string') return Array.from(value.matchAll(places), ([, path = '']) => ({ place, path }))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, one]) => pathsIn(one, `${place}.${key}`))
}

/** Whether there is a template in a value. */
export const hasTemplates = (value: unknown) => pathsIn(value, '').length > 0
