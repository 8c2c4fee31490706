import type { Faker } from '@faker-js/faker'
import type { MemberInput } from '../domain/members/write.ts'
import type { NewFieldInput } from '../domain/object-types/fields.ts'
import {
  companyBeginnings,
  companyEndings,
  fundings,
  headcounts,
  products,
  stages,
  titles,
  towns,
  trades,
} from './words.ts'

/** What a demo workspace holds, before it is written. Records are named by their place in these lists. */
export type Plan = {
  fields: readonly { objectType: string; field: NewFieldInput }[]
  members: readonly Required<MemberInput>[]
  accounts: readonly { fields: Record<string, unknown>; owner: number }[]
  contacts: readonly { fields: Record<string, unknown>; account: number; owner: number }[]
  opportunities: readonly {
    fields: Record<string, unknown>
    account: number
    owner: number
    champion: number | undefined
    evaluator: number | undefined
  }[]
}

const counts = { members: 4, accounts: 60, contacts: 180, opportunities: 120 }

/** Makes up a workspace: the same for the same seed of `faker` and the same day. Dates lie within a year around `now`. */
export function planDemo(faker: Faker, now: Date): Plan {
  const companies = planCompanies(faker)
  const people = planPeople(faker, companies)
  return {
    fields: customFields,
    members: Array.from({ length: counts.members }, (_, index) => {
      const name = { firstName: faker.person.firstName(), lastName: faker.person.lastName() }
      return { ...name, email: mailbox(name, 'team.example'), role: index === 0 ? 'admin' : 'member' }
    }),
    accounts: companies.map((company) => planAccount(faker, company, now)),
    contacts: people.map((person) => planContact(faker, person)),
    opportunities: planDeals(faker, companies).map((deal) => planOpportunity(faker, deal, people, now)),
  }
}

const customFields: Plan['fields'] = [
  { objectType: 'account', field: select('tier', 'Tier', 'How closely we look after them.', 'Gold Silver Bronze') },
  { objectType: 'account', field: { slug: 'renewal-date', label: 'Renewal date', valueType: 'DATETIME' } },
  { objectType: 'contact', field: { slug: 'newsletter', label: 'Newsletter', valueType: 'CHECKBOX' } },
  { objectType: 'opportunity', field: select('priority', 'Priority', 'How soon it needs us.', 'High Medium Low') },
  {
    objectType: 'opportunity',
    field: { slug: 'probability', label: 'Probability', description: 'In per cent.', valueType: 'NUMBER' },
  },
]

function select(slug: string, label: string, description: string, labels: string): NewFieldInput {
  const options = labels.split(' ').map((one) => ({ label: one }))
  return { slug, label, description, valueType: 'SINGLE_SELECT', typeConfiguration: { options } }
}

type Company = ReturnType<typeof planCompanies>[number]

function planCompanies(faker: Faker) {
  const { arrayElement, weightedArrayElement, shuffle } = faker.helpers
  const firsts = shuffle(companyBeginnings.flatMap((begin) => companyEndings.map((end) => begin + end)))
  return firsts.slice(0, counts.accounts).map((first, index) => {
    const [industry, names] = arrayElement(Object.entries(trades))
    const name = `${first} ${arrayElement(names)}`
    return {
      index,
      name,
      industry,
      domain: `${name.toLowerCase().replaceAll(' ', '-')}.example`,
      town: arrayElement(towns),
      headcount: weightedArrayElement(headcounts),
      owner: faker.number.int({ max: counts.members - 1 }),
    }
  })
}

function planAccount(faker: Faker, { name, industry, domain, town, headcount, owner }: Company, now: Date) {
  const { arrayElement, maybe } = faker.helpers
  const { city, state, postalCode } = town
  const fields = {
    $name: name,
    $website: [`https://${domain}`],
    $industry: [industry],
    $headcount: headcount.label,
    $primaryAddress: { street: faker.location.streetAddress(), city, state, postalCode, country: 'US' },
    $lastFundingType: maybe(() => arrayElement(fundings), { probability: 0.6 }) ?? null,
    tier: headcount.scale > 8 ? 'Gold' : headcount.scale > 2 ? 'Silver' : 'Bronze',
    'renewal-date': maybe(() => noon(now, faker.number.int({ min: 10, max: 180 })), { probability: 0.5 }) ?? null,
  }
  return { fields, owner }
}

type Person = ReturnType<typeof planPeople>[number]

/** Everybody has somebody: the first people are one for each company. */
function planPeople(faker: Faker, companies: readonly Company[]) {
  return Array.from({ length: counts.contacts }, (_, index) => ({
    index,
    firstName: faker.person.firstName(),
    lastName: faker.person.lastName(),
    company: companies[index] ?? faker.helpers.arrayElement(companies),
  }))
}

function planContact(faker: Faker, { firstName, lastName, company }: Person) {
  const { arrayElement, maybe } = faker.helpers
  // 555-0100 to 555-0199 are kept free for fiction, in every area.
  const number = `+1${company.town.areaCode}55501${faker.string.numeric(2)}`
  const fields = {
    $name: { firstName, lastName },
    $email: [mailbox({ firstName, lastName }, company.domain)],
    $phone: maybe(() => [number], { probability: 0.8 }) ?? null,
    $title: arrayElement(titles),
    $doNotContact: faker.datatype.boolean(0.04),
    newsletter: faker.datatype.boolean(0.4),
  }
  return { fields, account: company.index, owner: company.owner }
}

type Deal = { company: Company; product: (typeof products)[number] }

/** What is sold to whom: nobody buys the same twice. */
function planDeals(faker: Faker, companies: readonly Company[]): Deal[] {
  const possible = companies.flatMap((company) => products.map((product) => ({ company, product })))
  return faker.helpers.shuffle(possible).slice(0, counts.opportunities)
}

function planOpportunity(faker: Faker, { company, product }: Deal, people: readonly Person[], now: Date) {
  const { arrayElement, shuffle, weightedArrayElement } = faker.helpers
  const { int } = faker.number
  const [champion, evaluator] = shuffle(people.filter((person) => person.company === company))
  const { label, probability, steps, reasons } = weightedArrayElement(stages)
  const fields = {
    $name: `${company.name} ${product.name}`,
    $stage: label,
    $amount: int({ min: 8, max: 20 }) * company.headcount.scale * product.scale * 50,
    $closeDate: noon(now, reasons ? int({ min: -270, max: -2 }) : int({ min: -14, max: 95 })),
    $nextStep: steps.length > 0 ? arrayElement(steps).replace('NAME', champion?.firstName ?? 'them') : null,
    $closeReason: reasons ? arrayElement(reasons) : null,
    priority: arrayElement(['High', 'Medium', 'Medium', 'Low']),
    probability,
  }
  return {
    fields,
    account: company.index,
    owner: company.owner,
    champion: champion?.index,
    evaluator: evaluator?.index,
  }
}

function mailbox({ firstName, lastName }: { firstName: string; lastName: string }, domain: string): string {
  return `${firstName}.${lastName}@${domain}`.toLowerCase().replaceAll(/[^a-z0-9@.-]/g, '')
}

/** Noon in UTC, some days from today: the same day nearly everywhere. */
function noon(now: Date, days: number): string {
  const date = new Date(now)
  date.setUTCDate(date.getUTCDate() + days)
  date.setUTCHours(12, 0, 0, 0)
  return date.toISOString()
}
