import { badRequest, type ObjectDefinition } from '@openfield/schema'
import type { Connection } from '../../storage/database.ts'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import type { Filter } from '../../storage/filters.ts'
import { visibleRecords } from '../../storage/visibility.ts'
import { parseQueryFilters } from '../records/query-filters.ts'

const filtersMax = 25

/** Reads a filter as the query string of a list says it, e.g. `$stage=Won&$amount[greaterThan]=1000`. */
export function parseRecordFilter(
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  filter: string,
): Filter[] {
  const pairs = Array.from(new URLSearchParams(filter), ([key, text]) => ({ key, text }))
  if (pairs.length > filtersMax) {
    throw badRequest('invalid_configuration', `A filter takes at most ${filtersMax} conditions.`, 'filter')
  }
  const broken = pairs.find(({ key, text }) => `${key}${text}`.includes('\0'))
  if (broken) throw badRequest('invalid_type', 'A filter is text without NUL.', 'filter')
  return parseQueryFilters(definitions, definition, pairs)
}

/** Which of some records pass all filters, as they are now. */
export async function recordsPassing(
  db: Connection,
  workspace: number,
  filters: readonly Filter[],
  ids: readonly string[],
): Promise<Set<string>> {
  let left = [...ids]
  for (const filter of filters) {
    const found = new Set(await visibleRecords(db, workspace, left, filter))
    left = left.filter((id) => found.has(id) !== filter.negated)
  }
  return new Set(left)
}
