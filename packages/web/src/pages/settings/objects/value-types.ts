import type { ValueTypeName } from '@openfield/schema'

/** What people call the value types, and which of them a field of one's own can have. */
export const valueTypeLabels: Record<ValueTypeName, string> = {
  TEXT: 'Text',
  NUMBER: 'Number',
  CURRENCY: 'Amount of money',
  DATETIME: 'Date and time',
  CHECKBOX: 'Checkbox',
  SINGLE_SELECT: 'One of several options',
  MULTI_SELECT: 'Any of several options',
  EMAIL: 'E-mail address',
  TELEPHONE: 'Telephone number',
  URL: 'Web address',
  SOCIAL_HANDLE: 'Social profile',
  FULL_NAME: 'Name of a person',
  ADDRESS: 'Postal address',
  MARKDOWN: 'Long text with formatting',
  HTML: 'HTML',
}

export type Extra = 'options' | 'currency' | 'unique' | 'multipleValues' | 'handleService'

/** What is to be said of a field of each type besides its name; types that are not here cannot be chosen. */
export const extrasOf: Partial<Record<ValueTypeName, readonly Extra[]>> = {
  TEXT: ['unique'],
  NUMBER: ['unique'],
  CURRENCY: ['currency'],
  DATETIME: [],
  CHECKBOX: [],
  SINGLE_SELECT: ['options'],
  MULTI_SELECT: ['options'],
  EMAIL: ['unique', 'multipleValues'],
  TELEPHONE: ['unique', 'multipleValues'],
  URL: ['unique', 'multipleValues'],
  SOCIAL_HANDLE: ['handleService'],
  FULL_NAME: [],
  ADDRESS: [],
  MARKDOWN: [],
}
