import { createHash } from 'node:crypto'
import { badRequest } from '@openfield/schema'

/** The longest text an index holds, in UTF-8 bytes. A longer one is held as its head and a digest of the whole. */
export const bytesMax = 500
/** What follows the head of a long one, in characters: a separator and a digest in base 64. */
export const digestLength = 45

/** The form of a folded text in an index: equal texts have equal keys, and a key starts with its text's first bytes. */
export function indexKey(text: string): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= bytesMax) return text
  const digest = createHash('sha256').update(bytes).digest('base64')
  return `${head(bytes, bytesMax)}\u0001${digest}`
}

/** The bounds `[low, high)` of all index keys that start with a text. */
export function prefixBounds(text: string, param: string): [low: string, high: string] {
  if (Buffer.byteLength(text) > bytesMax) {
    throw badRequest('invalid_type', `A startsWith filter takes at most ${bytesMax} bytes of text.`, param)
  }
  // The empty prefix stands for "is set and not empty".
  return [text === '' ? '\u0001' : text, afterAllWith(text)]
}

/** The least text above all that start with this one: the order of bytes is that of code points. */
function afterAllWith(text: string): string {
  const points = Array.from(text, (character) => character.codePointAt(0) ?? 0)
  while (points.at(-1) === lastPoint) points.pop()
  const last = points.pop()
  if (last === undefined) return String.fromCodePoint(lastPoint).repeat(bytesMax)
  return String.fromCodePoint(...points, last + 1 === firstSurrogate ? afterSurrogates : last + 1)
}

const lastPoint = 0x10ffff
const firstSurrogate = 0xd800
const afterSurrogates = 0xe000

/** The form of a text in the substring index: its first 2,000 bytes, which is more than an address or a URL has. */
export function substringKey(text: string): string {
  const bytes = Buffer.from(text)
  return bytes.length <= 2000 ? text : head(bytes, 2000)
}

/** Cuts before the character that would be split. */
function head(bytes: Buffer, length: number): string {
  let end = length
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return bytes.toString('utf8', 0, end)
}
