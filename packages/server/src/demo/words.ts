/** The words that demo data is made of. Companies and people are made up; towns and their area codes are real. */
export const companyBeginnings = words(
  'Alder Amber Bramble Cedar Clover Cobalt Copper Drift Ember Fern Flint Gale Garnet Hazel Heron Ivory Juniper Kestrel Lark Linden Marble Moss Onyx Otter Pebble Quill Raven Sorrel Thistle Umber Willow Wren',
)
export const companyEndings = words('combe dale fold garth holt mere stow thorpe wick worth')

/** What companies of an industry call themselves; the industries are options of an account's `$industry`. */
export const trades: Readonly<Record<string, readonly string[]>> = {
  Agriculture: ['Farms', 'Orchards'],
  Construction: ['Builders', 'Roofing'],
  Consulting: ['Advisory', 'Partners'],
  'Consumer Goods': ['Goods', 'Home'],
  Education: ['Academy', 'Learning'],
  Energy: ['Energy', 'Solar'],
  'Financial Services': ['Capital', 'Payments'],
  Healthcare: ['Clinics', 'Health'],
  Hospitality: ['Hotels', 'Kitchens'],
  Insurance: ['Insurance', 'Mutual'],
  Logistics: ['Freight', 'Logistics'],
  Manufacturing: ['Instruments', 'Manufacturing'],
  Media: ['Media', 'Studios'],
  Retail: ['Market', 'Stores'],
  Software: ['Software', 'Systems'],
}

export const towns = [
  { city: 'Portland', state: 'OR', postalCode: '97205', areaCode: '503' },
  { city: 'Denver', state: 'CO', postalCode: '80202', areaCode: '303' },
  { city: 'Austin', state: 'TX', postalCode: '78701', areaCode: '512' },
  { city: 'Chicago', state: 'IL', postalCode: '60605', areaCode: '312' },
  { city: 'Columbus', state: 'OH', postalCode: '43215', areaCode: '614' },
  { city: 'Boston', state: 'MA', postalCode: '02110', areaCode: '617' },
  { city: 'Atlanta', state: 'GA', postalCode: '30303', areaCode: '404' },
  { city: 'Minneapolis', state: 'MN', postalCode: '55401', areaCode: '612' },
  { city: 'Seattle', state: 'WA', postalCode: '98104', areaCode: '206' },
  { city: 'Nashville', state: 'TN', postalCode: '37203', areaCode: '615' },
]

export const titles = [
  'Chief Executive',
  'Chief Financial Officer',
  'Head of Operations',
  'Head of Procurement',
  'Head of Sales',
  'IT Director',
  'Office Manager',
  'Operations Manager',
  'Product Manager',
  'Systems Administrator',
  'VP Engineering',
  'VP Marketing',
]

/** How many people a company has, an option of `$headcount`, and how much larger its orders are for it. */
export const headcounts = [
  { value: { label: '1-10', scale: 1 }, weight: 2 },
  { value: { label: '11-50', scale: 2 }, weight: 5 },
  { value: { label: '51-200', scale: 4 }, weight: 6 },
  { value: { label: '201-500', scale: 8 }, weight: 4 },
  { value: { label: '501-1000', scale: 14 }, weight: 2 },
  { value: { label: '1001-5000', scale: 22 }, weight: 1 },
]

export const fundings = ['Bootstrapped', 'Seed', 'Series A', 'Series B', 'Private Equity']

/** What is sold, and what its price is multiplied by. */
export const products = [
  { name: 'annual plan', scale: 6 },
  { name: 'data migration', scale: 3 },
  { name: 'pilot', scale: 1 },
  { name: 'renewal', scale: 5 },
  { name: 'second site', scale: 4 },
  { name: 'support package', scale: 2 },
  { name: 'team expansion', scale: 4 },
  { name: 'training days', scale: 1 },
]

/** The stages, options of `$stage`: how many there are of each, how likely they are won, and what comes next. */
export const stages: readonly Stage[] = [
  {
    value: { label: 'Lead', probability: 10, steps: ['Call NAME to hear what they need', 'Find out who decides'] },
    weight: 5,
  },
  {
    value: {
      label: 'Qualification',
      probability: 25,
      steps: ['Agree on a budget with NAME', 'Send NAME the security answers'],
    },
    weight: 4,
  },
  {
    value: { label: 'Demo', probability: 40, steps: ['Show NAME the reports they asked for', 'Invite the whole team'] },
    weight: 4,
  },
  {
    value: {
      label: 'Trial',
      probability: 55,
      steps: ['Ask NAME how the first week went', 'Extend the trial by a week'],
    },
    weight: 3,
  },
  {
    value: {
      label: 'Proposal',
      probability: 75,
      steps: ['Send NAME the contract', 'Follow up on the offer with NAME', 'Talk terms of payment with NAME'],
    },
    weight: 4,
  },
  {
    value: {
      label: 'Won',
      probability: 100,
      steps: ['Plan the start with NAME'],
      reasons: ['Quick to set up', 'The team liked the trial', 'Best price for the size', 'Good answers from support'],
    },
    weight: 7,
  },
  {
    value: {
      label: 'Lost',
      probability: 0,
      steps: [],
      reasons: ['No budget this year', 'Chose to stay with spreadsheets', 'Went with another vendor', 'No answer'],
    },
    weight: 4,
  },
]

/** What is written down after a step with a customer. NAME is whom one spoke to, PRODUCT what it is about. */
export const notes: readonly { title: string; content: string }[] = [
  {
    title: 'First call',
    content:
      'NAME found us through a colleague. They keep everything in spreadsheets today.\n\n- Wants to start before the quarter ends\n- Six people would use it at first',
  },
  {
    title: 'What they need',
    content:
      '**Must have:** import of their old data, roles for the warehouse.\n\n**Nice to have:** reports by e-mail.\n\nNAME will send examples.',
  },
  {
    title: 'Who decides',
    content: 'NAME recommends, finance signs. Budget for the PRODUCT is approved up to the end of the year.',
  },
  {
    title: 'After the demo',
    content: 'NAME liked the search. Two questions are open: single sign-on, and where data is kept.',
  },
  {
    title: 'Trial, first week',
    content: 'Four of six have signed in. NAME asks for a short training.\n\n1. Call on Thursday\n2. Send the guide',
  },
  { title: 'Price', content: 'They compare us with one other. NAME asks whether the PRODUCT can be paid by quarter.' },
  { title: 'Security questions', content: 'Sent the answers to their 40 questions. NAME expects no trouble.' },
  { title: 'Follow-up', content: 'Left a message for NAME. Back from holiday next week.' },
]

/** What members have to do about an opportunity. */
export const chores = [
  'Send NAME the price list',
  'Prepare the demo for NAME',
  'Ask NAME for last year’s numbers',
  'Check the security questions of NAME',
  'Call NAME back',
  'Send NAME the minutes',
  'Write the offer for NAME',
]

/** What meetings are about, by the stage in which they take place. */
export const occasions: Readonly<Record<string, string>> = {
  Qualification: 'First call',
  Demo: 'Demo',
  Trial: 'Trial review',
  Proposal: 'Terms',
  Won: 'Kick-off',
}

type Stage = {
  value: {
    label: string
    /** In per cent. */
    probability: number
    /** NAME stands for the first name of the champion. */
    steps: readonly string[]
    /** Of a stage that ends it: why it ended so. */
    reasons?: readonly string[]
  }
  weight: number
}

function words(text: string): string[] {
  return text.split(' ')
}
