import { collapse, fold, parseString } from './string.ts'
import type { ValueType } from './type.ts'

type Operators = ValueType['operators']

/** The operators of values that have an order. `read` turns the filter's text into the indexed number, or throws. */
export const numberComparisons = (read: (text: string) => number): Operators => ({
  equal: (text) => ({ index: 'number', operator: '=', value: read(text) }),
  greaterThan: (text) => ({ index: 'number', operator: '>', value: read(text) }),
  greaterThanOrEqual: (text) => ({ index: 'number', operator: '>=', value: read(text) }),
  lessThan: (text) => ({ index: 'number', operator: '<', value: read(text) }),
  lessThanOrEqual: (text) => ({ index: 'number', operator: '<=', value: read(text) }),
})

/** The form in which texts made of several parts are compared: neither case nor the amount of white space counts. */
export const comparable = (text: string) => fold(collapse(text))

/** The operators of values that are indexed by their `comparable` text. */
export const textComparisons: Operators = {
  equal: (text) => ({ index: 'text', operator: 'equal', value: comparable(parseString(text)) }),
  startsWith: (text) => ({ index: 'text', operator: 'startsWith', value: comparable(parseString(text)) }),
}

/** What screens can ask of them, too. */
export const textSearch: Operators = {
  contains: (text) => ({ index: 'text', operator: 'contains', value: comparable(parseString(text)) }),
}
