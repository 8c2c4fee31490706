import { expect, it } from 'vitest'
import { readConditions, writeConditions } from './filters.ts'

it('reads what an address says, and writes the same again', () => {
  const address = {
    '$amount[greaterThan]': '5000',
    'or1.$stage[equal]': ['Won', 'Lost'],
    '$account[-equal]': ['acc_1', 'acc_2'],
    'icp-score': '3',
    'or0.$name[startsWith]': 'ac',
    'or0.$email[contains]': 'ac',
  }
  const read = readConditions(address)
  expect(read.conditions.map((one) => one.map(({ text }) => text))).toEqual([
    ['5000'],
    ['Won', 'Lost'],
    ['acc_1'],
    ['acc_2'],
    ['3'],
  ])
  expect(read.quick).toHaveLength(2)
  expect(writeConditions(read)).toEqual(address)
})

it('numbers the groups anew, and needs none for a single filter', () => {
  const written = writeConditions(readConditions({ 'or7.$stage[equal]': 'Won', 'or9.$stage[-equal]': ['Won', 'Lead'] }))
  expect(written).toEqual({ '$stage[equal]': 'Won', 'or1.$stage[-equal]': ['Won', 'Lead'] })
})

it('keeps what it cannot read, for the API to say what is wrong', () => {
  const broken = { '$stage[equal': 'Won', 'x[y][z]': '1' }
  expect(writeConditions(readConditions(broken))).toEqual(broken)
})
