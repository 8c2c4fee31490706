import type { Json, ObjectDefinition } from '@openfield/schema'
import { linkedIds } from '../domain/records/links.ts'
import type { Work } from '../storage/records.ts'
import type { Links } from '../storage/rows.ts'

/** The kinds of background work; `drain.ts` says who does them. */
export type WorkKind =
  | 'summary'
  | 'related-summaries'
  | 'all-summaries'
  | 'account-summary'
  | 'interaction'
  | 'field-removal'
  | 'relationship-removal'
  | 'object-removal'
  | 'merge-cleanup'
  | 'import'
  | 'imported'
  | 'import-undo'
  | 'search-words'
  | 'sent-copy'
  | 'new-record'
  | 'enrichment'
  | 'workflow'
  | 'workflow-triggers'
  | 'workflow-schedule'
  | 'email-links'

/** What a write of a record asks for: work on itself, on the records it is linked to, when it has another name or address. */
type Demands = { own?: WorkKind; linked?: Record<string, WorkKind>; named?: WorkKind; addressed?: WorkKind }

const interactions: Record<string, WorkKind> = {
  account: 'interaction',
  contact: 'interaction',
  opportunity: 'interaction',
}

const demands: Record<string, Demands> = {
  opportunity: { own: 'summary', linked: { account: 'account-summary' } },
  account: { own: 'account-summary', named: 'related-summaries' },
  contact: { linked: { account: 'account-summary' }, named: 'related-summaries', addressed: 'email-links' },
  member: { named: 'related-summaries' },
  task: { linked: { opportunity: 'summary', account: 'account-summary' } },
  note: { linked: interactions },
  meeting: { linked: interactions },
  message: { linked: interactions },
  email: { linked: interactions },
}

/** What the records of a custom object ask for, whatever it is called. */
const nothing: Demands = {}

const demandsOf = (definition: ObjectDefinition) =>
  definition.custom ? nothing : (demands[definition.name] ?? nothing)

/** The work that every record of a type asks for about itself. */
export const ownWork = (definition: ObjectDefinition | undefined): WorkKind | undefined =>
  definition && demandsOf(definition).own

type Ends = { from: Links; to: Links }

/**
 * The work that a write of a record leaves behind; `links` are those it has, or had, as far as they matter. One that is new
 * has not been mentioned by its name yet.
 */
export function workOf(
  definition: ObjectDefinition,
  recordId: string,
  values: readonly { field: { key: string }; value: Json }[],
  links: readonly Ends[],
  isNew = false,
): Work[] {
  const { own, linked = {}, named, addressed } = demandsOf(definition)
  const isNamed = values.some(({ field }) => field.key === '$name' || field.key === '$email')
  const isAddressed = values.some(({ field, value }) => field.key === '$email' && value !== null)
  const others = [...definition.relationships.values(), ...definition.unseen.values()].flatMap((relationship) => {
    const kind = Object.hasOwn(linked, relationship.objectType) ? linked[relationship.objectType] : undefined
    return kind ? links.flatMap((ends) => linkedIds(relationship, ends).map((id) => ({ kind, recordId: id }))) : []
  })
  return [
    ...(own ? [{ kind: own, recordId }] : []),
    ...(named && isNamed && !isNew ? [{ kind: named, recordId }] : []),
    ...(addressed && isAddressed ? [{ kind: addressed, recordId }] : []),
    ...uniqueWork(others),
  ]
}

const uniqueWork = (work: readonly Work[]) => [
  ...new Map(work.map((one) => [`${one.kind} ${one.recordId}`, one])).values(),
]
