import codes from 'i18n-iso-countries/codes.json' with { type: 'json' }
import names from 'i18n-iso-countries/langs/en.json' with { type: 'json' }
import { comparable, textComparisons, textSearch } from './comparisons.ts'
import { parseMember, parseObject } from './object.ts'
import { wordsOf } from './string.ts'
import { brokenRule, type ValueType, wrongType } from './type.ts'

export type Address = {
  street: string | null
  street2: string | null
  city: string | null
  state: string | null
  postalCode: string | null
  country: string | null
  latitude: number | null
  longitude: number | null
}

const textKeys = ['street', 'street2', 'city', 'state', 'postalCode', 'country'] as const
const keys = [...textKeys, 'latitude', 'longitude'] as const
/** The codes of all countries, ISO 3166-1 alpha-2. */
export const countryCodes = codes.flatMap(([alpha2]) => alpha2 ?? [])

const countries = new Set(countryCodes)
const { countries: englishNames } = names
const codesByName = new Map([
  ...codes.flatMap(([alpha2 = '', alpha3 = '']) =>
    [alpha2, alpha3].map((code): [string, string] => [comparable(code), alpha2]),
  ),
  ...Object.entries(englishNames).flatMap(([code, all]) =>
    [all].flat().map((name): [string, string] => [comparable(name), code]),
  ),
])

const textSchema = { type: ['string', 'null'] }
const schema = {
  type: 'object',
  properties: {
    ...Object.fromEntries(textKeys.map((key) => [key, textSchema])),
    country: { ...textSchema, description: 'ISO 3166-1 alpha-2 code.' },
    latitude: { type: ['number', 'null'], minimum: -90, maximum: 90 },
    longitude: { type: ['number', 'null'], minimum: -180, maximum: 180 },
  },
  additionalProperties: false,
}

/** A postal address, with a place on the map. Filters see its parts on one line, with commas between them. */
export const address: ValueType<Partial<Address>, Address> = {
  name: 'ADDRESS',
  configurationKeys: [],
  customFields: true,
  parse(input) {
    const members = parseObject(input, keys)
    return {
      street: parseMember('street', members.street),
      street2: parseMember('street2', members.street2),
      city: parseMember('city', members.city),
      state: parseMember('state', members.state),
      postalCode: parseMember('postalCode', members.postalCode),
      country: parseCountry(members.country),
      latitude: parseDegrees('latitude', members.latitude, 90),
      longitude: parseDegrees('longitude', members.longitude, 180),
    }
  },
  index: 'text',
  order: 'entry',
  entries: (value) => ({ text: [comparable(oneLine(value))] }),
  operators: textComparisons,
  screenOperators: textSearch,
  words: (value) => wordsOf(oneLine(value)),
  display: oneLine,
  fromCell: (cell) => ({ street: cell.trim() }),
  toCell: oneLine,
  parts: {
    street: 'Street',
    street2: 'Street 2',
    city: 'City',
    state: 'State',
    postalCode: 'Postal code',
    country: 'Country',
    latitude: 'Latitude',
    longitude: 'Longitude',
  },
  fromParts: ({ country, latitude, longitude, ...texts }) => ({
    ...texts,
    ...(country !== undefined && { country: countryCode(country) }),
    ...(latitude !== undefined && { latitude: degrees('latitude', latitude) }),
    ...(longitude !== undefined && { longitude: degrees('longitude', longitude) }),
  }),
  readSchema: () => ({ ...schema, required: keys }),
  writeSchema: () => schema,
}

function oneLine(value: Address): string {
  const parts = textKeys.map((key) => value[key]?.trim())
  return parts.filter(Boolean).join(', ')
}

function parseCountry(input: unknown): string | null {
  const country = parseMember('country', input)
  if (country === null) return null
  // The pattern comes first because some single letters have two in upper case, e.g. ß.
  const code = /^[a-z]{2}$/i.test(country) ? country.toUpperCase() : ''
  if (!countries.has(code)) throw brokenRule('country must be an ISO 3166-1 alpha-2 code, e.g. US')
  return code
}

function parseDegrees(key: string, input: unknown, max: number): number | null {
  if (input === undefined || input === null) return null
  if (typeof input !== 'number') throw wrongType(`${key} to be a number or null`)
  if (!(Math.abs(input) <= max)) throw brokenRule(`${key} must be between -${max} and ${max}`)
  return input + 0
}

/** The code of a country that a cell names by a code of two or three letters, or in English. */
function countryCode(cell: string): string {
  const code = codesByName.get(comparable(cell))
  if (code === undefined) throw brokenRule('country must be the name of a country in English, or its code, e.g. DE')
  return code
}

function degrees(part: string, cell: string): number {
  const number = Number(cell.replace(',', '.'))
  if (!Number.isFinite(number)) throw brokenRule(`${part} must be a number of degrees, e.g. 52.52`)
  return number
}
