import type { AnyRecord } from './record.ts'

/** All the fields that may say what a record is called, for the `fields` of a list. */
export const titleKeys: readonly string[] = ['$name', '$email', '$title', '$filename', '$text']

/** What a record is called, by the first of its type's title fields that says something; without them, told by its own. */
export function titleText(
  type: { name: string; title?: readonly string[] },
  record: Pick<AnyRecord, 'fields'>,
): string {
  // Where a record has a name, `$title` is something else, such as a job.
  const candidates = type.title ?? (record.fields['$name'] ? ['$name', '$email'] : ['$title', '$filename', '$text'])
  const titles = candidates.map((key) => textOf(record.fields[key]?.value))
  return titles.find((title) => title !== '') ?? `Unnamed ${type.name}`
}

/** Names of people have two parts; of several values the first counts. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim()
  if (Array.isArray(value)) return textOf(value[0])
  if (typeof value !== 'object' || value === null) return ''
  const { firstName, lastName } = value as { firstName?: string | null; lastName?: string | null }
  return [firstName, lastName].filter(Boolean).join(' ').trim()
}
