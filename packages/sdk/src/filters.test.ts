import { valueTypes } from '@openfield/schema'
import { expect, test } from 'vitest'
import { filterOperators } from './filters.ts'

test('the operators of each value type are those of the schema', () => {
  const ofSchema = Object.entries(valueTypes).map(([name, { operators }]) => [name, Object.keys(operators)])
  expect(filterOperators).toEqual(Object.fromEntries(ofSchema))
})
