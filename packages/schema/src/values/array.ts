import { brokenRule, wrongType } from './type.ts'

/** The most elements that a value with several of them can have, as long as its field does not say otherwise. */
const elementsMax = 100

/** An array of a bearable length; its elements are the caller's to check. Throws InvalidValue. */
export function parseArray(input: unknown, expected: string, most = elementsMax): unknown[] {
  if (!Array.isArray(input)) throw wrongType(expected)
  if (input.length > most) throw brokenRule(`must have at most ${most} elements`)
  return input
}

/** The texts that a cell lists. The extension of a telephone number follows a semicolon, and is none of them. */
export const textsOfCell = (text: string, separator: string): string[] =>
  text
    .split('\n')
    .flatMap((line) => line.split(separator === ';' ? /;(?!ext=)/ : separator))
    .map((one) => one.trim())
    .filter((one) => one !== '')

/** Texts as one cell. */
export const cellOfTexts = (texts: readonly string[]) => texts.join('; ')

/** The first of all elements with the same key, in the order given. */
export function uniqueBy<T>(elements: T[], key: (element: T) => string): T[] {
  const seen = new Set<string>()
  return elements.filter((element) => seen.size < seen.add(key(element)).size)
}
