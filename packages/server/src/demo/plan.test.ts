import { faker } from '@faker-js/faker/locale/en'
import { describe, expect, it } from 'vitest'
import { planDemo } from './plan.ts'

const now = new Date('2026-03-04T05:06:07Z')

function planOf(seed: number) {
  faker.seed(seed)
  return planDemo(faker, now, 'admin@team.example')
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

  it('has opportunities that went through stages to where they are; those that have ended, ended in the past and for a reason', () => {
    const ends = plan.opportunities.map(({ at, fields, changes }) => {
      const moments = [at, ...changes.map((change) => change.at)].map((moment) => moment.getTime())
      expect(moments).toEqual(moments.toSorted((one, other) => one - other))
      return { ...fields, ...Object.assign({}, ...changes.map((change) => change.fields)) }
    })
    const stages = new Set(ends.map(({ $stage }) => $stage))
    expect([...stages].sort()).toEqual(['Demo', 'Lead', 'Lost', 'Proposal', 'Qualification', 'Trial', 'Won'])
    for (const fields of ends) {
      const days = (Date.parse(String(fields.$closeDate)) - now.getTime()) / 86_400_000
      const hasEnded = fields.$stage === 'Won' || fields.$stage === 'Lost'
      expect(hasEnded ? days < 0 && days > -275 : days > -15 && days < 100).toBe(true)
      expect(fields.$closeReason === null).toBe(!hasEnded)
    }
  })

  it('is a year in which everything has happened, and nothing before what it is about', () => {
    const { opportunities, accounts } = plan
    for (const { at, account } of opportunities) expect(at >= (accounts[account]?.at ?? now)).toBe(true)
    for (const { at, opportunity } of [...plan.notes, ...plan.tasks]) {
      expect(at >= (opportunities[opportunity]?.at ?? now)).toBe(true)
    }
    const moments = [accounts, plan.contacts, opportunities, plan.notes, plan.tasks, plan.meetings].flat()
    expect(moments.length).toBeGreaterThan(800)
    for (const { at } of moments) expect(at <= now).toBe(true)
    for (const { fields, at } of plan.meetings) expect(Date.parse(String(fields.$endDate))).toBeLessThan(at.getTime())
  })

  it('leaves something to do for everybody, some of it late', () => {
    const open = plan.tasks.filter(({ completedAt }) => !completedAt)
    expect(new Set(open.map(({ owner }) => owner)).size).toBe(5)
    const late = open.filter(({ fields }) => Date.parse(String(fields.$dueAt)) < now.getTime())
    expect(late.length).toBeGreaterThan(0)
    expect(late.length).toBeLessThan(open.length)
  })
})
