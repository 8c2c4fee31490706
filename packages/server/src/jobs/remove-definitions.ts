import type { Database } from '../storage/database.ts'
import { changingDefinitions, readDefinitions } from '../storage/definitions.ts'
import { type OutboxRow, onePage } from '../storage/outbox.ts'
import {
  findRemovedField,
  forgetField,
  forgetObjectType,
  forgetRelationship,
  removeLinks,
  removeTrashed,
  removeValues,
} from '../storage/removals.ts'

/** Takes the values of a removed field out of all records, a page at a time, and at the end the definition itself. */
export async function removeField(db: Database, workspace: number, work: readonly OutboxRow[]): Promise<void> {
  for (const piece of work) {
    const id = numberOf(piece)
    const field = await findRemovedField(db, workspace, id)
    const { types } = await readDefinitions(db, workspace)
    await onePage(db, workspace, piece, async (tx) => {
      if (!field) return undefined
      const number = types.get(field.object_type)?.number
      // The records of a removed object type go as a whole.
      const progress =
        number === undefined ? undefined : await removeValues(tx, workspace, number, field.slug, piece.progress)
      if (progress === undefined) await changingDefinitions(tx, workspace, () => forgetField(tx, workspace, id))
      return progress
    })
  }
}

/** Removes the links of a removed relationship, a page at a time, and at the end the definition itself. */
export async function removeRelationship(db: Database, workspace: number, work: readonly OutboxRow[]): Promise<void> {
  for (const piece of work) {
    const id = numberOf(piece)
    await onePage(db, workspace, piece, async (tx) => {
      const progress = await removeLinks(tx, workspace, id, piece.progress)
      if (progress === undefined) await forgetRelationship(tx, workspace, id)
      return progress
    })
  }
}

/** Removes what the trash holds of a removed object type, a page at a time, and at the end the type itself. */
export async function removeObjectType(db: Database, workspace: number, work: readonly OutboxRow[]): Promise<void> {
  for (const piece of work) {
    const number = numberOf(piece)
    await onePage(db, workspace, piece, async (tx) => {
      const progress = await removeTrashed(tx, workspace, number, piece.progress)
      if (progress === undefined) await forgetObjectType(tx, workspace, number)
      return progress
    })
  }
}

/** Definitions are numbered; work names them by a UUID that holds the number. */
const numberOf = ({ recordId }: OutboxRow) => Number.parseInt(recordId.slice(-12), 16)
