import { searchField, wordEntry, wordsOf } from '../domain/search/words.ts'
import type { Database } from '../storage/database.ts'
import { readDefinitions } from '../storage/definitions.ts'
import { type OutboxRow, onePage } from '../storage/outbox.ts'
import { addWords, nextRecords } from '../storage/search-words.ts'

/** Gives all live records the words by which search finds them, a page at a time: those made before there was search. */
export async function addSearchWords(db: Database, workspace: number, work: readonly OutboxRow[]): Promise<void> {
  for (const piece of work) {
    const { types } = await readDefinitions(db, workspace)
    const byNumber = new Map(Array.from(types.values(), (type) => [type.number, type]))
    await onePage(db, workspace, piece, async (tx) => {
      const { records, progress } = await nextRecords(tx, workspace, piece.progress)
      const entries = records.flatMap(({ id, objectType, fields }) =>
        Array.from(byNumber.get(objectType)?.fields.values() ?? [])
          .flatMap((field) => wordsOf(field, fields[field.key]?.value ?? null).map((word) => wordEntry(word, field)))
          .map((value) => ({ field: searchField, value, id })),
      )
      await addWords(tx, workspace, entries)
      return progress
    })
  }
}
