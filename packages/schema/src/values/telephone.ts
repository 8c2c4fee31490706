import { getCountryCallingCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min'
import { oneOrMany } from './one-or-many.ts'
import { brokenRule } from './type.ts'

const lengthMax = 100

/** Telephone numbers: E.164 where the country is known, digits where it is not, both with `;ext=` where given. */
export const telephone = oneOrMany({
  name: 'TELEPHONE',
  manyByDefault: true,
  parse: parseTelephone,
  key: (element) => element,
  sought,
  words: wordsOfTelephone,
  description: 'A telephone number: E.164, a US number, or the 7 to 15 digits of a local one.',
})

function parseTelephone(text: string): string {
  if (text.length > lengthMax) throw brokenRule(`must have at most ${lengthMax} characters`)
  const { main, extension } = withoutExtension(text)
  if (!/^\+?[\d\s().\p{Pd}/]+$/u.test(main)) throw brokenRule('must be a telephone number of digits and punctuation')
  const dialled = withoutPunctuation(main)
  const number = dialled.startsWith('+') ? parseInternational(dialled) : (parseAmerican(dialled) ?? parseLocal(dialled))
  return number + extension
}

function withoutExtension(text: string): { main: string; extension: string } {
  // Copying from a telephone brings along invisible marks and wide digits.
  const plain = text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .trim()
  const match = /^(.*?)[\s,;]*(?:ext(?:ension)?\s*[.:=]?|x|#)\s*(\d{1,15})$/i.exec(plain)
  return { main: match?.[1] ?? plain, extension: match ? `;ext=${match[2]}` : '' }
}

/** The digits, and the plus before them. */
const withoutPunctuation = (text: string) => (text.startsWith('+') ? '+' : '') + text.replace(/\D/g, '')

// Possible, not valid: which ranges are in use changes by the month, and a customer's new number must not be refused.
function parseInternational(dialled: string): string {
  const number = parsePhoneNumberFromString(dialled)
  if (!number?.isPossible()) throw brokenRule('must be a country code and a number of that country after the +')
  return number.number
}

/** A number as dialled in the US, which may be one abroad (011…). Undefined when it is neither. */
function parseAmerican(dialled: string): string | undefined {
  const number = parsePhoneNumberFromString(dialled, 'US')
  if (!number?.isPossible()) return undefined
  // An area code never begins with 0 or 1, which tells local numbers of other countries apart.
  return number.countryCallingCode === '1' && !/^[2-9]\d{9}$/.test(number.nationalNumber) ? undefined : number.number
}

function parseLocal(dialled: string): string {
  if (!/^\d{7,15}$/.test(dialled)) throw brokenRule('must be + and a country code, a US number, or 7 to 15 digits')
  return dialled
}

/** The part of a stored number that the text means, however it is punctuated; a text that is no number is left alone. */
function sought(text: string): string {
  if (text.length > lengthMax) return text
  const { main, extension } = withoutExtension(text)
  if (/\p{L}/u.test(main)) return text
  return withoutPunctuation(main) + extension || text
}

function wordsOfTelephone(element: string): string[] {
  const [number = '', extension = ''] = element.split(';ext=')
  const national = number.startsWith('+') ? parsePhoneNumberFromString(number)?.nationalNumber : undefined
  return [number.replace('+', ''), national ?? '', extension].filter((word) => word !== '')
}

/** A stored number as people write it: without the country in the reader's own (ISO 3166-1 alpha-2), with it elsewhere. */
export function readableTelephone(stored: string, country: string): string {
  const [main = '', extension] = stored.split(';ext=')
  const number = main.startsWith('+') ? parsePhoneNumberFromString(main) : undefined
  const isHome = number?.countryCallingCode === callingCodeOf(country)
  const readable = (isHome ? number?.formatNational() : number?.formatInternational()) ?? main
  return extension === undefined ? readable : `${readable} ext. ${extension}`
}

const callingCodeOf = (country: string) => (isSupportedCountry(country) ? getCountryCallingCode(country) : undefined)
