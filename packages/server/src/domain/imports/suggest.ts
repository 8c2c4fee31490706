import { fold, InvalidValue, type ObjectDefinition } from '@openfield/schema'
import type { MappingEntry } from './settings.ts'
import { type Target, takesSeveral, targetsOf } from './targets.ts'

/** Other words that people use at the head of a column, by object type and target. */
const synonyms: Record<string, Record<string, string[]>> = {
  account: {
    $name: ['account', 'account name', 'company', 'company name', 'organisation', 'organization', 'customer', 'firma'],
    $website: ['domain', 'url', 'homepage', 'web', 'web site', 'company domain', 'webseite'],
    $industry: ['sector', 'branche'],
    $headcount: ['employees', 'size', 'company size', 'number of employees'],
    '$primaryAddress.postalCode': ['zip', 'zip code', 'postcode', 'plz'],
    '$primaryAddress.street': ['address', 'address line 1', 'street address', 'strasse'],
    '$primaryAddress.street2': ['address line 2'],
    '$primaryAddress.city': ['town', 'ort', 'stadt'],
    '$primaryAddress.state': ['region', 'province', 'county'],
    '$primaryAddress.country': ['land'],
  },
  contact: {
    $name: ['full name', 'contact', 'contact name', 'person'],
    '$name.firstName': ['given name', 'forename', 'first', 'vorname'],
    '$name.lastName': ['surname', 'family name', 'last', 'nachname'],
    $email: [
      'e mail',
      'mail',
      'email address',
      'e mail address',
      'work email',
      'email 1',
      'email 2',
      'secondary email',
    ],
    $phone: ['telephone', 'phone number', 'mobile', 'mobile phone', 'cell', 'work phone', 'telefon', 'tel'],
    $title: ['job title', 'position', 'role', 'function'],
    $account: [
      'account',
      'account name',
      'company',
      'company name',
      'organisation',
      'organization',
      'employer',
      'firma',
    ],
    $linkedIn: ['linkedin url', 'linkedin profile'],
  },
  opportunity: {
    $name: ['deal', 'deal name', 'opportunity', 'opportunity name'],
    $account: ['company', 'company name', 'account name', 'customer', 'organisation', 'organization'],
    $amount: ['value', 'deal value', 'price', 'revenue', 'betrag'],
    $closeDate: ['expected close date', 'close', 'closing date', 'expected close'],
    $stage: ['status', 'deal stage', 'phase'],
    $owner: ['sales rep', 'salesperson', 'deal owner'],
  },
  task: {
    $title: ['task', 'subject', 'name', 'to do'],
    $dueAt: ['due date', 'due', 'deadline'],
    $assignedTo: ['assignee', 'owner', 'responsible'],
    $description: ['notes', 'details', 'text'],
  },
  note: { $title: ['subject', 'name'], $content: ['note', 'text', 'body'] },
}

/** Heads are compared by their letters and digits, accents apart. */
const comparable = (text: string) =>
  fold(text)
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/** A column's name, and texts of its cells that are not empty. */
export type Sampled = { name: string; texts: readonly string[] }

/** For each column what it may become; a target that takes one column is suggested once. */
export function suggestMapping(definition: ObjectDefinition, columns: readonly Sampled[]): MappingEntry[] {
  const targets = targetsOf(definition)
  const byName = namesOf(definition, targets)
  const used = new Set<string>()
  return columns.map(({ name, texts }, column) => {
    const found = byName.get(comparable(name))
    // The ids of linked records and their names, side by side, say the same.
    const isMore = found?.kind === 'field' && takesSeveral(found)
    const target = found && (isMore || !isUsed(found, used)) ? found : undefined
    if (target) used.add(target.to)
    return { column, to: target?.to ?? null, ...(target?.kind === 'field' && formatOf(target, texts)) }
  })
}

/** A field's parts and the whole of it exclude each other. */
const isUsed = ({ to }: Target, used: ReadonlySet<string>) =>
  used.has(to) ||
  (to.includes('.') ? used.has(to.split('.')[0] ?? '') : [...used].some((one) => one.startsWith(`${to}.`)))

function namesOf({ name }: ObjectDefinition, targets: ReadonlyMap<string, Target>): Map<string, Target> {
  const names = new Map<string, Target>()
  const add = (text: string, target: Target) => {
    if (!names.has(comparable(text))) names.set(comparable(text), target)
  }
  for (const target of targets.values()) {
    add(target.label, target)
    add(target.to, target)
    add(`${target.label} (${target.to})`, target)
  }
  for (const [to, others] of Object.entries(synonyms[name] ?? {})) {
    const target = targets.get(to)
    if (target) for (const other of others) add(other, target)
  }
  // "City" alone is the city of the only address.
  for (const target of targets.values()) {
    if (target.kind === 'field' && target.part !== undefined) add(target.field.type.parts?.[target.part] ?? '', target)
    if (target.kind === 'relationship') for (const end of [' id', ' ids']) add(target.label + end, target)
  }
  return names
}

const choices = {
  dates: ['month-first', 'day-first'],
  decimal: ['.', ','],
  separator: [';', '; ', ',', '|'],
} as const

/** How the cells of a column are written: for each choice the one with which the most of them can be read. */
function formatOf(
  { field, part }: Extract<Target, { kind: 'field' }>,
  texts: readonly string[],
): Partial<MappingEntry> {
  if (part !== undefined) return {}
  const usual = { dates: 'month-first', decimal: '.', separator: ';', timeZone: 'UTC' } as const
  const readable = (format: object) =>
    texts.filter((text) => {
      try {
        field.type.parse(field.type.fromCell(text, { ...usual, ...format }, field.configuration), field.configuration)
        return true
      } catch (error) {
        if (error instanceof InvalidValue) return false
        throw error
      }
    }).length
  const chosen = Object.entries(choices).flatMap(([key, all]) => {
    const counts = all.map((choice) => readable({ [key]: choice }))
    const best = counts.indexOf(Math.max(...counts))
    return best > 0 ? [[key, all[best]]] : []
  })
  return Object.fromEntries(chosen)
}
