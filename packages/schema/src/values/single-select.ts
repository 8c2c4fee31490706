import { activeOptions, findOption, labelOf, oneOf, unknownLabels } from './options.ts'
import { parseString } from './string.ts'
import { brokenRule, type TypeConfiguration, type ValueType, wrongType } from './type.ts'

/** One of the field's options: written as an id or a label, stored and returned as the id. */
export const singleSelect: ValueType<string, string> = {
  name: 'SINGLE_SELECT',
  configurationKeys: ['options'],
  customFields: true,
  parse: parseOption,
  index: 'text',
  order: 'option',
  grouping: () => ({ by: 'entry', read: (entry) => entry }),
  entries: (value) => ({ text: [value] }),
  operators: {
    equal: (text, configuration) => ({ index: 'text', operator: 'equal', value: readOption(text, configuration) }),
  },
  words: () => [],
  display: labelOf,
  fromCell: (cell) => cell.trim(),
  toCell: labelOf,
  unknownOptions: (cell, _format, configuration) => unknownLabels([cell.trim()], configuration),
  readSchema: () => ({ type: 'string', description: 'The id of an option.' }),
  writeSchema: () => ({ type: 'string', description: 'The id or the label of an option.' }),
}

/** The id of the option that a client names; a retired one cannot be chosen. Throws InvalidValue. */
export function parseOption(input: unknown, configuration: TypeConfiguration): string {
  const text = parseString(input, 'the id or label of an option')
  const option = findOption(text, activeOptions(configuration))
  if (!option) throw brokenRule(`must be ${oneOf(configuration)}`)
  return option.id
}

/** The id of the option that a filter names. Throws InvalidValue. */
export function readOption(text: string, configuration: TypeConfiguration): string {
  const wanted = parseString(text)
  const option = findOption(wanted, activeOptions(configuration)) ?? findOption(wanted, configuration.options ?? [])
  if (option) return option.id
  // A filter by an id that is not there finds nothing; only a label can be misspelt.
  if (/^(opt|pd)_/.test(wanted)) return wanted
  throw wrongType(oneOf(configuration))
}
