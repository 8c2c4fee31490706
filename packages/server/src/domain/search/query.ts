import { plain } from './words.ts'

/** A part of what is searched for: a word, or the digits of a number. */
export type Token = { text: string; isNumber: boolean }

const tokensMax = 8
const numberMin = 5

/**
 * What a text asks for. Digits that may be one number, however they are punctuated, are one; if nothing is found so, each
 * group of digits may be a word of its own, which is the second reading.
 */
export function readingsOf(text: string): Token[][] {
  const words = plainTokens(text)
  const [withNumbers] = [numberTokens(text)]
  return withNumbers.some(({ isNumber }) => isNumber) ? [withNumbers, words] : [words]
}

const plainTokens = (text: string): Token[] =>
  unique(plain(text.replace(/\bhttps?:\/\/|\bwww\./gi, ' ')).map((word) => ({ text: word, isNumber: false })))

function numberTokens(text: string): Token[] {
  const numbers: Token[] = []
  const rest = text.replace(/[+(]?\d[\d\s()./\p{Pd}]*\d/gu, (found) => {
    // A number may be dialled with zeros before the country or the area, which are not part of it.
    const digits = found.replace(/\D/g, '').replace(/^0+/, '')
    if (digits.length < numberMin) return found
    numbers.push({ text: digits, isNumber: true })
    return ' '
  })
  return unique([...numbers, ...plainTokens(rest)])
}

const unique = (tokens: readonly Token[]) =>
  [...new Map(tokens.map((token) => [token.text, token])).values()].slice(0, tokensMax)

/** How well a word answers a token: the word itself, its beginning, a part of it, one with one or more mistakes, not at all. */
export const likeness = { same: 4, beginning: 3, part: 2, mistaken: 1, none: 0 } as const

const partMin = 3

export function likenessOf({ text, isNumber }: Token, word: string): number {
  if (word === text) return likeness.same
  if (word.startsWith(text)) return likeness.beginning
  if (isNumber) return word.includes(text) || (word.length >= 7 && text.endsWith(word)) ? likeness.part : likeness.none
  if (text.length >= partMin && word.includes(text)) return likeness.part
  const mistakes = mistakesIn(text, word)
  return mistakes === undefined ? likeness.none : likeness.mistaken / mistakes
}

/** How many letters may be wrong, missing, too many or changed places. */
export const mistakesMax = (text: string) => (text.length < 4 ? 0 : text.length < 8 ? 1 : 2)

/** How many mistakes make a text of a word, or of its beginning while it is being typed; undefined when too many. */
function mistakesIn(text: string, word: string): number | undefined {
  const most = mistakesMax(text)
  if (most === 0 || /^\d/.test(text) || word.length < text.length - most) return undefined
  const isTyped = text.length >= typedMin && word.length > text.length
  const mistakes = Math.min(distance(text, word), isTyped ? distance(text, word.slice(0, text.length)) + 0.5 : most + 1)
  return mistakes < most + 1 ? mistakes : undefined
}

const typedMin = 5

/** How many letters to change, leave out, put in or swap with their neighbours make one word of another. */
function distance(left: string, right: string): number {
  let [before, previous] = [[] as number[], Array.from({ length: right.length + 1 }, (_, n) => n)]
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= right.length; column += 1) {
      const [a, b] = [left[row - 1], right[column - 1]]
      const changed = (previous[column - 1] ?? 0) + (a === b ? 0 : 1)
      const swapped = a === right[column - 2] && left[row - 2] === b ? (before[column - 2] ?? 0) + 1 : changed
      current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, changed, swapped))
    }
    before = previous
    previous = current
  }
  return previous.at(-1) ?? 0
}
