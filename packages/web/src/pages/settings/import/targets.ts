import type { ValueTypeName } from '@openfield/schema'
import type { Definitions } from '../../../records/record.ts'

/** What a column can become, for a select with groups. */
export type TargetGroup = { group: string; items: { value: string; label: string }[] }

/** Values that come in several columns, and what each part is called. */
const partsOf: Partial<Record<ValueTypeName, Readonly<Record<string, string>>>> = {
  FULL_NAME: { firstName: 'first name', lastName: 'last name' },
  ADDRESS: {
    street: 'street',
    street2: 'second line',
    city: 'city',
    state: 'state',
    postalCode: 'postal code',
    country: 'country',
  },
}

export function targetsOf({ fields, relationships }: Definitions): TargetGroup[] {
  const writable = fields.filter(({ readOnly }) => !readOnly)
  return [
    {
      group: 'Fields',
      items: writable.flatMap(({ key, label, valueType }) => [
        { value: key, label },
        ...Object.entries(partsOf[valueType] ?? {}).map(([part, name]) => ({
          value: `${key}.${part}`,
          label: `${label}: ${name}`,
        })),
      ]),
    },
    {
      group: 'Linked records, by name, address or id',
      items: relationships.filter(({ readOnly }) => !readOnly).map(({ key, label }) => ({ value: key, label })),
    },
    {
      group: 'Which record it is',
      items: [
        { value: 'externalId', label: 'Id in the other system' },
        { value: 'id', label: 'Id here' },
      ],
    },
  ]
}

/** What there is to say about how the texts of a column are read, by the type of what they become. */
export const readingOf = (
  definitions: Definitions,
  to: string | null,
): 'dates' | 'decimal' | 'unknownOptions' | undefined => {
  const [key] = (to ?? '').split('.')
  const type = definitions.fields.find((field) => field.key === key)?.valueType
  return type && readings[type]
}

const readings: Partial<Record<ValueTypeName, 'dates' | 'decimal' | 'unknownOptions'>> = {
  DATETIME: 'dates',
  NUMBER: 'decimal',
  CURRENCY: 'decimal',
  SINGLE_SELECT: 'unknownOptions',
  MULTI_SELECT: 'unknownOptions',
}
