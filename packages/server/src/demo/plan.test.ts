import { faker } from '@faker-js/faker/locale/en'
import { describe, expect, it } from 'vitest'
import { planDemo } from './plan.ts'

const now = new Date('2026-03-04T05:06:07Z')

function planOf(seed: number) {
  faker.seed(seed)
  return planDemo(faker, now)
}

const plan = planOf(1)

describe('a demo workspace', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(planOf(1)).toEqual(plan)
    expect(planOf(2).accounts.map(({ fields }) => fields.$name)).not.toEqual(
      plan.accounts.map(({ fields }) => fields.$name),
    )
  })

  it('has addresses, sites and telephones that belong to nobody', () => {
    const text = JSON.stringify(plan)
    const domains = [...text.matchAll(/(?:@|https:\/\/)([^"/]+)/g)].map(([, domain]) => domain)
    expect(domains.length).toBeGreaterThan(200)
    expect(domains.filter((domain) => !/^[a-z-]+\.example$/.test(domain ?? ''))).toEqual([])
    const telephones = [...text.matchAll(/"(\+\d+)"/g)].map(([, number]) => number)
    expect(telephones.length).toBeGreaterThan(100)
    expect(telephones.filter((number) => !/^\+1\d{3}55501\d\d$/.test(number ?? ''))).toEqual([])
  })

  it('has accounts with different names, each with somebody to talk to', () => {
    expect(new Set(plan.accounts.map(({ fields }) => fields.$name)).size).toBe(60)
    expect(new Set(plan.contacts.map(({ account }) => account)).size).toBe(60)
  })

  it('has champions and evaluators who work at the account, and are two people', () => {
    for (const { account, champion, evaluator } of plan.opportunities) {
      expect(plan.contacts[champion ?? -1]?.account).toBe(account)
      if (evaluator === undefined) continue
      expect(evaluator).not.toBe(champion)
      expect(plan.contacts[evaluator]?.account).toBe(account)
    }
  })

  it('has opportunities with different names', () => {
    expect(new Set(plan.opportunities.map(({ fields }) => fields.$name)).size).toBe(120)
  })

  it('has opportunities in all stages; those that have ended, ended in the past and for a reason', () => {
    const stages = new Set(plan.opportunities.map(({ fields }) => fields.$stage))
    expect([...stages].sort()).toEqual(['Demo', 'Lead', 'Lost', 'Proposal', 'Qualification', 'Trial', 'Won'])
    for (const { fields } of plan.opportunities) {
      const days = (Date.parse(String(fields.$closeDate)) - now.getTime()) / 86_400_000
      const hasEnded = fields.$stage === 'Won' || fields.$stage === 'Lost'
      expect(hasEnded ? days < 0 && days > -275 : days > -15 && days < 100).toBe(true)
      expect(fields.$closeReason === null).toBe(!hasEnded)
    }
  })
})
