import { expect, test } from 'vitest'
import { address } from './address.ts'
import { brokenRule, wrongType } from './type.ts'

const empty = {
  street: null,
  street2: null,
  city: null,
  state: null,
  postalCode: null,
  country: null,
  latitude: null,
  longitude: null,
}
const office = {
  street: '1 Main St',
  street2: null,
  city: 'Springfield',
  state: 'IL',
  postalCode: '62701',
  country: 'US',
  latitude: 39.8,
  longitude: -89.65,
}

test('stores all eight keys, null when absent', () => {
  expect(address.parse({}, {})).toStrictEqual(empty)
  expect(address.parse({ city: 'Berlin', state: null }, {})).toStrictEqual({ ...empty, city: 'Berlin' })
  expect(address.parse(office, {})).toStrictEqual(office)
})

test('writes the country in capitals', () => {
  expect(address.parse({ country: 'gb' }, {})).toMatchObject({ country: 'GB' })
})

test('422: a country that is not an ISO code of two letters', () => {
  for (const country of ['', 'U', 'UK', 'ZZ', 'USA', 'Germany', ' US', '12', 'ß', 'toString']) {
    expect(() => address.parse({ country }, {})).toThrow(
      brokenRule('country must be an ISO 3166-1 alpha-2 code, e.g. US'),
    )
  }
})

test('422: a place that is not on the globe', () => {
  expect(address.parse({ latitude: -90, longitude: 180 }, {})).toMatchObject({ latitude: -90, longitude: 180 })
  for (const latitude of [90.01, -91, Number.POSITIVE_INFINITY]) {
    expect(() => address.parse({ latitude }, {})).toThrow(brokenRule('latitude must be between -90 and 90'))
  }
  expect(() => address.parse({ longitude: 180.5 }, {})).toThrow(brokenRule('longitude must be between -180 and 180'))
})

test('400: not an object, or one with another key', () => {
  const expected = wrongType(
    'an object with only the keys street, street2, city, state, postalCode, country, latitude, longitude',
  )
  for (const input of ['1 Main St', [], null, { zip: '1' }, JSON.parse('{"__proto__":{}}')]) {
    expect(() => address.parse(input, {})).toThrow(expected)
  }
})

test('400: a part of the wrong type, saying which', () => {
  expect(() => address.parse({ postalCode: 62701 }, {})).toThrow(wrongType('postalCode to be a string or null'))
  expect(() => address.parse({ latitude: '39.8' }, {})).toThrow(wrongType('latitude to be a number or null'))
})

test('is one line, without the parts that are missing', () => {
  expect(address.display(office, {})).toBe('1 Main St, Springfield, IL, 62701, US')
  expect(address.display({ ...empty, street: ' ', city: 'Berlin' }, {})).toBe('Berlin')
  expect(address.display(empty, {})).toBe('')
})

test('is found by that line or its beginning, whatever the case and white space', () => {
  expect(address.entries({ ...office, street: '1  Main\nSt' }, {})).toEqual({
    text: ['1 main st, springfield, il, 62701, us'],
  })
  expect(address.operators.equal?.('Berlin,  DE', {})).toEqual({
    index: 'text',
    operator: 'equal',
    value: 'berlin, de',
  })
  expect(address.operators.startsWith?.('1 MAIN', {})).toEqual({
    index: 'text',
    operator: 'startsWith',
    value: '1 main',
  })
})

test('is searched by its words', () => {
  expect(address.words(office, {})).toEqual(['1', 'main', 'st', 'springfield', 'il', '62701', 'us'])
})
