import { filterOperators } from '@openfield/sdk'
import type { ShownType } from '../../records/object-types.ts'
import type { Definitions, FieldDefinition } from '../../records/record.ts'
import { titleKey } from './columns.ts'
import type { Condition, Filter } from './filters.ts'

/** What records are looked for by while one types: what they are called, and the first texts that are found by a part. */
export function quickFilters(type: ShownType, { fields }: Definitions) {
  const title = titleKey(type)
  const sought = [...fields.filter(({ key }) => key === title), ...fields.filter(isFoundByPart).slice(0, partsMax)]
  return {
    placeholder: `Find by ${sought.map(({ label }) => label.toLowerCase()).join(', ')}`,
    /** What an address looks for. */
    textOf: (condition: Condition | undefined) => condition?.[0]?.text ?? '',
    filtersFor: (text: string): Condition | undefined =>
      text.trim() === ''
        ? undefined
        : sought.map(({ key }): Filter => ({ key, negated: false, operator: 'contains', text })),
  }
}

const partsMax = 2

/** Addresses, numbers and sites, of which one remembers a part. */
const isFoundByPart = ({ valueType }: FieldDefinition) =>
  filterOperators[valueType].some((operator) => operator === 'contains')
