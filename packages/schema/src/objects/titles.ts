import type { Json } from '../values/type.ts'

/**
 * What a record is called: the first of its type's title fields that says something. `read` gives a field's value, and
 * `textOf` how a person reads it; of several values the first counts.
 */
export function titleOf(
  type: { name: string; title: readonly string[] },
  read: (key: string) => unknown,
  textOf: (value: Json, key: string) => string,
): string {
  for (const key of type.title) {
    const value = [read(key)].flat()[0] as Json | undefined
    const text = value === null || value === undefined ? '' : textOf(value, key).trim()
    if (text !== '') return text
  }
  return `Unnamed ${type.name}`
}
