import { cellOfTexts, parseArray, textsOfCell } from './array.ts'
import { labelOf, unknownLabels } from './options.ts'
import { parseOption, readOption } from './single-select.ts'
import type { ValueType } from './type.ts'

/** Any of the field's options, in the order in which they were given. Writing replaces the whole set. Found by one of them, on screens. */
export const multiSelect: ValueType<string[], string[]> = {
  name: 'MULTI_SELECT',
  isSet: true,
  configurationKeys: ['options'],
  customFields: true,
  parse(input, configuration) {
    const elements = parseArray(input, 'an array of ids or labels of options')
    return [...new Set(elements.map((element) => parseOption(element, configuration)))]
  },
  index: 'text',
  entries: (value) => ({ text: value }),
  operators: {},
  screenOperators: {
    equal: (text, configuration) => ({ index: 'text', operator: 'equal', value: readOption(text, configuration) }),
  },
  words: () => [],
  display: (value, configuration) => value.map((id) => labelOf(id, configuration)).join(', '),
  fromCell: (cell, { separator }) => textsOfCell(cell, separator),
  toCell: (value, configuration) => cellOfTexts(value.map((id) => labelOf(id, configuration))),
  unknownOptions: (cell, { separator }, configuration) => unknownLabels(textsOfCell(cell, separator), configuration),
  readSchema: () => ({ type: 'array', items: { type: 'string' }, description: 'The ids of options.' }),
  writeSchema: () => ({ type: 'array', items: { type: 'string' }, description: 'Ids or labels of options.' }),
}
