import { decodeId, type Field, idPrefixes, type Json, type ObjectDefinition } from '@openfield/schema'
import { ownWork } from '../../jobs/work.ts'
import { transaction } from '../../storage/database.ts'
import { addWork } from '../../storage/definitions-writes.ts'
import {
  countEntries,
  type Entry,
  type ExaminedRecord,
  entriesIn,
  entryPages,
  fieldsInRemoval,
  isLogged,
  isWaiting,
  mendEntries,
  missingEntries,
  missingWords,
  recordPages,
  recordsOf,
  withoutWork,
} from '../../storage/doctor/entries.ts'
import { type Entries, type EntryTable, entryTables } from '../../storage/records.ts'
import { entriesOf, type FieldWrite, isSame } from '../records/fields.ts'
import { searchField } from '../search/words.ts'
import type { Inspection } from './inspection.ts'

type Expected = (record: ExaminedRecord) => Entries

const tables = Object.keys(entryTables) as EntryTable[]

/**
 * Compares records with their entries in the indexes, with the text that is written about them and with their log of
 * changes. Entries that must be there are looked up; that there are no others shows in their number, field by field, and only
 * where it does not are they gone through.
 */
export async function examineRecords(inspection: Inspection): Promise<{ records: number; entries: number }> {
  const { snapshot, workspace, types, findings, repair } = inspection
  const byNumber = new Map(Array.from(types.values(), (type) => [type.number, type]))
  const expected: Expected = (record) => expectedOf(byNumber.get(record.objectType), record)
  const wordsAreComing = await isWaiting(snapshot, workspace, 'search-words')
  // What the records of an import ask for is asked for when it has ended.
  const textIsComing = await isWaiting(snapshot, workspace, 'imported')
  const seen = new Map(tables.map((table) => [table, new Map<number, number>()]))
  const contested: Contested[] = []
  let records = 0

  for await (const page of recordPages(snapshot, workspace)) {
    records += page.length
    const all = page.flatMap((record) => {
      const entries = readable(expected, record)
      if (!entries) findings.add(null, 'Records with a value that is none of its field’s type', { ids: [record.id] })
      return entries ? [{ record, entries }] : []
    })
    for (const table of tables) {
      const entries = all.flatMap(({ record, entries: one }) => entriesIn(one, table, record.id))
      for (const { field } of entries) add(seen.get(table), field, 1)
      const missing = await missingEntries(snapshot, workspace, table, entries)
      for (const { field } of missing) add(seen.get(table), field, -1)
      const wanted = wordsAreComing ? missing.filter(({ field }) => field !== searchField) : missing
      const left = await tellMissing(inspection, table, wanted, expected)
      contested.push(...left.slice(0, contestedMax - contested.length))
    }
    if (!wordsAreComing) await examineWords(inspection, all, expected)
    await examineLog(inspection, byNumber, page)
    examineGenerated(inspection, byNumber, page)
    if (!textIsComing) await examineSummaries(inspection, byNumber, page)
  }
  const entries = await examineSurplus(inspection, seen, expected)
  // What must be unique may be free by now.
  for (const { id, whats } of repair ? contested : []) {
    if (!(await mend(inspection, id, expected, []))) continue
    for (const what of whats) findings.add(null, what, { count: 0, repaired: 1 })
  }
  return { records, entries }
}

const contestedMax = 10_000

/** A record that could not be given its entries, since another has one that must be unique; and what was said about it. */
type Contested = { id: string; whats: string[] }

const add = (counts: Map<number, number> | undefined, field: number, count: number) =>
  counts?.set(field, (counts.get(field) ?? 0) + count)

/** What a record should have; undefined when it holds what its fields cannot read. */
function readable(expected: Expected, record: ExaminedRecord): Entries | undefined {
  try {
    return expected(record)
  } catch {
    return undefined
  }
}

/** The entries that a record should have: none in the trash, and none of a file before it is complete. */
function expectedOf(type: ObjectDefinition | undefined, record: ExaminedRecord): Entries {
  const isFound = record.live && record.complete !== false
  const values = isFound && type ? valuesOf(type, record) : []
  const entries = entriesOf(values)
  for (const [field, value] of Object.entries((record.live && record.numbers) || {})) {
    entries.numberFields.push(Number(field))
    entries.numbers.push(value)
  }
  return entries
}

const valuesOf = (type: ObjectDefinition, { fields }: ExaminedRecord): FieldWrite[] =>
  Array.from(type.fields.values(), (field) => ({ field, value: fields[field.key]?.value ?? null }))

/** Of a field, by its number: as people know it. */
function nameOf({ types }: Inspection, id: number): string {
  if (id === searchField) return 'search'
  for (const type of types.values()) {
    for (const field of type.fields.values()) if (field.id === id) return `${type.name}.${field.key}`
  }
  return `field ${id}, which is not defined`
}

/** Returns the records that are still without. */
async function tellMissing(
  inspection: Inspection,
  table: EntryTable,
  missing: readonly Entry[],
  expected: Expected,
): Promise<Contested[]> {
  const contested: Contested[] = []
  for (const [id, entries] of Map.groupBy(missing, (entry) => entry.id)) {
    const mended = await mend(inspection, id, expected, [])
    const fields = [...new Set(entries.map(({ field }) => field))]
    const whats = fields.map((field) =>
      table === 'unique_value'
        ? `Records whose value is not kept unique by ${nameOf(inspection, field)} (rows of ${table} that are missing, or another record has)`
        : `Records that are not found by ${nameOf(inspection, field)} (rows of ${table} that are missing)`,
    )
    for (const what of whats) {
      inspection.findings.add(null, what, { ids: [id], repairable: true, repaired: mended ? 1 : 0 })
    }
    if (!mended) contested.push({ id, whats })
  }
  return contested
}

/** False when there is nothing to mend with, or another record has what must be unique. */
const mend = async (
  { db, workspace, repair }: Inspection,
  id: string,
  expected: Expected,
  surplus: { table: EntryTable; entry: Entry }[],
): Promise<boolean> => repair && transaction(db, (tx) => mendEntries(tx, workspace, id, expected, surplus))

async function examineWords(
  inspection: Inspection,
  all: readonly { record: ExaminedRecord; entries: Entries }[],
  expected: Expected,
) {
  const { snapshot, workspace, findings } = inspection
  const holders = new Map<string, string>()
  for (const { record, entries } of all) {
    for (const { field, value } of entriesIn(entries, 'index_text', record.id)) {
      const [word = ''] = field === searchField ? String(value).split(' ', 1) : []
      if (word > ':') holders.set(word, record.id)
    }
  }
  for (const word of await missingWords(snapshot, workspace, [...holders.keys()])) {
    const id = holders.get(word) ?? ''
    const mended = await mend(inspection, id, expected, [])
    const what =
      'Records that are not found when one of their words has a mistake (rows of search_word that are missing)'
    findings.add(null, what, { ids: [id], repairable: true, repaired: mended ? 1 : 0 })
  }
}

/** The last that the log says of a field is what the record has. */
async function examineLog(
  { snapshot, workspace, findings }: Inspection,
  byNumber: ReadonlyMap<number, ObjectDefinition>,
  page: readonly ExaminedRecord[],
) {
  for (const record of page) {
    const { logged } = record
    const type = byNumber.get(record.objectType)
    const written = type ? valuesOf(type, record).filter(({ field }) => !field.readOnly) : []
    for (const { field, value } of written) {
      if (isSame(logged?.[field.key] ?? null, value)) continue
      // A field that is gone took its values with it; then another may have got its name.
      const since = decodeId(idPrefixes.field, field.publicId) ?? ''
      if (value === null && !field.system && !(await isLogged(snapshot, workspace, record.id, field.key, since)))
        continue
      findings.add(null, `Records whose ${type?.name}.${field.key} is not what their log of changes says`, {
        ids: [record.id],
      })
    }
  }
}

/** Beside a record stand values of fields that the system writes, and what filters ask of them. */
function examineGenerated(
  { findings }: Inspection,
  byNumber: ReadonlyMap<number, ObjectDefinition>,
  page: readonly ExaminedRecord[],
) {
  for (const { id, objectType, generated, numbers } of page) {
    const type = byNumber.get(objectType)
    if (!type || !generated) continue
    const fields = Object.keys(generated).map((key) => type.fields.get(key))
    if (fields.some((field) => !field?.readOnly)) {
      findings.add(null, 'Records with generated text for a field that people write', { ids: [id] })
    }
    const shown = fields.flatMap((field) => (field ? numbersIn(field, generated[field.key]?.value ?? null) : []))
    const asked = Object.entries(numbers ?? {}).map(([field, value]) => `${field} ${value}`)
    if (!isSame(shown.sort(), asked.sort())) {
      findings.add(null, 'Records whose derived values are not those that filters ask for', { ids: [id] })
    }
  }
}

const numbersIn = ({ id, type, configuration }: Field, value: Json) =>
  value === null ? [] : (type.entries(value, configuration).number ?? []).map((number) => `${id} ${number}`)

/** Text that should be there, or be asked for. */
async function examineSummaries(
  { snapshot, db, workspace, findings, repair }: Inspection,
  byNumber: ReadonlyMap<number, ObjectDefinition>,
  page: readonly ExaminedRecord[],
) {
  const bare = page.filter(({ live, generated }) => live && !generated)
  for (const [kind, records] of Map.groupBy(bare, ({ objectType }) => ownWork(byNumber.get(objectType)))) {
    if (kind === undefined) continue
    const ids = records.map(({ id }) => id)
    for (const id of await withoutWork(snapshot, workspace, kind, ids)) {
      if (repair) await addWork(db, workspace, kind, id)
      const what = `Records whose generated text nobody has written, and nobody is asked for (${kind})`
      findings.add(null, what, { ids: [id], repairable: true, repaired: repair ? 1 : 0 })
    }
  }
}

/** Where there are more entries of a field than records account for, those are found. Returns how many entries there are. */
async function examineSurplus(
  inspection: Inspection,
  seen: ReadonlyMap<EntryTable, Map<number, number>>,
  expected: Expected,
): Promise<number> {
  const { snapshot, workspace, types } = inspection
  const inRemoval = await fieldsInRemoval(snapshot, workspace)
  let total = 0
  for (const [table, counts] of seen) {
    for (const [field, count] of await countEntries(snapshot, workspace, table)) {
      total += count
      if (count === (counts.get(field) ?? 0) || inRemoval.has(field)) continue
      for await (const page of entryPages(snapshot, workspace, table, field)) {
        await tellSurplus(inspection, table, page, expected, inRemoval)
      }
    }
  }
  return types.size > 0 ? total : 0
}

async function tellSurplus(
  inspection: Inspection,
  table: EntryTable,
  page: readonly Entry[],
  expected: Expected,
  inRemoval: ReadonlySet<number>,
) {
  const { snapshot, workspace, findings } = inspection
  const records = await recordsOf(snapshot, workspace, [...new Set(page.map(({ id }) => id))])
  const wanted = new Map(
    records.map((record) => {
      const entries = readable(expected, record)
      return [record.id, entries && new Set(entriesIn(entries, table, record.id).map(textOf))]
    }),
  )
  for (const entry of page) {
    const { id, field, value } = entry
    // What a record should have that cannot be read nobody knows.
    if (wanted.has(id) && wanted.get(id)?.has(textOf(entry)) !== false) continue
    // What search has of a field that is being removed ends with its number.
    if (field === searchField && inRemoval.has(Number(String(value).split(' ').at(-1)))) continue
    const mended = await mend(inspection, id, expected, [{ table, entry }])
    const what = `Records found by a ${nameOf(inspection, field)} that they do not have (rows of ${table} too many)`
    findings.add(null, what, { ids: [id], repairable: true, repaired: mended ? 1 : 0 })
  }
}

const textOf = ({ field, value }: Entry) => `${field} ${value}`
