import type { Database } from '../storage/database.ts'
import { readDefinitions } from '../storage/definitions.ts'
import { latestLinked, typesOf, writeDerived } from '../storage/derived.ts'
import { finishWork, type OutboxRow } from '../storage/outbox.ts'
import type { Work } from '../storage/records.ts'

/** What counts as an interaction, and the field that says when it was; notes by when they were written. */
const interactions = { meeting: '$endDate', message: '$sentAt', email: '$sentAt', note: '' }

const key = '$lastInteractionAt'

/** Notes when somebody last had to do with some accounts, contacts or opportunities. */
export async function noteInteractions(db: Database, workspace: number, work: readonly OutboxRow[]): Promise<void> {
  const { types } = await readDefinitions(db, workspace)
  const ids = work.map((piece) => piece.recordId)
  const sources = Object.entries(interactions).flatMap(([name, timestamp]) => {
    const type = types.get(name)
    return type ? [{ number: type.number, timestamp }] : []
  })
  const [numbers, latest] = [await typesOf(db, workspace, ids), await latestLinked(db, workspace, ids, sources)]
  const byNumber = new Map(Array.from(types.values(), (type) => [type.number, type]))
  for (const piece of work) {
    const type = byNumber.get(numbers.get(piece.recordId) ?? 0)
    const field = type?.fields.get(key)
    if (!type || !field) {
      await finishWork(db, workspace, piece)
      continue
    }
    const at = latest.get(piece.recordId)
    const indexed = at ? { [field.id]: at.getTime() } : {}
    const fields = { [key]: { value: at?.toISOString() ?? null, valueType: field.valueType } }
    await writeDerived(db, workspace, piece, fields, indexed, summaryOf(type.name, piece.recordId))
  }
}

/** Summaries say when the last interaction was. */
function summaryOf(type: string, recordId: string): Work[] {
  if (type === 'opportunity') return [{ kind: 'summary', recordId }]
  return type === 'account' ? [{ kind: 'account-summary', recordId }] : []
}
