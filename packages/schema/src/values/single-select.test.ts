import { expect, test } from 'vitest'
import { singleSelect } from './single-select.ts'
import { brokenRule, wrongType } from './type.ts'

const stages = {
  options: [
    { id: 'opt_lead', label: 'Lead' },
    { id: 'opt_demo', label: 'Live Demo' },
    { id: 'opt_old', label: 'Legacy', retired: true },
    { id: 'opt_old_lead', label: 'lead', retired: true },
    { id: 'Live', label: 'opt_lead' },
  ],
}
const parse = (input: unknown) => singleSelect.parse(input, stages)
const equal = (text: string) => singleSelect.operators.equal?.(text, stages)

test('takes an id, or a label whatever its case and white space, as the id', () => {
  expect(parse('opt_demo')).toBe('opt_demo')
  expect(parse('Live Demo')).toBe('opt_demo')
  expect(parse(' live \t DEMO ')).toBe('opt_demo')
})

test('reads a text as an id first', () => {
  expect(parse('opt_lead')).toBe('opt_lead')
  expect(parse('Live')).toBe('Live')
})

test('422: an unknown or retired option, listing those to choose from', () => {
  for (const input of ['', 'Won', 'LIVE_DEMO', 'opt_unknown', 'opt_old', 'Legacy', 'OPT_DEMO']) {
    expect(() => parse(input)).toThrow(brokenRule('must be one of: Lead, Live Demo, opt_lead'))
  }
})

test('422: lists twenty labels at most', () => {
  const options = Array.from({ length: 21 }, (_, index) => ({ id: `opt_${index}`, label: `L${index}` }))
  const labels = options.slice(0, 20).map((option) => option.label)
  expect(() => singleSelect.parse('x', { options })).toThrow(brokenRule(`must be one of: ${labels.join(', ')}, …`))
  expect(() => singleSelect.parse('x', { options: options.slice(0, 20) })).toThrow(
    brokenRule(`must be one of: ${labels.join(', ')}`),
  )
})

test('400: what is not a string', () => {
  for (const input of [0, null, ['opt_lead'], { id: 'opt_lead' }]) {
    expect(() => parse(input)).toThrow(wrongType('the id or label of an option'))
  }
})

test('is indexed and filtered by its id, case and all', () => {
  expect(singleSelect.entries('opt_Demo', stages)).toEqual({ text: ['opt_Demo'] })
  expect(equal('opt_demo')).toEqual({ index: 'text', operator: 'equal', value: 'opt_demo' })
  expect(equal(' live  demo')).toEqual({ index: 'text', operator: 'equal', value: 'opt_demo' })
})

test('is filtered by retired options too, unless one in use has the same label', () => {
  expect(equal('opt_old')?.value).toBe('opt_old')
  expect(equal('legacy')?.value).toBe('opt_old')
  expect(equal('lead')?.value).toBe('opt_lead')
})

test('a filter by an unknown id finds nothing, without an error', () => {
  expect(equal('opt_Unknown')?.value).toBe('opt_Unknown')
  expect(equal('pd_unknown')?.value).toBe('pd_unknown')
})

test('400: a filter by an unknown label', () => {
  expect(() => equal('Won')).toThrow(wrongType('one of: Lead, Live Demo, opt_lead'))
})

test('is shown by its label, even a retired one', () => {
  expect(singleSelect.display('opt_old', stages)).toBe('Legacy')
  expect(singleSelect.display('opt_gone', stages)).toBe('opt_gone')
})
