import { describe, expect, it } from 'vitest'
import { type ValueTypeName, valueTypes } from './index.ts'
import { type CellFormat, InvalidValue, type TypeConfiguration, type ValueType } from './type.ts'

const usual: CellFormat = { dates: 'month-first', timeZone: 'UTC', decimal: '.', separator: ';' }

function read(
  name: ValueTypeName,
  cell: string,
  format: Partial<CellFormat> = {},
  configuration: TypeConfiguration = {},
) {
  const type: ValueType = valueTypes[name]
  try {
    return type.parse(type.fromCell(cell, { ...usual, ...format }, configuration), configuration)
  } catch (error) {
    if (error instanceof InvalidValue) return error.message
    throw error
  }
}

describe('a cell with a date', () => {
  it.each([
    ['2026-03-04', '2026-03-04T00:00:00.000Z'],
    ['2026/3/4 9:05', '2026-03-04T09:05:00.000Z'],
    ['3/4/2026', '2026-03-04T00:00:00.000Z'],
    ['3/4/26 12:30 am', '2026-03-04T00:30:00.000Z'],
    ['4.3.2026', '2026-03-04T00:00:00.000Z'],
    ['3/4/99', '1999-03-04T00:00:00.000Z'],
    ['4 Mar 2026', '2026-03-04T00:00:00.000Z'],
    ['March 4th, 2026, 1:15:09 PM', '2026-03-04T13:15:09.000Z'],
    ['2026-03-04T09:05:00+02:00', '2026-03-04T07:05:00.000Z'],
    ['2026-03-04 09:05:00Z', '2026-03-04T09:05:00.000Z'],
  ])('reads %s', (cell, moment) => {
    expect(read('DATETIME', cell)).toBe(moment)
  })

  it.each([
    ['04.03.2026', '2026-03-03T23:00:00.000Z'],
    ['04.07.2026 08:00', '2026-07-04T06:00:00.000Z'],
    ['29.03.2026 03:30', '2026-03-29T01:30:00.000Z'],
    ['4-3-26', '2026-03-03T23:00:00.000Z'],
  ])('reads %s with the day first, in Berlin', (cell, moment) => {
    expect(read('DATETIME', cell, { dates: 'day-first', timeZone: 'Europe/Berlin' })).toBe(moment)
  })

  it.each(['31.02.2026', '13/32/2026', 'tomorrow', '2026', '25/12/2026', '1/1/2026 25:00', '0/1/2026', '12:30', ''])(
    'says what it takes instead of %j',
    (cell) => {
      expect(read('DATETIME', cell)).toContain('such as 2026-12-31 or 12/31/2026 (the month first)')
    },
  )
})

describe('a cell with a number', () => {
  it.each([
    ['1234.5', '.', 1234.5],
    ['1,234,567.89', '.', 1_234_567.89],
    ['$1,200', '.', 1200],
    ['1 200,50 €', ',', 1200.5],
    ['EUR 1.234,5', ',', 1234.5],
    ["CHF 1'200.00", '.', 1200],
    ['(12.50)', '.', -12.5],
    ['−3', '.', -3],
  ] as const)('reads %s with a decimal %s', (cell, decimal, number) => {
    expect(read('CURRENCY', cell, { decimal })).toBe(number)
  })

  it.each([
    ['1.234,50', '.'],
    ['1,234.50', ','],
    ['1,23', '.'],
    ['twelve', '.'],
    ['1.2.3', '.'],
    ['--1', '.'],
    ['1.005', '.'],
  ] as const)('does not guess at %s with a decimal %s', (cell, decimal) => {
    expect(read('NUMBER', cell, { decimal })).toMatch(/^must (be a number such as|have at most two decimals)/)
  })
})

describe('a cell with something else', () => {
  it('is split where several values may stand in it', () => {
    const many = { multipleValues: true }
    expect(read('EMAIL', 'a@b.com; c@d.com ;', {}, many)).toEqual(['a@b.com', 'c@d.com'])
    expect(read('EMAIL', 'a@b.com,c@d.com', { separator: ',' }, many)).toEqual(['a@b.com', 'c@d.com'])
    expect(read('TELEPHONE', '+49 30 1234567;ext=12;030 7654321', {}, many)).toEqual([
      '+49301234567;ext=12',
      '0307654321',
    ])
    expect(read('EMAIL', 'a@b.com;c@d.com')).toMatch(/^must be an e-mail address/)
  })

  it('is a name: the last word the last name, unless a comma says what is', () => {
    expect(read('FULL_NAME', 'Ada  King Byron')).toEqual({ firstName: 'Ada King', lastName: 'Byron' })
    expect(read('FULL_NAME', 'van Rossum, Guido')).toEqual({ firstName: 'Guido', lastName: 'van Rossum' })
    expect(read('FULL_NAME', 'Plato')).toEqual({ firstName: 'Plato', lastName: null })
  })

  it('is yes or no, in words that people use', () => {
    expect(['Yes', 'x', '1', 'TRUE', 'ja'].map((cell) => read('CHECKBOX', cell))).toEqual(Array(5).fill(true))
    expect(['no', '0', 'False', 'n'].map((cell) => read('CHECKBOX', cell))).toEqual(Array(4).fill(false))
    expect(read('CHECKBOX', 'perhaps')).toBe('must be yes or no')
  })

  it('is part of an address, with the country by its name or code', () => {
    const { fromParts } = valueTypes.ADDRESS
    expect(fromParts?.({ city: 'Köln', country: 'germany', latitude: '50,9' })).toEqual({
      city: 'Köln',
      country: 'DE',
      latitude: 50.9,
    })
    expect(fromParts?.({ country: 'GBR' })).toEqual({ country: 'GB' })
    expect(() => fromParts?.({ country: 'Atlantis' })).toThrow('country must be the name of a country')
  })

  it('is an option by its label, and knows those that there are not', () => {
    const configuration = { options: [{ id: 'opt_1', label: 'Gold' }] }
    expect(read('MULTI_SELECT', ' gold ', {}, configuration)).toEqual(['opt_1'])
    expect(valueTypes.MULTI_SELECT.unknownOptions?.('Gold; Tin', usual, configuration)).toEqual(['Tin'])
    expect(valueTypes.SINGLE_SELECT.unknownOptions?.('GOLD', usual, configuration)).toEqual([])
  })
})
