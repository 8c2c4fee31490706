import type { RecordInput } from '../packages/server/src/domain/records/create.ts'

/** Invented companies and deals, the same in every run: number n is always the same deal. */

const first =
  'Acme Alder Amber Beacon Birch Cobalt Copper Delta Ember Falcon Granite Harbor Iron Juniper Keystone'.split(' ')
const second = 'Analytics Bank Foods Freight Health Labs Logistics Media Motors Networks Robotics Systems'.split(' ')
const kinds = ['Annual plan', 'Expansion', 'Migration', 'New seats', 'Pilot', 'Renewal', 'Security review', 'Support']
const nextSteps = ['Send the revised offer', 'Call the champion', 'Book a demo with their IT', 'Wait for legal']

/** How often each stage occurs, in percent. */
const stages = { Lead: 32, Qualification: 20, Demo: 12, Trial: 8, Proposal: 10, Won: 11, Lost: 7 }
const stageOf = Object.entries(stages).flatMap(([stage, percent]) => Array<string>(percent).fill(stage))

const companies = first.length * second.length
const companyName = (n: number) => `${pick(first, n)} ${pick(second, Math.floor(n / first.length))}`

/** Names repeat: of 100,000 deals, about 70 have the same one. */
const dealName = (n: number) => `${companyName(n)}: ${pick(kinds, Math.floor(n / companies))}`

/** The name of some deals, another one for another `n`. */
export const anyName = (n: number) => dealName(Math.floor(random(n, 7) * companies * kinds.length))

/** Deal number n, of one of the accounts: the first ones have many deals, most have few. */
export function deal(n: number, accounts: readonly string[], owner: string): RecordInput {
  const account = accounts[Math.floor(accounts.length * random(n, 1) ** 3)]
  const amount = 1000 * 400 ** ((random(n, 2) + random(n, 3)) / 2)
  const closeDate = new Date(Date.UTC(2025, 0, 1) + Math.floor(random(n, 4) * 730) * 86_400_000)
  return {
    fields: {
      $name: dealName(n),
      $stage: pick(stageOf, Math.floor(random(n, 5) * stageOf.length)),
      $amount: Math.round(amount / 100) * 100,
      $closeDate: closeDate.toISOString(),
      ...(random(n, 6) < 0.4 && { $nextStep: pick(nextSteps, n) }),
    },
    relationships: { $account: account, $owner: owner },
  }
}

/** Company number n. */
export const company = (n: number): RecordInput => ({
  fields: { $name: `${companyName(n)} ${n}`, $website: [`https://company-${n}.example`] },
  relationships: {},
})

const pick = (list: readonly string[], n: number) => list[n % list.length] ?? ''

/** A number from 0 to 1 that looks random and is always the same for the same `n` and `salt`. */
export function random(n: number, salt: number): number {
  let mixed = Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
}
