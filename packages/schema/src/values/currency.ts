import { number } from './number.ts'
import type { ValueType } from './type.ts'

/** An amount of money: a bare number. Its currency (ISO 4217) is the field's, never the value's. */
export const currency: ValueType<number, number> = {
  ...number,
  name: 'CURRENCY',
  configurationKeys: ['currency'],
  display: (value, configuration) => [value, configuration.currency].filter((part) => part !== undefined).join(' '),
}
