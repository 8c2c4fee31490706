import { badRequest, type Field, type ObjectDefinition, type Relationship } from '@openfield/schema'
import type { VersionedDefinitions } from '../../storage/definitions.ts'
import type { Sort, SortKey } from '../../storage/query.ts'
import { isMoment, requireOpen } from './query-filters.ts'

/** Reads what a list is sorted by: `$amount`, `-$amount` for the greatest first; by default the newest come first. */
export function parseSort(
  definitions: VersionedDefinitions,
  definition: ObjectDefinition,
  written: string | undefined = '-createdAt',
): Sort {
  const descending = written.startsWith('-')
  const key = descending ? written.slice(1) : written
  requireOpen(definition, key, 'sort')
  if (isMoment(definition, key)) return { descending, key: { by: key === 'createdAt' ? 'creation' : 'change' } }
  const field = definition.fields.get(key)
  const relationship = definition.relationships.get(key)
  const found = field ? byField(field) : relationship && byLink(definitions, relationship)
  if (found) return { descending, key: found }
  const named = key.slice(0, 200).toWellFormed()
  if (field)
    throw badRequest('invalid_configuration', `A list cannot be sorted by '${named}', a ${field.valueType}.`, 'sort')
  if (relationship) {
    throw badRequest(
      'invalid_configuration',
      `A list is sorted by a relationship with one record that has a name; '${named}' is none.`,
      'sort',
    )
  }
  throw badRequest('unknown_field', `There is no field or relationship '${named}' in '${definition.plural}'.`, 'sort')
}

function byField({ id: field, type: { index, order }, configuration }: Field): SortKey | undefined {
  if (!index || !order) return undefined
  if (order !== 'option') return { by: order, index, field }
  return { by: order, field, options: (configuration.options ?? []).map((option) => option.id) }
}

/** By what the record at the other end is called, as far as its first title field says that. */
function byLink({ types }: VersionedDefinitions, { ids, one, side, objectType }: Relationship): SortKey | undefined {
  const other = types.get(objectType)
  const field = other?.fields.get(other.title[0] ?? '')
  const [relationship, ...more] = ids
  if (!one || !field || field.type.index !== 'text' || relationship === undefined || more.length > 0) return undefined
  return { by: 'link', relationship, side, field: field.id }
}
