/** What is known of an opportunity, in words; null where nothing is. */
export type OpportunityFacts = {
  stage: string | null
  amount: { value: number; currency: string } | null
  account: string | null
  people: { role: string; name: string }[]
  closeDate: string | null
  closeReason: string | null
  nextStep: string | null
  lastInteractionAt: string | null
}

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
  ]
  const list = points.flatMap((point) => (point ? [`- ${point}`] : []))
  return [headline.filter(Boolean).join(' · '), list.join('\n')].filter(Boolean).join('\n\n')
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
