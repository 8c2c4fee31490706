/** What is known of an opportunity, in words; null where nothing is. */
export type OpportunityFacts = {
  stage: string | null
  amount: { value: number; currency: string } | null
  account: string | null
  people: { role: string; name: string }[]
  closeDate: string | null
  closeReason: string | null
  nextStep: string | null
  tasks: OpenTasks | null
  lastInteractionAt: string | null
}

type OpenTasks = { count: number; title: string | null; dueAt: string | null }

/**
 * The summary of an opportunity, as Markdown. A pure function of the facts: the same facts give the same text. This is
 * the one place to put another writer, such as a language model.
 */
export function writeSummary(facts: OpportunityFacts): string {
  const headline = [
    facts.stage && `**${plain(facts.stage)}**`,
    facts.amount && money(facts.amount),
    facts.account && plain(facts.account),
  ]
  const points = [
    ...facts.people.map(({ role, name }) => `${role}: ${plain(name)}`),
    facts.closeDate && `Close date: ${day(facts.closeDate)}`,
    facts.closeReason && `Close reason: ${plain(facts.closeReason)}`,
    facts.lastInteractionAt && `Last interaction: ${day(facts.lastInteractionAt)}`,
    facts.nextStep && `Next step: ${plain(facts.nextStep)}`,
    facts.tasks && openTasks(facts.tasks),
  ]
  return paragraphs(headline, points)
}

/** What is known of an account, in numbers and words; null where nothing is. */
export type AccountFacts = {
  owner: string | null
  contacts: number
  /** Open ones by stage. */
  opportunities: { stage: string; count: number }[]
  amount: { value: number; currency: string }
  tasks: OpenTasks | null
  lastInteractionAt: string | null
}

/** How things are with an account, as Markdown: a pure function of the facts, like the summary of an opportunity. */
export function writeAccountStatus(facts: AccountFacts): string {
  const count = facts.opportunities.reduce((sum, one) => sum + one.count, 0)
  const stages = facts.opportunities.map((one) => `${plain(one.stage)} ${one.count}`).join(', ')
  const headline = [
    count > 0 && `**${some(count, 'open opportunity', 'open opportunities')}**`,
    count > 0 && money(facts.amount),
  ]
  const points = [
    count > 0 && `Stages: ${stages}`,
    facts.owner && `Owner: ${plain(facts.owner)}`,
    facts.contacts > 0 && `People: ${some(facts.contacts, 'contact', 'contacts')}`,
    facts.lastInteractionAt && `Last interaction: ${day(facts.lastInteractionAt)}`,
    facts.tasks && openTasks(facts.tasks),
  ]
  return paragraphs(headline, points)
}

/** What is known of an account's business, as Markdown. */
export function writeBusiness(facts: Record<'industry' | 'headcount' | 'funding' | 'website', string | null>): string {
  const headline = [
    facts.industry && `**${plain(facts.industry)}**`,
    facts.headcount && `${plain(facts.headcount)} people`,
  ]
  return paragraphs(headline, [
    facts.funding && `Last funding: ${plain(facts.funding)}`,
    facts.website && `Website: ${plain(facts.website)}`,
  ])
}

type Part = string | false | null

function paragraphs(headline: Part[], points: Part[]): string {
  const list = points.flatMap((point) => (point ? [`- ${point}`] : []))
  return [headline.filter(Boolean).join(' · '), list.join('\n')].filter(Boolean).join('\n\n')
}

const some = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`

function openTasks({ count, title, dueAt }: OpenTasks): string {
  const next = [title && plain(title), dueAt && `due ${day(dueAt)}`].filter(Boolean).join(', ')
  return `Open tasks: ${count}${next && ` (next: ${next})`}`
}

const lengthMax = 300

/** Text from a record on one line, with everything escaped that Markdown would read as its own. */
function plain(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  const short = line.length > lengthMax ? `${line.slice(0, lengthMax).toWellFormed().trimEnd()}…` : line
  return short.replaceAll(/[\\`*_{}[\]<>()#+!|~]/g, '\\$&')
}

const money = ({ value, currency }: { value: number; currency: string }) =>
  `${new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 }).format(value)} ${currency}`

const day = (timestamp: string) => timestamp.slice(0, 10)
