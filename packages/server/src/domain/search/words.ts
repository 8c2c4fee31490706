import type { Field, Json } from '@openfield/schema'

/** The index entries of search stand under this field; the system's own begin at 100. */
export const searchField = 0

/** What a field adds to search at most, and how much of a word counts. */
const wordsMax = 20
const lengthMax = 40

/** The words of a field's value as search keeps them, each once. */
export function wordsOf({ searched, type, configuration }: Field, value: Json): string[] {
  if (!searched || value === null) return []
  const words = new Set<string>()
  for (const word of type.words(value, configuration)) {
    if (words.size === wordsMax) break
    for (const part of plain(word)) words.add(part)
  }
  return [...words]
}

/** The index entry of a word in a field. */
export const wordEntry = (word: string, { id }: Pick<Field, 'id'>) => `${word} ${id}`

const letters: Record<string, string> = {
  ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', þ: 'th', ł: 'l', ħ: 'h', ı: 'i', ĸ: 'k', ŋ: 'n', ŧ: 't' },
}

/** A text in lower case, without accents and with letters of the English alphabet where there are such, by its words. */
export function plain(text: string): string[] {
  if (/^[a-z0-9]+$/.test(text)) return [text.slice(0, lengthMax)]
  const bare = text.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '')
  const written = bare.replace(/[ßæœøđðþłħıĸŋŧ]/g, (letter) => letters[letter] ?? letter)
  return (written.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => word.slice(0, lengthMax).toWellFormed())
}
