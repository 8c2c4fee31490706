import type { Definitions } from '@openfield/schema'
import { noLinks, systemLinks } from '../domain/records/create.ts'
import { linksAfter } from '../domain/records/relationships.ts'
import { takeBatch } from '../storage/bulk.ts'
import { type Database, transaction } from '../storage/database.ts'
import { readDefinitions } from '../storage/definitions.ts'
import { askFor, finishWork, type OutboxRow } from '../storage/outbox.ts'
import type { Work } from '../storage/records.ts'
import { workOf } from './work.ts'

type Imported = Awaited<ReturnType<typeof takeBatch>>[number]

/** Asks for what the records of imports ask for, batch by batch: what creating one asks for at once. */
export async function followImported(db: Database, workspace: number, work: readonly OutboxRow[]): Promise<void> {
  for (const piece of work) {
    const { types } = await readDefinitions(db, workspace)
    await transaction(db, async (tx) => {
      const imported = await takeBatch(tx, workspace, piece.recordId)
      await askFor(tx, workspace, imported.flatMap(demandsOf(types)))
      await finishWork(tx, workspace, piece)
    })
  }
}

function demandsOf(types: Definitions): (one: Imported) => Work[] {
  const byNumber = new Map(Array.from(types.values(), (type) => [type.number, type]))
  return ({ id, type, after, links }) => {
    const definition = byNumber.get(type)
    if (!definition) return []
    const values = Object.entries(after).map(([key, value]) => ({ field: { key }, value }))
    const added = Object.fromEntries(Object.entries(links).map(([key, change]) => [key, change.added]))
    return workOf(definition, id, values, [linksAfter(noLinks, systemLinks(definition, added))], true)
  }
}
