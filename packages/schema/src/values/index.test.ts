import { describe, expect, expectTypeOf, test } from 'vitest'
import type { Address } from './address.ts'
import type { FullName } from './full-name.ts'
import { type Definition, type ReadOf, type ValueTypeName, valueTypes, type WriteOf } from './index.ts'
import type { ValueType } from './type.ts'

test('has each of the fifteen types under its own name', () => {
  expect(Object.keys(valueTypes)).toHaveLength(15)
  for (const [name, type] of Object.entries(valueTypes)) expect(type.name).toBe(name)
})

test('gives every type the operators of the API, and no others', () => {
  const ordered = ['equal', 'greaterThan', 'greaterThanOrEqual', 'lessThan', 'lessThanOrEqual']
  const operators = Object.entries(valueTypes).map(([name, type]) => [name, Object.keys(type.operators)])
  expect(Object.fromEntries(operators)).toEqual({
    ADDRESS: ['equal', 'startsWith'],
    CHECKBOX: ['equal'],
    CURRENCY: ordered,
    DATETIME: ordered,
    EMAIL: ['contains'],
    FULL_NAME: ['equal', 'startsWith'],
    HTML: [],
    MARKDOWN: [],
    MULTI_SELECT: [],
    NUMBER: ordered,
    SINGLE_SELECT: ['equal'],
    SOCIAL_HANDLE: ['equal', 'startsWith'],
    TELEPHONE: ['contains'],
    TEXT: ['equal', 'startsWith'],
    URL: ['contains'],
  })
})

test('gives every type the settings of the API, and no others', () => {
  const settings = Object.entries(valueTypes).map(([name, type]) => [name, type.configurationKeys])
  expect(Object.fromEntries(settings.filter(([, keys]) => keys?.length))).toEqual({
    CURRENCY: ['currency'],
    EMAIL: ['unique', 'multipleValues'],
    MULTI_SELECT: ['options'],
    SINGLE_SELECT: ['options'],
    SOCIAL_HANDLE: ['handleService'],
    TELEPHONE: ['unique', 'multipleValues'],
    URL: ['unique', 'multipleValues'],
  })
})

describe('types', () => {
  const define = <const Fields extends Record<string, Definition>>(fields: Fields) => fields

  const fields = define({
    $name: { valueType: 'TEXT' },
    $person: { valueType: 'FULL_NAME' },
    $address: { valueType: 'ADDRESS' },
    $amount: { valueType: 'CURRENCY', typeConfiguration: { currency: 'USD' } },
    $count: { valueType: 'NUMBER' },
    $done: { valueType: 'CHECKBOX' },
    $stage: { valueType: 'SINGLE_SELECT', typeConfiguration: { options: [{ id: 'opt_a', label: 'A' }] } },
    $tags: { valueType: 'MULTI_SELECT' },
    $email: { valueType: 'EMAIL' },
    $emails: { valueType: 'EMAIL', multipleValues: true },
    $website: { valueType: 'URL', typeConfiguration: { multipleValues: true, unique: true } },
    $photo: { valueType: 'URL', typeConfiguration: { multipleValues: false } },
    $phones: { valueType: 'TELEPHONE', typeConfiguration: {} },
    $phone: { valueType: 'TELEPHONE', multipleValues: false },
  })
  type Fields = typeof fields
  type Read = { [Key in keyof Fields]: ReadOf<Fields[Key]> }
  type Write = { [Key in keyof Fields]: WriteOf<Fields[Key]> }

  test('what is read follows from the definition', () => {
    expectTypeOf<Read>().toEqualTypeOf<{
      readonly $name: string
      readonly $person: FullName
      readonly $address: Address
      readonly $amount: number
      readonly $count: number
      readonly $done: boolean
      readonly $stage: string
      readonly $tags: string[]
      readonly $email: string
      readonly $emails: string[]
      readonly $website: string[]
      readonly $photo: string
      readonly $phones: string[]
      readonly $phone: string
    }>()
  })

  test('what may be written follows from the definition', () => {
    expectTypeOf<Write>().toEqualTypeOf<{
      readonly $name: string
      readonly $person: Partial<FullName>
      readonly $address: Partial<Address>
      readonly $amount: number
      readonly $count: number
      readonly $done: boolean
      readonly $stage: string
      readonly $tags: string[]
      readonly $email: string | string[]
      readonly $emails: string | string[]
      readonly $website: string | string[]
      readonly $photo: string | string[]
      readonly $phones: string | string[]
      readonly $phone: string | string[]
    }>()
  })

  test('a definition that is not a literal has both forms', () => {
    expectTypeOf<ReadOf<{ valueType: 'EMAIL'; multipleValues: boolean }>>().toEqualTypeOf<string | string[]>()
    expectTypeOf<ReadOf<{ valueType: 'EMAIL'; multipleValues?: true }>>().toEqualTypeOf<string | string[]>()
    expectTypeOf<ReadOf<{ valueType: 'TEXT' | 'NUMBER' }>>().toEqualTypeOf<string | number>()
    expectTypeOf<ReadOf<{ valueType: 'TEXT' } | { valueType: 'CHECKBOX' }>>().toEqualTypeOf<string | boolean>()
  })

  test('every type can be used without knowing which it is', () => {
    const typeOf = (name: ValueTypeName): ValueType => valueTypes[name]
    expect(typeOf('TEXT').parse('x', {})).toBe('x')
  })
})
