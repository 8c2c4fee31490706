import type { Definitions, Field, Json, ObjectDefinition } from '@openfield/schema'
import type { Database } from '../storage/database.ts'
import { readDefinitions } from '../storage/definitions.ts'
import { openTasks } from '../storage/derived.ts'
import { finishWork, type OutboxRow, onePage } from '../storage/outbox.ts'
import {
  addSummaryWork,
  type LinkedName,
  linkedNames,
  readFields,
  readGenerated,
  writeGenerated,
} from '../storage/summaries.ts'
import { type OpportunityFacts, writeSummary } from './summary-text.ts'

/** Writes the summaries of some opportunities. Writing one is no change of the opportunity, and asks for nothing. */
export async function summarise(db: Database, workspace: number, work: readonly OutboxRow[]): Promise<void> {
  const { types } = await readDefinitions(db, workspace)
  const opportunity = requireType(types.get('opportunity'))
  const ids = work.map((piece) => piece.recordId)
  const fields = await readFields(db, workspace, opportunity.number, ids)
  const links = Map.groupBy(await linkedNames(db, workspace, ids, relationshipIds(opportunity)), (link) => link.id)
  const generated = await readGenerated(db, workspace, ids)
  const tasks = await openTasks(db, workspace, ids, taskRelationship(types))
  for (const piece of work) {
    const values = fields.get(piece.recordId)
    if (!values) {
      await finishWork(db, workspace, piece)
      continue
    }
    const facts = factsOf(opportunity, { ...values, ...generated.get(piece.recordId) }, links.get(piece.recordId) ?? [])
    const text = writeSummary({ ...facts, tasks: tasks.get(piece.recordId) ?? null })
    const value = text === '' ? null : text
    await writeGenerated(db, workspace, piece, { $opportunityStatus: { value, valueType: 'MARKDOWN' } })
  }
}

/** Asks for all summaries that mention a record by its name, of opportunities and accounts, a page at a time. */
export async function summariseRelated(db: Database, workspace: number, work: readonly OutboxRow[]): Promise<void> {
  const { types } = await readDefinitions(db, workspace)
  const owners = types.get('account')?.relationships.get('$owner')?.ids ?? []
  const relationships = [
    ...relationshipIds(requireType(types.get('opportunity'))).map((id) => ({ id, kind: 'summary' })),
    ...owners.map((id) => ({ id, kind: 'account-summary' })),
  ]
  for (const piece of work) {
    await onePage(db, workspace, piece, (tx) =>
      addSummaryWork(tx, workspace, { linkedTo: piece.recordId, relationships }, piece.progress),
    )
  }
}

/** Asks for the summaries of all opportunities, a page at a time: a stage has another name. */
export async function summariseAll(db: Database, workspace: number, work: readonly OutboxRow[]): Promise<void> {
  const { types } = await readDefinitions(db, workspace)
  const { number } = requireType(types.get('opportunity'))
  for (const piece of work) {
    await onePage(db, workspace, piece, (tx) =>
      addSummaryWork(tx, workspace, { objectType: number, kind: 'summary' }, piece.progress),
    )
  }
}

const taskRelationship = (types: Definitions) => types.get('task')?.relationships.get('$opportunity')?.ids[0] ?? 0

function requireType(definition: ObjectDefinition | undefined): ObjectDefinition {
  if (!definition) throw new Error('the object type opportunity is missing')
  return definition
}

/** The relationships whose other ends a summary mentions, and how it calls them. */
const people = { $champion: 'Champion', $evaluator: 'Evaluator', $owner: 'Owner' }

const relationshipIds = (opportunity: ObjectDefinition) =>
  ['$account', ...Object.keys(people)].flatMap((key) => opportunity.relationships.get(key)?.ids ?? [])

function factsOf(
  opportunity: ObjectDefinition,
  values: Record<string, { value: Json }>,
  links: LinkedName[],
): Omit<OpportunityFacts, 'tasks'> {
  const fieldOf = (key: string): Field | undefined => opportunity.fields.get(key)
  const readValue = (key: string) => values[key]?.value ?? null
  const textOf = (key: string) => {
    const [field, value] = [fieldOf(key), readValue(key)]
    return field && value !== null ? field.type.display(value, field.configuration) : null
  }
  const nameOf = (key: string) => {
    const [id] = opportunity.relationships.get(key)?.ids ?? []
    return links.find((link) => link.relationship === id)?.name ?? null
  }
  const amount = readValue('$amount')
  return {
    stage: textOf('$stage'),
    amount:
      typeof amount === 'number' ? { value: amount, currency: fieldOf('$amount')?.configuration.currency ?? '' } : null,
    account: nameOf('$account'),
    people: Object.entries(people).flatMap(([key, role]) => {
      const name = nameOf(key)
      return name === null ? [] : [{ role, name }]
    }),
    closeDate: textOf('$closeDate'),
    closeReason: textOf('$closeReason'),
    nextStep: textOf('$nextStep'),
    lastInteractionAt: textOf('$lastInteractionAt'),
  }
}
