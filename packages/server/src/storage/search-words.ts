import type { Json } from '@openfield/schema'
import { type Connection, rows } from './database.ts'

type Stored = { id: string; objectType: number; fields: Record<string, { value: Json }> }

const pageSize = 500

/** The next page of live records, held as they are until the transaction ends, and how far it came; undefined at the end. */
export async function nextRecords(tx: Connection, workspace: number, progress: string | null) {
  const records = await rows<Stored>(
    tx,
    `select id, object_type as "objectType", fields from record
     where workspace_id = $1 and id > $2 and deleted_at is null order by id limit ${pageSize} for no key update`,
    [workspace, progress ?? '00000000-0000-0000-0000-000000000000'],
  )
  return { records, progress: records.length < pageSize ? undefined : records.at(-1)?.id }
}

/** Adds entries of search, and notes their words. */
export async function addWords(
  tx: Connection,
  workspace: number,
  entries: readonly { field: number; value: string; id: string }[],
) {
  await tx.query(
    `insert into index_text (workspace_id, field, value, id)
     select $1, e.field, e.value, e.id from unnest($2::int[], $3::text[], $4::uuid[]) e(field, value, id) on conflict do nothing`,
    [workspace, entries.map(({ field }) => field), entries.map(({ value }) => value), entries.map(({ id }) => id)],
  )
  await noteWords(tx, workspace, new Set(entries.flatMap(({ value }) => notedWord(value) ?? [])))
}

/** The word of an entry of search that is kept for finding those that are like another; numbers are not. */
export function notedWord(entry: string): string | undefined {
  return entry > ':' ? entry.slice(0, entry.indexOf(' ')) : undefined
}

/** Notes words, in the order that all writers keep. */
export const noteWords = (db: Connection, workspace: number, words: Iterable<string>) =>
  db.query(
    'insert into search_word (workspace_id, word) select $1, w from unnest($2::text[]) w on conflict do nothing',
    [workspace, [...words].sort()],
  )
