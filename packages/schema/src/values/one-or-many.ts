import { cellOfTexts, parseArray, textsOfCell, uniqueBy } from './array.ts'
import { fold, parseString } from './string.ts'
import { type TypeConfiguration, type ValueType, wrongType } from './type.ts'

/** What is particular to the texts of such a type; the rest is the same for all of them. */
type Element<ByDefault extends boolean> = {
  name: string
  /** Whether a field holds several when its configuration does not say. */
  manyByDefault: ByDefault
  /** A trimmed text in its normal form. Throws InvalidValue. */
  parse(text: string): string
  /** Two elements with the same key are the same. */
  key(element: string): string
  /** What a filter looks for within the folded elements. */
  sought(text: string): string
  words(element: string): string[]
  /** See ValueType. */
  host?(element: string): string
  description: string
}

export interface OneOrMany<ByDefault extends boolean> extends ValueType<string | string[], string | string[]> {
  readonly manyByDefault: ByDefault
}

/**
 * A value type whose fields hold one text or several, as `multipleValues` says. Either form can be written, as long as
 * it fits: one text is a list of one, a list of one is one text. Filters look for a part of any element.
 */
export function oneOrMany<ByDefault extends boolean>(element: Element<ByDefault>): OneOrMany<ByDefault> {
  const isMany = (configuration: TypeConfiguration) => configuration.multipleValues ?? element.manyByDefault
  const { host } = element
  const one = { type: 'string', description: element.description }
  const many = { type: 'array', items: one }

  return {
    name: element.name,
    configurationKeys: ['unique', 'multipleValues'],
    customFields: true,
    manyByDefault: element.manyByDefault,
    parse(input, configuration) {
      const list =
        typeof input === 'string'
          ? [input]
          : parseArray(input, 'a string or an array of strings', configuration.valuesMax)
      const elements = uniqueBy(
        list.map((item) => element.parse(parseString(item).trim())),
        element.key,
      )
      return isMany(configuration) ? elements : theOnly(elements)
    },
    index: 'substring',
    order: 'least entry',
    grouping: (configuration) => (isMany(configuration) ? undefined : { by: 'entry', read: (entry) => entry }),
    entries: (value) => ({ substring: listOf(value).map(fold) }),
    operators: {
      contains: (text) => ({
        index: 'substring',
        operator: 'contains',
        value: fold(element.sought(parseString(text).trim())),
      }),
    },
    words: (value) => listOf(value).flatMap(element.words),
    display: (value) => listOf(value).join(', '),
    fromCell: (cell, { separator }, configuration) =>
      isMany(configuration) ? textsOfCell(cell, separator) : cell.trim(),
    toCell: (value) => cellOfTexts(listOf(value)),
    ...(host && { hosts: (value: string | string[]) => listOf(value).map(host) }),
    readSchema: (configuration) => (isMany(configuration) ? many : one),
    writeSchema: () => ({ anyOf: [one, many] }),
  }
}

// Tolerant of the other form: a field may have been changed from one to several after the value was stored.
const listOf = (value: string | string[]) => (typeof value === 'string' ? [value] : value)

function theOnly(elements: string[]): string {
  const [only, ...others] = elements
  if (only === undefined || others.length > 0) throw wrongType('a single string')
  return only
}
