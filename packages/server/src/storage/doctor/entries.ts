import type { Json } from '@openfield/schema'
import { type Connection, rows, run } from '../database.ts'
import { type Entries, type EntryTable, entryColumns, entryTables, refusable, WriteRefused } from '../records.ts'

export type Entry = { field: number; value: string | number; id: string }

type Values = Record<string, { value: Json }>

/** A record with what stands beside it, and what its log of changes says that its fields have come to. */
export type ExaminedRecord = {
  id: string
  objectType: number
  live: boolean
  fields: Values
  generated: Values | null
  numbers: Record<string, number> | null
  /** Of a file that can be found; null for other records. */
  complete: boolean | null
  logged: Record<string, Json> | null
}

const columns = `r.id, r.object_type as "objectType", r.deleted_at is null as live, r.fields,
  g.fields as generated, g.numbers, (select f.status = 'COMPLETED' from file f where f.workspace_id = $1 and f.id = r.id) as complete`
const source = 'record r left join generated_fields g on g.workspace_id = $1 and g.id = r.id'

const logged = `(select jsonb_object_agg(e.key, e.value order by c.transaction, c.id) from change c
  cross join lateral jsonb_each(c.after) e where c.workspace_id = $1 and c.record_id = r.id) as logged`

const pageSize = 500
const first = '00000000-0000-0000-0000-000000000000'

/** All records of a workspace, a page at a time. */
export async function* recordPages(db: Connection, workspace: number): AsyncGenerator<ExaminedRecord[]> {
  for (let after = first; ; ) {
    const page = await rows<ExaminedRecord>(
      db,
      `select ${columns}, ${logged} from ${source} where r.workspace_id = $1 and r.id > $2 order by r.id limit ${pageSize}`,
      [workspace, after],
    )
    if (page.length > 0) yield page
    if (page.length < pageSize) return
    after = page.at(-1)?.id ?? first
  }
}

/** Some records as `recordPages` gives them, without their logs. */
export const recordsOf = (db: Connection, workspace: number, ids: readonly string[]) =>
  rows<ExaminedRecord>(
    db,
    `select ${columns}, null as logged from ${source} where r.workspace_id = $1 and r.id = any($2)`,
    [workspace, ids],
  )

/** Those of some entries that are not there. Each is looked up by its key, whatever the planner thinks. */
export async function missingEntries(db: Connection, workspace: number, table: EntryTable, entries: readonly Entry[]) {
  const found = await run<[number]>(
    db,
    {
      name: `doctor_missing_${table}`,
      text: `select e.place::int - 1 from unnest($2::int[], $3::${entryTables[table].type}[], $4::uuid[]) with ordinality e(field, value, id, place)
        cross join lateral (select count(*) from (select 1 from ${table} t
          where t.workspace_id = $1 and t.field = e.field and t.value = e.value and t.id = e.id limit 1) f) f(found)
        where f.found = 0`,
    },
    [workspace, entries.map(({ field }) => field), entries.map(({ value }) => value), entries.map(({ id }) => id)],
  )
  return found.flatMap(([place]) => entries[place] ?? [])
}

/** Those of some words that search does not know for finding the ones that are like another. */
export async function missingWords(db: Connection, workspace: number, words: readonly string[]): Promise<string[]> {
  const found = await run<[string]>(
    db,
    {
      name: 'doctor_missing_words',
      text: `select w.word from unnest($2::text[]) w(word)
        cross join lateral (select count(*) from (select 1 from search_word s
          where s.workspace_id = $1 and s.word = w.word limit 1) f) f(found) where f.found = 0`,
    },
    [workspace, words],
  )
  return found.map(([word]) => word)
}

/** How many entries there are of each field. */
export async function countEntries(db: Connection, workspace: number, table: EntryTable): Promise<Map<number, number>> {
  const found = await rows<{ field: number; count: number }>(
    db,
    `select field, count(*)::int from ${table} where workspace_id = $1 group by field`,
    [workspace],
  )
  return new Map(found.map(({ field, count }) => [field, count]))
}

const entriesPage = 2000

/** All entries of a field, a page at a time. */
export async function* entryPages(
  db: Connection,
  workspace: number,
  table: EntryTable,
  field: number,
): AsyncGenerator<Entry[]> {
  for (let after: Entry | undefined; ; ) {
    const page: Entry[] = await rows<Entry>(
      db,
      `select field, value, id from ${table} where workspace_id = $1 and field = $2
       ${after ? `and (value, id) > ($3::${entryTables[table].type} ${collation(table)}, $4::uuid)` : ''} order by value, id limit ${entriesPage}`,
      [workspace, field, ...(after ? [after.value, after.id] : [])],
    )
    if (page.length > 0) yield page
    if (page.length < entriesPage) return
    after = page.at(-1)
  }
}

const collation = (table: EntryTable) => (entryTables[table].type === 'text' ? 'collate "C"' : '')

/**
 * Gives a record the entries that it should have and takes away those of `surplus` that it should not, with the record held
 * as it is. `expected` says what it should have; undefined: nothing, since it is not there. False when another record has
 * what must be unique.
 */
export async function mendEntries(
  tx: Connection,
  workspace: number,
  id: string,
  expected: (record: ExaminedRecord) => Entries,
  surplus: readonly { table: EntryTable; entry: Entry }[],
): Promise<boolean> {
  await tx.query('select 1 from record where workspace_id = $1 and id = $2 for no key update', [workspace, id])
  const [record] = await recordsOf(tx, workspace, [id])
  const entries = record && expected(record)
  for (const { table, entry } of surplus) {
    if (entries && entriesIn(entries, table, id).some((one) => isSame(one, entry))) continue
    await tx.query(`delete from ${table} where workspace_id = $1 and field = $2 and value = $3 and id = $4`, [
      workspace,
      entry.field,
      entry.value,
      id,
    ])
  }
  if (!entries) return true
  try {
    await tx.query('savepoint entries')
    await refusable(run(tx, addEntries, [workspace, id, ...entryColumns(entries)]))
    return true
  } catch (error) {
    if (!(error instanceof WriteRefused)) throw error
    await tx.query('rollback to savepoint entries')
    return false
  }
}

const addEntries = { text: 'select add_entries($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)' }

const isSame = (left: Entry, right: Entry) => left.field === right.field && left.value === right.value

/** The entries of a record in one table, each once. */
export function entriesIn(entries: Entries, table: EntryTable, id: string): Entry[] {
  const { fields, values } = entryTables[table]
  const all = entries[fields].map((field, place): Entry => ({ field, value: entries[values][place] ?? '', id }))
  return [...new Map(all.map((entry) => [`${entry.field} ${entry.value}`, entry])).values()]
}

/** The fields whose values are being removed: what is left of them goes in the background. */
export async function fieldsInRemoval(db: Connection, workspace: number): Promise<Set<number>> {
  const found = await rows<{ id: number }>(
    db,
    'select id from field_definition where workspace_id = $1 and removed_at is not null',
    [workspace],
  )
  return new Set(found.map(({ id }) => id))
}

/** Whether work of a kind is waiting. */
export async function isWaiting(db: Connection, workspace: number, kind: string): Promise<boolean> {
  const found = await rows(db, 'select from outbox where workspace_id = $1 and kind = $2 limit 1', [workspace, kind])
  return found.length > 0
}

/** Those of some records for which no work of a kind is waiting. */
export async function withoutWork(db: Connection, workspace: number, kind: string, ids: readonly string[]) {
  const found = await rows<{ id: string }>(
    db,
    'select record_id as id from outbox where workspace_id = $1 and kind = $2 and record_id = any($3)',
    [workspace, kind, ids],
  )
  const waiting = new Set(found.map(({ id }) => id))
  return ids.filter((id) => !waiting.has(id))
}

/** Whether the log has a change of a field after an id, which is one of the time that it was made at. */
export async function isLogged(db: Connection, workspace: number, record: string, field: string, after: string) {
  const found = await rows(
    db,
    'select from change where workspace_id = $1 and record_id = $2 and id > $3::uuid and after ? $4 limit 1',
    [workspace, record, after, field],
  )
  return found.length > 0
}
