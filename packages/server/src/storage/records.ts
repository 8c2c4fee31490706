import pg from 'pg'
import { type Connection, rows, run, type Statement, sqlState } from './database.ts'
import type { Mail } from './emails.ts'
import {
  definitionsVersion,
  isCut,
  type Links,
  linksMax,
  type RecordColumns,
  recordColumns,
  recordSource,
  type StoredRecord,
  storedRecord,
} from './rows.ts'

/** What reads of one object type need to know: its number, what unset fields read as (`defaults` as JSON), keys to leave out. */
export type Shape = { number: number; unset: object; defaults: string; removed: readonly string[] }

/** Index entries of one record, as parallel arrays: field ids and values. */
export type Entries = {
  textFields: number[]
  texts: string[]
  numberFields: number[]
  numbers: number[]
  substringFields: number[]
  substrings: string[]
  uniqueFields: number[]
  uniques: string[]
}

/** The tables of index entries, by the columns of `Entries` that hold theirs. */
export const entryTables = {
  index_text: { fields: 'textFields', values: 'texts', type: 'text' },
  index_number: { fields: 'numberFields', values: 'numbers', type: 'float8' },
  index_substring: { fields: 'substringFields', values: 'substrings', type: 'text' },
  unique_value: { fields: 'uniqueFields', values: 'uniques', type: 'text' },
} as const satisfies Record<string, { fields: keyof Entries; values: keyof Entries; type: string }>

export type EntryTable = keyof typeof entryTables

/** A link to make: `from` tells which end the record is; `one` and `otherOne` whether each end may have one link only. */
export type NewLink = {
  relationship: number
  from: boolean
  other: string
  otherType: number
  one: boolean
  otherOne: boolean
}
export type OldLink = { relationship: number; from: boolean; other: string }

/** Work for the background, written with the record. */
export type Work = { kind: string; recordId: string }

/** What every write carries besides the record itself. `response` is kept under the idempotency key when there is one. */
export type WriteContext = {
  workspace: number
  definitions: number
  at: Date
  changeId: string
  actor: string | null
  work: readonly Work[]
  idempotency: { operation: string; key: string } | undefined
  response: string
}

export type Creation = {
  id: string
  objectType: number
  externalId: string | null
  fields: string
  entries: Entries
  links: readonly NewLink[]
  after: string
  linkChanges: string
  mail?: Mail
}

export type Update = {
  id: string
  version: number
  changed: boolean
  cleared: readonly string[]
  set: string
  oldEntries: Entries
  entries: Entries
  links: readonly NewLink[]
  oldLinks: readonly OldLink[]
  before: string
  after: string
  linkChanges: string
}

/** `$1,$2,…` for a call of a function. */
export const writeParameters = (count: number) => Array.from({ length: count }, (_, index) => `$${index + 1}`).join(',')

const create: Statement = { name: 'create_record', text: `select create_record(${writeParameters(30)})` }
/** The same, and what is kept beside an e-mail. */
const createEmail: Statement = {
  name: 'create_email',
  text: `select create_record(${writeParameters(30)}), keep_mail($1, $3, $31, $32, $33)`,
}
const update: Statement = { name: 'update_record', text: `select update_record(${writeParameters(43)})` }

/** Creates a record with its links, index rows, change and work: one call, one commit. Throws WriteRefused. */
export async function createRecord(db: Connection, write: WriteContext, record: Creation): Promise<void> {
  const { mail } = record
  await refusable(
    run(db, mail ? createEmail : create, [
      write.workspace,
      write.definitions,
      record.id,
      record.objectType,
      write.at,
      record.externalId,
      record.fields,
      ...linkColumns(record.links),
      ...entryColumns(record.entries),
      write.changeId,
      write.actor,
      record.after,
      record.linkChanges,
      ...workColumns(write),
      ...(mail ? [mail.messageId, mail.thread, mail.body] : []),
    ]),
  )
}

/** Updates a record if it still has the version it was read at: one call, one commit. Throws WriteRefused. */
export async function updateRecord(db: Connection, write: WriteContext, record: Update): Promise<void> {
  await refusable(
    run(db, update, [
      write.workspace,
      write.definitions,
      record.id,
      record.version,
      write.at,
      record.changed,
      record.cleared,
      record.set,
      record.oldLinks.map((link) => link.relationship),
      record.oldLinks.map((link) => link.from),
      record.oldLinks.map((link) => link.other),
      ...linkColumns(record.links),
      ...entryColumns(record.oldEntries),
      ...entryColumns(record.entries),
      write.changeId,
      write.actor,
      record.before,
      record.after,
      record.linkChanges,
      ...workColumns(write),
    ]),
  )
}

const linkColumns = (links: readonly NewLink[]) => [
  links.map((link) => link.relationship),
  links.map((link) => link.from),
  links.map((link) => link.other),
  links.map((link) => link.otherType),
  links.map((link) => link.one),
  links.map((link) => link.otherOne),
]

export const entryColumns = (entries: Entries) => [
  entries.textFields,
  entries.texts,
  entries.numberFields,
  entries.numbers,
  entries.substringFields,
  entries.substrings,
  entries.uniqueFields,
  entries.uniques,
]

const workColumns = (write: WriteContext) => [
  write.work.map((work) => work.kind),
  write.work.map((work) => work.recordId),
  write.idempotency?.operation ?? null,
  write.idempotency?.key ?? null,
  write.idempotency ? write.response : null,
]

/** Why the database did not take a write, by the SQLSTATEs that its functions raise (see 0002-writes.sql). */
const refusals = {
  OF001: 'definitions changed',
  OF002: 'record changed',
  OF003: 'idempotency key used',
  OF004: 'link missing',
  OF005: 'link inactive',
  OF006: 'value taken',
  OF007: 'external id taken',
  OF008: 'message id taken',
} as const

/** A write that the database did not take; nothing was written. `detail` is what the function says about the place. */
export class WriteRefused extends Error {
  readonly reason: (typeof refusals)[keyof typeof refusals]
  readonly detail: string
  constructor(reason: WriteRefused['reason'], detail: string) {
    super(reason)
    this.reason = reason
    this.detail = detail
  }
}

/** Waits for a write; what its function raised becomes WriteRefused. */
export async function refusable<T>(write: Promise<T>): Promise<T> {
  try {
    return await write
  } catch (error) {
    const state = sqlState(error)
    if (error instanceof pg.DatabaseError && state !== undefined && state in refusals) {
      throw new WriteRefused(refusals[state as keyof typeof refusals], error.detail ?? '')
    }
    throw error
  }
}

const get: Statement = {
  name: 'get_record',
  text: `select ${definitionsVersion}, ${recordColumns('$4', '$5')} from ${recordSource}
    where r.workspace_id = $1 and r.id = $2 and r.object_type = $3 and r.deleted_at is null`,
}

/** One live record, or undefined; with the version of the definitions that the database has now. */
export async function fetchRecord(
  db: Connection,
  workspace: number,
  shape: Shape,
  id: string,
): Promise<{ definitions: number; record: StoredRecord } | undefined> {
  const [row] = await run<[number, ...RecordColumns]>(db, get, [
    workspace,
    id,
    shape.number,
    shape.defaults,
    shape.removed,
  ])
  if (!row) return undefined
  const [definitions, ...columns] = row
  return { definitions, record: await completeRecord(db, workspace, columns) }
}

const getSeveral: Statement = {
  name: 'get_records',
  text: `select ${recordColumns('$4', '$5')} from ${recordSource}
    where r.workspace_id = $1 and r.id = any($2::uuid[]) and r.object_type = $3 and r.deleted_at is null`,
}

/** Those of some records that are live and of a type. */
export async function fetchRecords(
  db: Connection,
  workspace: number,
  shape: Shape,
  ids: readonly string[],
): Promise<StoredRecord[]> {
  if (ids.length === 0) return []
  const values = [workspace, ids, shape.number, shape.defaults, shape.removed]
  const found = await run<RecordColumns>(db, getSeveral, values)
  return Promise.all(found.map((columns) => completeRecord(db, workspace, columns)))
}

/** A record from its columns; where the links were cut off, the newest of every relationship are read, of a table like `edge`. */
export async function completeRecord(
  db: Connection,
  workspace: number,
  columns: RecordColumns,
  edges = 'edge',
): Promise<StoredRecord> {
  const record = storedRecord(columns)
  if (isCut(columns[5])) record.from = await newestLinks(db, workspace, record.id, 'from', edges)
  if (isCut(columns[6])) record.to = await newestLinks(db, workspace, record.id, 'to', edges)
  return record
}

/** Reads at most `linksMax` links of each relationship, hopping from one relationship to the next by index. */
async function newestLinks(
  db: Connection,
  workspace: number,
  id: string,
  side: 'from' | 'to',
  edges: string,
): Promise<Links> {
  const other = side === 'from' ? 'to' : 'from'
  const found = await run<[number, string]>(
    db,
    {
      ...(edges === 'edge' && { name: `newest_links_${side}` }),
      text: `with recursive used as (
        (select relationship from ${edges} where workspace_id = $1 and ${side}_id = $2 order by relationship limit 1)
        union all
        select (select relationship from ${edges} where workspace_id = $1 and ${side}_id = $2 and relationship > used.relationship
          order by relationship limit 1) from used where used.relationship is not null)
      select used.relationship, e.${other}_id from used cross join lateral (
        select ${other}_id from ${edges} where workspace_id = $1 and ${side}_id = $2 and relationship = used.relationship
        order by ${other}_id desc limit ${linksMax + 1}) e where used.relationship is not null`,
    },
    [workspace, id],
  )
  const grouped = Map.groupBy(found, ([relationship]) => relationship)
  return {
    ids: new Map(
      [...grouped].map(([relationship, links]) => [relationship, links.slice(0, linksMax).map(([, id]) => id)]),
    ),
    more: new Set([...grouped].filter(([, links]) => links.length > linksMax).map(([relationship]) => relationship)),
  }
}

/** The live record of a type with an external id, or which one with it was merged into; undefined when there is none. */
export async function findByExternalId(db: Connection, workspace: number, objectType: number, externalId: string) {
  const [row] = await rows<{ id: string }>(
    db,
    `select id from record where workspace_id = $1 and object_type = $2 and external_id = $3 and deleted_at is null
     union all
     select s.id from (
       select id from record where workspace_id = $1 and object_type = $2 and external_id = $3 and merged_into is not null
       order by deleted_at desc limit 1) m, survivor_of($1, m.id) s where s.deleted_at is null
     limit 1`,
    [workspace, objectType, externalId],
  )
  return row?.id
}

/** The stored types of ids that exist, live or in the trash: for telling a missing reference from an inactive one. */
export const findRecords = (db: Connection, workspace: number, ids: readonly string[]) =>
  rows<{ id: string; object_type: number; deleted: boolean }>(
    db,
    'select id, object_type, deleted_at is not null as deleted from record where workspace_id = $1 and id = any($2)',
    [workspace, ids],
  )

/** Those of some records that a record, at one end of a relationship, is linked to. */
export async function linkedAmong(
  db: Connection,
  workspace: number,
  id: string,
  relationship: number,
  side: 'from' | 'to',
  others: readonly string[],
): Promise<string[]> {
  const other = side === 'from' ? 'to' : 'from'
  const found = await rows<{ id: string }>(
    db,
    `select ${other}_id as id from edge
     where workspace_id = $1 and ${side}_id = $2 and relationship = $3 and ${other}_id = any($4)`,
    [workspace, id, relationship, others],
  )
  return found.map((row) => row.id)
}

/** How many live records there are of each type, by its number. */
export async function countRecords(db: Connection, workspace: number): Promise<Map<number, number>> {
  const found = await rows<{ type: number; count: number }>(
    db,
    `select object_type as type, count(*)::int as count from record
     where workspace_id = $1 and deleted_at is null group by object_type`,
    [workspace],
  )
  return new Map(found.map(({ type, count }) => [type, count]))
}
