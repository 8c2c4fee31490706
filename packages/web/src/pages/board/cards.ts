import type { Definitions, FieldDefinition, RelationshipDefinition } from '../../records/record.ts'
import { titleKeys } from '../../records/titles.ts'

/** What a card says besides its title: the first of each kind that the type has. */
export type CardParts = {
  amount: FieldDefinition | undefined
  date: FieldDefinition | undefined
  /** The record it belongs to, and the member who is responsible for it. */
  parent: RelationshipDefinition | undefined
  owner: RelationshipDefinition | undefined
}

export function cardParts({ fields, relationships }: Definitions): CardParts {
  const writable = fields.filter(({ readOnly }) => !readOnly)
  const single = relationships.filter(({ cardinality, readOnly }) => cardinality === 'HAS_ONE' && !readOnly)
  return {
    amount: writable.find(({ valueType }) => valueType === 'CURRENCY'),
    date: writable.find(({ valueType }) => valueType === 'DATETIME'),
    parent: single.find(({ objectType }) => objectType !== 'member'),
    owner: single.find(({ objectType }) => objectType === 'member'),
  }
}

/** The select whose options are the columns: the one that is asked for, else the first there is. */
export function columnField(definitions: Definitions, asked: string | undefined): FieldDefinition | undefined {
  const selects = definitions.fields.filter(({ valueType, readOnly }) => valueType === 'SINGLE_SELECT' && !readOnly)
  return selects.find(({ key }) => key === asked) ?? selects[0]
}

/** The keys that cards show, for the `fields` of a list. */
export const cardKeys = ({ fields }: Definitions, column: FieldDefinition, parts: CardParts): string[] => [
  ...titleKeys.filter((key) => fields.some((field) => field.key === key)),
  column.key,
  ...Object.values(parts).flatMap((part) => part?.key ?? []),
]
