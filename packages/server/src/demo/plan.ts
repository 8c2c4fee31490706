import type { Faker } from '@faker-js/faker'
import type { MemberInput } from '../domain/members/write.ts'
import type { NewFieldInput } from '../domain/object-types/fields.ts'
import {
  chores,
  companyBeginnings,
  companyEndings,
  fundings,
  headcounts,
  notes,
  occasions,
  products,
  stages,
  titles,
  towns,
  trades,
} from './words.ts'

/** What a demo workspace holds, before it is written, and when it came about. Records are named by their place in a list. */
export type Plan = {
  fields: readonly { objectType: string; field: NewFieldInput }[]
  /** Besides the workspace's first member, who is number 0. */
  members: readonly Required<MemberInput>[]
  accounts: readonly { at: Date; fields: Fields; owner: number }[]
  contacts: readonly { at: Date; fields: Fields; account: number; owner: number }[]
  opportunities: readonly {
    at: Date
    fields: Fields
    /** What changed later: its stage, and what goes with it. */
    changes: readonly { at: Date; fields: Fields }[]
    account: number
    owner: number
    champion: number | undefined
    evaluator: number | undefined
  }[]
  tasks: readonly (About & { at: Date; fields: Fields; owner: number; completedAt: Date | undefined })[]
  notes: readonly (About & { at: Date; fields: Fields; owner: number })[]
  meetings: readonly { at: Date; fields: Fields; owner: number }[]
  /** What was sold, a custom object. */
  subscriptions: readonly { at: Date; fields: Fields; account: number; owner: number }[]
}

type Fields = Record<string, unknown>
type About = { account: number; opportunity: number; contact: number | undefined }

const counts = { members: 4, accounts: 60, contacts: 180, opportunities: 120 }

/**
 * Makes up a year of a small company that ends now: the same for the same seed of `faker` and the same moment. `admin` is
 * the address of the workspace's first member.
 */
export function planDemo(faker: Faker, now: Date, admin: string): Plan {
  const members = Array.from({ length: counts.members }, () => {
    const name = { firstName: faker.person.firstName(), lastName: faker.person.lastName() }
    return { ...name, email: mailbox(name, 'team.example'), role: 'member' as const }
  })
  const calendar = new Calendar(faker, now)
  const companies = planCompanies(faker)
  const people = planPeople(faker, companies)
  const deals = planDeals(faker, companies).map((deal, index) => planDeal(faker, calendar, deal, index, people))
  const beginnings = companies.map((company) => calendar.before(earliest(deals, company) ?? now))
  const events = deals.flatMap((deal) =>
    planEvents(faker, calendar, deal, [admin, ...members.map(({ email }) => email)]),
  )
  return {
    fields: customFields,
    members,
    accounts: companies.map((company, index) => ({
      at: beginnings[index] ?? now,
      ...planAccount(faker, company, now),
    })),
    contacts: people.map((person) => ({
      // One after the other, so that their order is certain.
      at: new Date((beginnings[person.company.index] ?? now).getTime() + person.index * 1000),
      ...planContact(faker, person),
    })),
    opportunities: deals.map((deal) => deal.opportunity),
    tasks: events.flatMap(({ tasks }) => tasks),
    notes: events.flatMap(({ notes }) => notes),
    meetings: events.flatMap(({ meetings }) => meetings),
    subscriptions: deals.flatMap((deal) => planSubscription(faker, deal)),
  }
}

const earliest = (deals: readonly PlannedDeal[], company: Company): Date | undefined =>
  deals
    .filter((deal) => deal.company === company)
    .map(({ opportunity }) => opportunity.at)
    .sort(byTime)[0]

const byTime = (left: Date, right: Date) => left.getTime() - right.getTime()

const customFields: Plan['fields'] = [
  { objectType: 'account', field: select('tier', 'Tier', 'How closely we look after them.', 'Gold Silver Bronze') },
  { objectType: 'account', field: { slug: 'renewal-date', label: 'Renewal date', valueType: 'DATETIME' } },
  { objectType: 'contact', field: { slug: 'newsletter', label: 'Newsletter', valueType: 'CHECKBOX' } },
  { objectType: 'opportunity', field: select('priority', 'Priority', 'How soon it needs us.', 'High Medium Low') },
  {
    objectType: 'opportunity',
    field: { slug: 'probability', label: 'Probability', description: 'In per cent.', valueType: 'NUMBER' },
  },
  { objectType: 'subscription', field: select('plan', 'Plan', 'What was sold.', 'Team Business Enterprise') },
  { objectType: 'subscription', field: { slug: 'seats', label: 'Seats', valueType: 'NUMBER' } },
  { objectType: 'subscription', field: { slug: 'renews', label: 'Renews', valueType: 'DATETIME' } },
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
      owner: faker.number.int({ max: counts.members }),
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
    'renewal-date':
      maybe(() => dayOf(new Date(now.getTime() + faker.number.int({ min: 10, max: 180 }) * dayMs)), {
        probability: 0.5,
      }) ?? null,
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

type PlannedDeal = Deal & {
  index: number
  opportunity: Plan['opportunities'][number]
  champion: Person | undefined
  /** What comes next, when it has not ended. */
  next: string | undefined
}

const path = ['Lead', 'Qualification', 'Demo', 'Trial', 'Proposal']

/** An opportunity, with the days on which it went from stage to stage. */
function planDeal(faker: Faker, calendar: Calendar, deal: Deal, index: number, people: readonly Person[]): PlannedDeal {
  const { arrayElement, shuffle, weightedArrayElement } = faker.helpers
  const { int } = faker.number
  const { company, product } = deal
  const [champion, evaluator] = shuffle(people.filter((person) => person.company === company))
  const { label, probability, steps, reasons } = weightedArrayElement(stages)
  const ended = reasons ? calendar.day(int({ min: -270, max: -2 })) : undefined
  const stagesPassed = ended ? path.slice(0, int({ min: 2, max: path.length })) : path.slice(0, path.indexOf(label) + 1)
  const at = ended ? calendar.daysBefore(ended, int({ min: 20, max: 85 })) : calendar.day(-int({ min: 5, max: 110 }))
  const days = calendar.between(at, ended ?? calendar.now, stagesPassed.length - 1)
  const nextStep = steps.length > 0 ? arrayElement(steps).replace('NAME', champion?.firstName ?? 'them') : null
  const last = { probability, $nextStep: nextStep, $closeReason: reasons ? arrayElement(reasons) : null }
  const changes = stagesPassed.slice(1).map((stage, step) => ({
    at: days[step] ?? at,
    fields: { $stage: stage, probability: probabilityOf(stage), ...(stage === label && last) },
  }))
  const opportunity = {
    at,
    fields: {
      $name: `${company.name} ${product.name}`,
      $stage: 'Lead',
      $amount: int({ min: 8, max: 20 }) * company.headcount.scale * product.scale * 50,
      $closeDate: dayOf(ended ?? calendar.day(int({ min: -14, max: 95 }))),
      priority: arrayElement(['High', 'Medium', 'Medium', 'Low']),
      probability: probabilityOf('Lead'),
      ...(label === 'Lead' && last),
    },
    changes: ended ? [...changes, { at: ended, fields: { $stage: label, ...last } }] : changes,
    account: company.index,
    owner: company.owner,
    champion: champion?.index,
    evaluator: evaluator?.index,
  }
  return { ...deal, index, opportunity, champion, next: ended ? undefined : (nextStep ?? undefined) }
}

const probabilityOf = (stage: string) => stages.find(({ value }) => value.label === stage)?.value.probability ?? null

type Events = Pick<Plan, 'tasks' | 'notes' | 'meetings'>

/** What was done about a deal each time that it came to another stage, and what is to be done next. */
function planEvents(faker: Faker, calendar: Calendar, deal: PlannedDeal, team: readonly string[]): Events {
  const { arrayElement, maybe } = faker.helpers
  const { opportunity, index, champion, product, company, next } = deal
  const { owner } = opportunity
  const name = champion?.firstName ?? 'them'
  const about = { account: company.index, opportunity: index, contact: champion?.index }
  const said = (text: string) => text.replaceAll('NAME', name).replaceAll('PRODUCT', product.name)
  const steps = [{ at: opportunity.at, fields: opportunity.fields }, ...opportunity.changes]
  const written = steps.flatMap(({ at }) => {
    const note = maybe(() => arrayElement(notes), { probability: 0.6 })
    return note ? [{ ...about, owner, at, fields: { $title: note.title, $content: said(note.content) } }] : []
  })
  const done = steps.flatMap(({ at }) => {
    const title = maybe(() => said(arrayElement(chores)), { probability: 0.5 })
    if (!title) return []
    const due = calendar.day(faker.number.int({ min: 1, max: 6 }), at)
    // What is long due has been done; a few lately due are late.
    const isDone = faker.datatype.boolean(0.5) || due.getTime() < calendar.now.getTime() - 6 * dayMs
    const completedAt = isDone && due < calendar.now ? calendar.daysBefore(due, 1, at) : undefined
    return [{ ...about, owner, at, completedAt, fields: { $title: title, $status: 'TODO', $dueAt: dayOf(due) } }]
  })
  const upcoming = next
    ? [
        {
          ...about,
          owner,
          at: steps.at(-1)?.at ?? opportunity.at,
          completedAt: undefined,
          fields: {
            $title: next,
            $status: 'TODO',
            $dueAt: dayOf(calendar.day(faker.number.int({ min: -2, max: 12 }))),
          },
        },
      ]
    : []
  const met = steps.flatMap(({ at, fields }) => {
    const occasion = occasions[String(fields.$stage)]
    if (!occasion || !champion) return []
    const start = new Date(at.getTime() - 2 * hourMs)
    const end = new Date(start.getTime() + faker.helpers.arrayElement([0.5, 0.75, 1]) * hourMs)
    const organizer = team[owner] ?? ''
    return [
      {
        at,
        owner,
        fields: {
          $title: `${occasion} with ${company.name}`,
          $startDate: start.toISOString(),
          $endDate: end.toISOString(),
          $organizerEmail: organizer,
          $attendeeEmails: [organizer, mailbox(champion, company.domain)],
          $description: `About the ${product.name}.`,
        },
      },
    ]
  })
  return { tasks: [...done, ...upcoming], notes: written, meetings: met }
}

function planSubscription(faker: Faker, { opportunity, company, product }: PlannedDeal): Plan['subscriptions'] {
  const sale = opportunity.changes.find(({ fields }) => fields.$stage === 'Won')
  if (!sale) return []
  const fields = {
    $name: `${company.name}, ${product.name}`,
    plan: faker.helpers.arrayElement(['Team', 'Business', 'Enterprise']),
    seats: company.headcount.scale * faker.number.int({ min: 4, max: 9 }),
    renews: dayOf(new Date(sale.at.getTime() + 365 * dayMs)),
  }
  return [{ at: sale.at, fields, account: company.index, owner: opportunity.owner }]
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Working hours of a year that ends now; nothing lies after it unless it is asked for. */
class Calendar {
  readonly now: Date
  readonly #faker: Faker

  constructor(faker: Faker, now: Date) {
    this.#faker = faker
    this.now = now
  }

  /** Some hour of a day, counted from today or another. */
  day(days: number, from = this.now): Date {
    const { int } = this.#faker.number
    const date = new Date(from.getTime() + days * dayMs)
    date.setUTCHours(int({ min: 13, max: 20 }), int({ max: 59 }), 0, 0)
    // Drawn always, so that the time of day does not change what else is made up.
    const lately = new Date(this.now.getTime() - int({ max: 90 }) * 60_000)
    return days <= 0 && date > this.now ? lately : date
  }

  /** Some hour, some days before another moment, but not before `first`. */
  daysBefore(moment: Date, days: number, first = new Date(0)): Date {
    const date = this.day(-days, moment)
    return date < first ? first : date
  }

  /** One to three weeks earlier. */
  before(moment: Date): Date {
    return this.daysBefore(moment, this.#faker.number.int({ min: 7, max: 21 }))
  }

  /** Moments between two others, in order. */
  between(from: Date, to: Date, count: number): Date[] {
    const span = to.getTime() - from.getTime()
    return Array.from(
      { length: Math.max(0, count) },
      () => new Date(from.getTime() + span * this.#faker.number.float({ min: 0.05, max: 0.95 })),
    ).sort(byTime)
  }
}

function mailbox({ firstName, lastName }: { firstName: string; lastName: string }, domain: string): string {
  return `${firstName}.${lastName}@${domain}`.toLowerCase().replaceAll(/[^a-z0-9@.-]/g, '')
}

/** The day of a moment, without a time: midnight in UTC. */
function dayOf(moment: Date): string {
  return `${moment.toISOString().slice(0, 10)}T00:00:00.000Z`
}
