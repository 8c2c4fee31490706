import { expect, test } from 'vitest'
import { type OpportunityFacts, writeSummary } from './summary-text.ts'

const nothing: OpportunityFacts = {
  stage: null,
  amount: null,
  account: null,
  people: [],
  closeDate: null,
  closeReason: null,
  nextStep: null,
  tasks: null,
  lastInteractionAt: null,
}

test('states stage, amount and account first, then people, dates and the next step', () => {
  const text = writeSummary({
    stage: 'Proposal',
    amount: { value: 48000.5, currency: 'USD' },
    account: 'Northwind',
    people: [
      { role: 'Champion', name: 'Ada Byron' },
      { role: 'Owner', name: 'Sam Sales' },
    ],
    closeDate: '2026-12-31T00:00:00.000Z',
    closeReason: null,
    nextStep: 'Send the contract',
    tasks: { count: 2, title: 'Call *them*', dueAt: '2026-12-01T10:00:00.000Z' },
    lastInteractionAt: '2026-11-02T09:00:00.000Z',
  })

  expect(text).toBe(
    [
      '**Proposal** · 48,000.5 USD · Northwind',
      '',
      '- Champion: Ada Byron',
      '- Owner: Sam Sales',
      '- Close date: 2026-12-31',
      '- Last interaction: 2026-11-02',
      '- Next step: Send the contract',
      '- Open tasks: 2 (next: Call \\*them\\*, due 2026-12-01)',
    ].join('\n'),
  )
})

test('leaves out what is not known', () => {
  expect(writeSummary({ ...nothing, stage: 'Lead' })).toBe('**Lead**')
  expect(writeSummary(nothing)).toBe('')
})

test('keeps text from records text: Markdown, HTML and line breaks in it mean nothing', () => {
  const text = writeSummary({ ...nothing, account: '# <b>*Acme*</b>\n\n- [x](javascript:y)' })

  expect(text).toBe('\\# \\<b\\>\\*Acme\\*\\</b\\> - \\[x\\]\\(javascript:y\\)')
})

test('cuts long texts short, never inside a character', () => {
  const text = writeSummary({ ...nothing, nextStep: '🙂'.repeat(400) })

  expect(text.endsWith('…')).toBe(true)
  expect(text.isWellFormed()).toBe(true)
  expect(text.length).toBeLessThan(330)
})

test('the same facts give the same text', () => {
  const facts = { ...nothing, stage: 'Won', amount: { value: 1, currency: 'EUR' } }

  expect(writeSummary(facts)).toBe(writeSummary(structuredClone(facts)))
})
