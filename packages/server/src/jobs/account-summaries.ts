import { type Json, type ObjectDefinition, systemId } from '@openfield/schema'
import type { Database } from '../storage/database.ts'
import { readDefinitions } from '../storage/definitions.ts'
import { countLinked, openTasks, opportunityTotals, writeDerived } from '../storage/derived.ts'
import { finishWork, type OutboxRow } from '../storage/outbox.ts'
import { linkedNames, readFields, readGenerated } from '../storage/summaries.ts'
import { type AccountFacts, writeAccountStatus, writeBusiness } from './summary-text.ts'

/** The stages in which an opportunity is over. */
const closed = ['Won', 'Lost'].map((label) => systemId('opt', `opportunity.$stage/${label}`))

/** Writes what stands beside accounts: how things are with them, and what is known of their business. */
export async function summariseAccounts(db: Database, workspace: number, work: readonly OutboxRow[]): Promise<void> {
  const { types } = await readDefinitions(db, workspace)
  const [account, opportunity] = [requireType(types.get('account')), requireType(types.get('opportunity'))]
  const task = requireType(types.get('task'))
  const ids = work.map((piece) => piece.recordId)
  const through = (type: ObjectDefinition, key: string) => type.relationships.get(key)?.ids[0] ?? 0
  const fields = await readFields(db, workspace, account.number, ids)
  const generated = await readGenerated(db, workspace, ids)
  const owners = await linkedNames(db, workspace, ids, [through(account, '$owner')])
  const contacts = await countLinked(db, workspace, ids, { relationship: through(account, '$contact'), side: 'from' })
  const totals = await opportunityTotals(db, workspace, ids, through(opportunity, '$account'))
  const tasks = await openTasks(db, workspace, ids, through(task, '$account'))
  const stage = opportunity.fields.get('$stage')

  for (const piece of work) {
    const values = fields.get(piece.recordId)
    if (!values) {
      await finishWork(db, workspace, piece)
      continue
    }
    const open = (totals.get(piece.recordId) ?? []).filter((one) => !closed.includes(one.stage ?? ''))
    const facts: AccountFacts = {
      owner: owners.find(({ id }) => id === piece.recordId)?.name ?? null,
      contacts: contacts.get(piece.recordId) ?? 0,
      opportunities: open.map(({ stage: id, count }) => ({
        stage: stage && id !== null ? stage.type.display(id, stage.configuration) : '',
        count,
      })),
      amount: {
        value: open.reduce((sum, { amount }) => sum + amount, 0),
        currency: opportunity.fields.get('$amount')?.configuration.currency ?? '',
      },
      tasks: tasks.get(piece.recordId) ?? null,
      lastInteractionAt: text(generated.get(piece.recordId)?.$lastInteractionAt?.value),
    }
    const shown = (key: string) => display(account, key, values[key]?.value ?? null)
    const business = writeBusiness({
      industry: shown('$industry'),
      headcount: shown('$headcount'),
      funding: shown('$lastFundingType'),
      website: shown('$website'),
    })
    const markdown = (value: string) => ({ value: value === '' ? null : value, valueType: 'MARKDOWN' })
    const written = { $accountStatus: markdown(writeAccountStatus(facts)), $howTheyMakeMoney: markdown(business) }
    await writeDerived(db, workspace, piece, written, undefined, [])
  }
}

const text = (value: Json | undefined) => (typeof value === 'string' ? value : null)

function display(definition: ObjectDefinition, key: string, value: Json): string | null {
  const field = definition.fields.get(key)
  return field && value !== null ? field.type.display(value, field.configuration) : null
}

function requireType(definition: ObjectDefinition | undefined): ObjectDefinition {
  if (!definition) throw new Error('a built-in object type is missing')
  return definition
}
