import { numberComparisons } from './comparisons.ts'
import { brokenRule, type ValueType, wrongType } from './type.ts'

const max = Number.MAX_SAFE_INTEGER

/** A number with at most two decimals, exact to the cent over the whole range of safe integers. */
export const number: ValueType<number, number> = {
  name: 'NUMBER',
  configurationKeys: [],
  customFields: true,
  parse: parseNumber,
  index: 'number',
  order: 'entry',
  sums: true,
  entries: (value) => ({ number: [value] }),
  operators: numberComparisons(readNumber),
  words: () => [],
  display: String,
  fromCell: (cell, { decimal }) => readCell(cell, decimal),
  toCell: String,
  readSchema: () => ({ type: 'number', minimum: -max, maximum: max }),
  writeSchema: () => ({ type: 'number', minimum: -max, maximum: max, description: 'At most two decimals.' }),
}

function parseNumber(input: unknown): number {
  if (typeof input !== 'number') throw wrongType('a number')
  // Negated, because NaN is neither above nor below a bound. JSON has no infinities, but `1e999` is read as one.
  if (!(Math.abs(input) <= max)) throw brokenRule(`must be between -${max} and ${max}`)
  if (!hasAtMostTwoDecimals(input)) throw brokenRule('must have at most two decimals')
  return withoutMinusZero(input)
}

// Rounding by arithmetic (`n * 100 % 1`) refuses 0.07 and lets 1.005 pass; `toFixed` works on the exact value.
const hasAtMostTwoDecimals = (value: number) => Number.isInteger(value) || Number(value.toFixed(2)) === value

const withoutMinusZero = (value: number) => value + 0

function readNumber(text: string): number {
  const value = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
  if (!Number.isFinite(value)) throw wrongType('a decimal number')
  return withoutMinusZero(value)
}

/** A number as people write it: with groups of thousands, a currency before or after it, or in brackets when negative. */
function readCell(cell: string, decimal: '.' | ','): number {
  const bare = cell.replace(/\p{Sc}|\b[A-Z]{3}\b|[\s\u00a0\u202f’']/gu, '').replace(/^\((.*)\)$/, '-$1')
  const [, sign = '', whole = '', fraction = ''] = (decimal === '.' ? withPoint : withComma).exec(bare) ?? []
  if (whole === '') throw brokenRule(`must be a number such as ${decimal === '.' ? '1,234.50' : '1.234,50'}`)
  return Number(
    `${sign.replace(/[+−]/, (one) => (one === '+' ? '' : '-'))}${whole.replace(/[.,]/g, '')}.${fraction || 0}`,
  )
}

const withPoint = /^([-+−]?)(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d+))?$/
const withComma = /^([-+−]?)(\d+|\d{1,3}(?:\.\d{3})+)(?:,(\d+))?$/
