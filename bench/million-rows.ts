import { company, deal, random } from './opportunities.ts'

/** Invented rows of an import, the same in every run, and what filters find among them. */

/** How many records of each type there are. */
export type Sizes = { accounts: number; contacts: number; opportunities: number; tasks: number }

/** So many of all types together: half of them opportunities. */
export const sizesOf = (records: number): Sizes => ({
  accounts: Math.round(records * 0.1),
  contacts: Math.round(records * 0.25),
  opportunities: Math.round(records * 0.5),
  tasks: Math.round(records * 0.15),
})

/** Every fiftieth opportunity is of the first account: of 500,000, 10,000. */
const big = 50

const accountOf = (n: number, { accounts }: Sizes) =>
  n % big === 0 ? 0 : 1 + ((n - Math.floor(n / big) - 1) % (accounts - 1))

const regions = ['North', 'East', 'South', 'West', 'Islands']
const titles = 'Buyer,Director,Engineer,Founder,Head of Sales,Manager,Partner,Secretary'.split(',')
const statuses = ['TODO', 'IN_PROGRESS', 'COMPLETE', 'COMPLETE']
const given = 'Ada Björn Chloé Dana Emil Fatma Grace Hugo Ines Jonas Kofi Lena Mila Noor Otto Priya'.split(' ')
const family = 'Abel Byron Curie Dietrich Euler Fuchs Gauss Hopper Ito Jansen Klein Lamarr Mendel Noether'.split(' ')
const cities = ['Athens', 'Bergen', 'Cork', 'Dresden', 'Évora', 'Faro', 'Ghent', 'Haarlem']

const pick = <T>(list: readonly T[], n: number) => list[n % list.length] as T
const one = <T>(list: readonly T[], n: number, salt: number) => pick(list, Math.floor(random(n, salt) * list.length))

const scoreOf = (n: number) => Math.floor(random(n, 21) * 1000)
const regionOf = (n: number) => one(regions, n, 22)
const isStrategic = (n: number) => random(n, 23) < 0.3
const renewalOf = (n: number) => new Date(Date.UTC(2024, 0, 1) + Math.floor(random(n, 24) * 1460) * 86_400_000)
const personOf = (n: number) => ({ firstName: one(given, n, 25), lastName: `${one(family, n, 26)}-${n % 100}` })
const cityOf = (n: number) => one(cities, n, 27)

/** The fields that the workspace has of its own, on opportunities. */
export const customFields = [
  { slug: 'score', label: 'Score', valueType: 'NUMBER' },
  { slug: 'strategic', label: 'Strategic', valueType: 'CHECKBOX' },
  { slug: 'renewal', label: 'Renewal', valueType: 'DATETIME' },
  {
    slug: 'region',
    label: 'Region',
    valueType: 'SINGLE_SELECT',
    typeConfiguration: { options: regions.map((label) => ({ label })) },
  },
]

/** The rows of an import, as lines, accounts first. */
export function* linesOf(sizes: Sizes, owner: string): Generator<string> {
  for (let n = 0; n < sizes.accounts; n += 1) yield JSON.stringify(accountRow(n, owner))
  for (let n = 0; n < sizes.contacts; n += 1) yield JSON.stringify(contactRow(n, sizes))
  for (let n = 0; n < sizes.opportunities; n += 1) yield JSON.stringify(opportunityRow(n, sizes, owner))
  for (let n = 0; n < sizes.tasks; n += 1) yield JSON.stringify(taskRow(n, sizes, owner))
}

const named = (externalId: string) => ({ externalId })

const accountRow = (n: number, owner: string) => ({
  objectType: 'account',
  externalId: `a-${n}`,
  fields: {
    ...company(n).fields,
    $headcount: pick(['1-10', '11-50', '51-200', '10001+'], n),
    $primaryAddress: { street: `${n % 1000} High Street`, city: cityOf(n), country: 'DE' },
  },
  relationships: { $owner: owner },
})

const contactRow = (n: number, { accounts }: Sizes) => ({
  objectType: 'contact',
  externalId: `c-${n}`,
  fields: {
    $name: personOf(n),
    $email: [`person-${n}@company-${n % accounts}.example`],
    $phone: [`+4930${String(10_000_000 + n)}`],
    $title: one(titles, n, 28),
    ...(n % 4 === 0 && { $linkedIn: `https://www.linkedin.com/in/person-${n}` }),
  },
  relationships: { $account: named(`a-${n % accounts}`) },
})

function opportunityRow(n: number, sizes: Sizes, owner: string) {
  const { $name, ...fields } = dealOf(n)
  return {
    objectType: 'opportunity',
    externalId: `o-${n}`,
    fields: {
      ...fields,
      $name: `${$name} ${n % 1000}`,
      score: scoreOf(n),
      strategic: isStrategic(n),
      renewal: renewalOf(n).toISOString(),
      region: regionOf(n),
    },
    relationships: { $account: named(`a-${accountOf(n, sizes)}`), $owner: owner },
  }
}

const taskRow = (n: number, { accounts, opportunities }: Sizes, owner: string) => ({
  objectType: 'task',
  externalId: `t-${n}`,
  fields: { $title: `Call number ${n}`, $status: pick(statuses, n), $dueAt: renewalOf(n).toISOString() },
  relationships: {
    $assignedTo: owner,
    $account: named(`a-${n % accounts}`),
    $opportunity: named(`o-${n % opportunities}`),
  },
})

type Deal = { $name: string; $stage: string; $amount: number; $closeDate: string; $nextStep?: string }
const dealOf = (n: number) => deal(n, [''], '').fields as Deal
const nameOf = (n: number) => `${dealOf(n).$name} ${n % 1000}`.toLowerCase()

/** A list: of what, by which filters, and which records pass. */
export type Case = {
  kind: 'one' | 'relationship' | 'negated' | 'narrow' | 'broad'
  plural: keyof Sizes
  query: string
  passes: (n: number, sizes: Sizes) => boolean
}

type Ids = { big: string; small: string }

const filter = (key: string, value: string | number) => `${key}=${encodeURIComponent(value)}`

const opportunities = (kind: Case['kind'], query: string, passes: Case['passes']): Case => ({
  kind,
  plural: 'opportunities',
  query,
  passes,
})
const contacts = (query: string, passes: Case['passes']): Case => ({ kind: 'one', plural: 'contacts', query, passes })
const accounts = (query: string, passes: Case['passes']): Case => ({ kind: 'one', plural: 'accounts', query, passes })

/** Every operator on every value type that has one, broad and narrow; and filters together. */
export const casesOf = (sizes: Sizes, { big: bigId, small }: Ids): Case[] => {
  const day = (text: string) => `${text}T00:00:00Z`
  const closed = (n: number) => new Date(dealOf(n).$closeDate)
  const amount = (n: number) => dealOf(n).$amount
  const stage = (n: number) => dealOf(n).$stage
  const full = (n: number) => `${personOf(n).firstName} ${personOf(n).lastName}`.toLowerCase()
  return [
    opportunities('one', '', () => true),
    opportunities('one', filter('$name[equal]', nameOf(12)), (n) => nameOf(n) === nameOf(12)),
    opportunities('one', '$name[startsWith]=acme%20robotics', (n) => nameOf(n).startsWith('acme robotics')),
    opportunities('one', '$name[startsWith]=acme', (n) => nameOf(n).startsWith('acme')),
    opportunities('one', filter('$nextStep[equal]', 'Wait for legal'), (n) => dealOf(n).$nextStep === 'Wait for legal'),
    opportunities('one', '$stage[equal]=Lost', (n) => stage(n) === 'Lost'),
    opportunities('one', '$stage[equal]=Lead', (n) => stage(n) === 'Lead'),
    opportunities('one', 'region[equal]=North', (n) => regionOf(n) === 'North'),
    opportunities('one', '$amount[equal]=20000', (n) => amount(n) === 20_000),
    opportunities('one', '$amount[greaterThan]=300000', (n) => amount(n) > 300_000),
    opportunities('one', '$amount[greaterThan]=20000', (n) => amount(n) > 20_000),
    opportunities('one', '$amount[greaterThanOrEqual]=50000', (n) => amount(n) >= 50_000),
    opportunities('one', '$amount[lessThan]=1500', (n) => amount(n) < 1500),
    opportunities('one', '$amount[lessThanOrEqual]=20000', (n) => amount(n) <= 20_000),
    opportunities('one', 'score[equal]=500', (n) => scoreOf(n) === 500),
    opportunities('one', 'score[greaterThan]=990', (n) => scoreOf(n) > 990),
    opportunities('one', 'score[greaterThan]=99', (n) => scoreOf(n) > 99),
    opportunities('one', 'score[lessThan]=333', (n) => scoreOf(n) < 333),
    opportunities('one', 'score[greaterThanOrEqual]=900', (n) => scoreOf(n) >= 900),
    opportunities('one', 'score[lessThanOrEqual]=5', (n) => scoreOf(n) <= 5),
    opportunities('one', `$closeDate[lessThan]=${day('2025-01-15')}`, (n) => closed(n) < new Date(day('2025-01-15'))),
    opportunities(
      'one',
      `$closeDate[greaterThan]=${day('2026-01-01')}`,
      (n) => closed(n) > new Date(day('2026-01-01')),
    ),
    opportunities('one', `renewal[lessThan]=${day('2026-01-01')}`, (n) => renewalOf(n) < new Date(day('2026-01-01'))),
    opportunities(
      'one',
      `renewal[greaterThanOrEqual]=${day('2027-12-01')}`,
      (n) => renewalOf(n) >= new Date(day('2027-12-01')),
    ),
    opportunities('one', 'strategic[equal]=true', isStrategic),
    opportunities('one', 'strategic[equal]=false', (n) => !isStrategic(n)),
    contacts(filter('$name[equal]', full(7)), (n) => full(n) === full(7)),
    contacts('$name[startsWith]=ada%20b', (n) => full(n).startsWith('ada b')),
    contacts('$email[contains]=person-777@', (n) => n === 777),
    contacts('$email[contains]=@company-7.example', (n) => n % sizes.accounts === 7),
    contacts('$phone[contains]=10000777', (n) => 10_000_000 + n === 10_000_777),
    contacts('$title[equal]=Manager', (n) => one(titles, n, 28) === 'Manager'),
    contacts(filter('$linkedIn[equal]', 'https://www.linkedin.com/in/person-400'), (n) => n === 400),
    contacts(
      filter('$linkedIn[startsWith]', 'https://www.linkedin.com/in/person-40'),
      (n) => n % 4 === 0 && String(n).startsWith('40'),
    ),
    accounts('$website[contains]=company-77.', (n) => n === 77),
    accounts('$headcount[equal]=11-50', (n) => n % 4 === 1),
    accounts('$primaryAddress[startsWith]=77%20high%20street', (n) => n % 1000 === 77),
    accounts(
      filter('$primaryAddress[equal]', `77 high street, ${cityOf(77)}, DE`.toLowerCase()),
      (n) => n % 1000 === 77 && cityOf(n) === cityOf(77),
    ),
    { kind: 'one', plural: 'tasks', query: '$status[equal]=COMPLETE', passes: (n) => n % 4 > 1 },
    {
      kind: 'one',
      plural: 'tasks',
      query: `$dueAt[lessThan]=${day('2024-02-01')}`,
      passes: (n) => renewalOf(n) < new Date(day('2024-02-01')),
    },
    opportunities('negated', '$stage[-equal]=Lead', (n) => stage(n) !== 'Lead'),
    opportunities('negated', '$stage[-equal]=Lost', (n) => stage(n) !== 'Lost'),
    opportunities('negated', '$name[-startsWith]=acme', (n) => !nameOf(n).startsWith('acme')),
    opportunities('negated', '$amount[-greaterThan]=20000', (n) => amount(n) <= 20_000),
    opportunities('negated', 'strategic[-equal]=true', (n) => !isStrategic(n)),
    opportunities('negated', filter('$account[-equal]', bigId), (n) => n % big !== 0),
    opportunities('relationship', filter('$account', small), (n) => accountOf(n, sizes) === 1),
    opportunities('relationship', filter('$account', bigId), (n) => n % big === 0),
    opportunities(
      'narrow',
      `$stage[equal]=Lead&${filter('$account', bigId)}`,
      (n) => n % big === 0 && stage(n) === 'Lead',
    ),
    opportunities(
      'narrow',
      '$stage[equal]=Proposal&$amount[greaterThan]=300000',
      (n) => stage(n) === 'Proposal' && amount(n) > 300_000,
    ),
    opportunities(
      'narrow',
      'score[greaterThan]=980&$amount[greaterThan]=20000',
      (n) => scoreOf(n) > 980 && amount(n) > 20_000,
    ),
    opportunities(
      'narrow',
      '$name[startsWith]=acme&score[lessThan]=10',
      (n) => nameOf(n).startsWith('acme') && scoreOf(n) < 10,
    ),
    opportunities(
      'narrow',
      `${filter('$account', bigId)}&$amount[-greaterThan]=20000`,
      (n) => n % big === 0 && amount(n) <= 20_000,
    ),
    opportunities(
      'broad',
      'region[equal]=North&strategic[equal]=true',
      (n) => regionOf(n) === 'North' && isStrategic(n),
    ),
    opportunities(
      'broad',
      '$stage[equal]=Lead&$amount[greaterThan]=20000',
      (n) => stage(n) === 'Lead' && amount(n) > 20_000,
    ),
    opportunities(
      'narrow',
      `${filter('$account', bigId)}&$stage[equal]=Lead&strategic[equal]=true`,
      (n) => n % big === 0 && stage(n) === 'Lead' && isStrategic(n),
    ),
    opportunities(
      'narrow',
      'score[lessThan]=15&$stage[equal]=Lead&$amount[greaterThan]=20000',
      (n) => scoreOf(n) < 15 && stage(n) === 'Lead' && amount(n) > 20_000,
    ),
    opportunities(
      'narrow',
      'score[lessThan]=15&$stage[-equal]=Lead&region[equal]=West',
      (n) => scoreOf(n) < 15 && stage(n) !== 'Lead' && regionOf(n) === 'West',
    ),
  ]
}

/** How many records pass. */
export function totalOf({ plural, passes }: Case, sizes: Sizes): number {
  let total = 0
  for (let n = 0; n < sizes[plural]; n += 1) if (passes(n, sizes)) total += 1
  return total
}
