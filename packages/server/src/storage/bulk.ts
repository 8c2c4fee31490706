import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Json, newUuid } from '@openfield/schema'
import type { ChangedLinks } from './changes.ts'
import { type Client, copyIn } from './copy.ts'
import { type Connection, type Database, rows, sqlState, transaction } from './database.ts'
import { type Creation, type Entries, type EntryTable, entryTables, refusable } from './records.ts'
import { notedWord } from './search-words.ts'

/** A record that is created together with many others. */
export type NewRecord = Pick<Creation, 'id' | 'links' | 'after' | 'linkChanges' | 'mail'> & {
  at: Date
  changeId: string
  lines: Lines
}

/** What is written of a record whatever else there is, as lines for COPY. */
export type Lines = Record<EntryTable, string[]> & { record: string }

/** Values that only one record may have, and who has one. */
export type UniqueValue = { field: number; value: string }

const triesMax = 20

/**
 * Runs a transaction that writes many records with definitions that must be those that the database has. When somebody else
 * is about to take an id or a value that it takes too, it waits, and looks again. Throws WriteRefused.
 */
export async function inBatch<T>(
  db: Database,
  workspace: number,
  definitions: number,
  write: (tx: Client) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction(db, async (tx) => {
        await refusable(tx.query('select require_definitions($1, $2)', [workspace, definitions]))
        return write(tx)
      })
    } catch (error) {
      const state = sqlState(error)
      if ((state !== uniqueViolation && state !== deadlock) || tries === triesMax) throw error
    }
  }
}

const uniqueViolation = '23505'
const deadlock = '40P01'

/** The types of those of some ids that there are, live or in the trash. */
export async function typesOfIds(db: Connection, workspace: number, ids: readonly string[]) {
  if (ids.length === 0) return new Map<string, number>()
  const found = await rows<{ id: string; type: number }>(
    db,
    `select r.id, r.object_type as type from unnest($2::uuid[]) x(id) cross join lateral (
       select id, object_type from record where workspace_id = $1 and id = x.id limit 1) r`,
    [workspace, ids],
  )
  return new Map(found.map(({ id, type }) => [id, type]))
}

/** Records to link to. Nobody deletes them until the transaction ends. */
export async function holdTargets(tx: Connection, workspace: number, ids: readonly string[]) {
  if (ids.length === 0) return new Map<string, { type: number; deleted: boolean }>()
  const found = await rows<{ id: string; type: number; deleted: boolean }>(
    tx,
    `select id, object_type as type, deleted_at is not null as deleted from record
     where workspace_id = $1 and id = any($2) order by id for key share`,
    [workspace, ids],
  )
  return new Map(found.map(({ id, ...one }) => [id, one]))
}

/**
 * Has the planner look at the records when it never has: by its guess any index would do for finding one by its external id, and
 * so it may go through all of a type.
 */
export async function know(db: Database): Promise<void> {
  const unknown = await rows(db, "select from pg_class where oid = 'record'::regclass and reltuples < 0")
  if (unknown.length > 0) await db.query('analyze record')
}

export type ExternalId = { objectType: number; externalId: string }

/** The live records with some external ids, or what the ones with them were merged into; in the order asked, where there are any. */
export async function findByExternalIds(db: Connection, workspace: number, wanted: readonly ExternalId[]) {
  if (wanted.length === 0) return []
  const found = await rows<{ n: number; id: string }>(
    db,
    `select x.n::int - 1 as n, r.id from unnest($2::int[], $3::text[]) with ordinality x(type, external, n) cross join lateral (
       select id from record where workspace_id = $1 and object_type = x.type and external_id = x.external and deleted_at is null
       union all
       select s.id from (
         select id from record where workspace_id = $1 and object_type = x.type and external_id = x.external
           and merged_into is not null order by deleted_at desc limit 1) m, survivor_of($1, m.id) s where s.deleted_at is null
       limit 1) r`,
    [workspace, wanted.map(({ objectType }) => objectType), wanted.map(({ externalId }) => externalId)],
  )
  return found.flatMap(({ n, id }) => {
    const one = wanted[n]
    return one ? [{ ...one, id }] : []
  })
}

/** Those of some unique values that a record has. */
export async function findHolders(db: Connection, workspace: number, wanted: readonly UniqueValue[]) {
  if (wanted.length === 0) return []
  return rows<UniqueValue & { id: string }>(
    db,
    `select u.field, u.value, u.id from unnest($2::int[], $3::text[]) x(field, value) cross join lateral (
       select field, value, id from unique_value where workspace_id = $1 and field = x.field and value = x.value limit 1) u`,
    [workspace, wanted.map(({ field }) => field), wanted.map(({ value }) => value)],
  )
}

/** The words of a record that are kept for finding those that are like another. */
export const wordsIn = ({ textFields, texts }: Entries, searchField: number): string[] =>
  texts.filter((_, at) => textFields[at] === searchField).flatMap((text) => notedWord(text) ?? [])

type Bare = Pick<Creation, 'id' | 'objectType' | 'externalId' | 'fields' | 'entries'> & { at: Date; updatedAt: Date }

/** Made before the transaction begins: in it PostgreSQL waits for whatever is still to be put together. */
export function linesOf(
  workspace: number,
  { id, objectType, at, updatedAt, externalId, fields, entries }: Bare,
): Lines {
  const entryLines = (table: EntryTable) => {
    const { fields: numbers, values } = entryTables[table]
    return entries[values].map((value, place) => lineOf(workspace, entries[numbers][place] ?? 0, value, id))
  }
  return {
    record: lineOf(workspace, id, objectType, at.toISOString(), updatedAt.toISOString(), externalId, fields),
    index_text: entryLines('index_text'),
    index_number: entryLines('index_number'),
    index_substring: entryLines('index_substring'),
    unique_value: entryLines('unique_value'),
  }
}

/**
 * Writes new records with their links, index rows and changes: what `create_record` writes for each, by COPY. Their ids,
 * external ids and unique values are not taken yet, and what they are linked to is held.
 */
export async function insertRecords(
  tx: Client,
  workspace: number,
  records: readonly NewRecord[],
  actor: string | null,
): Promise<void> {
  const edges = edgesOf(records)
  await copyAll(tx, records, [
    {
      table: 'record',
      columns: 'id, object_type, created_at, updated_at, external_id, fields',
      linesOf: ({ lines }) => [lines.record],
    },
    {
      table: 'email_body',
      columns: 'id, message_id, thread, body',
      linesOf: ({ id, mail }) => (mail ? [lineOf(workspace, id, mail.messageId, mail.thread, mail.body)] : []),
    },
    ...Object.keys(entryTables).map((table) => ({
      table,
      columns: 'field, value, id',
      linesOf: ({ lines }: NewRecord) => lines[table as EntryTable],
      sorted: true,
    })),
    {
      table: 'change',
      columns: 'record_id, id, at, actor, kind, before, after, links',
      linesOf: ({ id, changeId, at, after, linkChanges }) => [
        lineOf(workspace, id, changeId, at.toISOString(), actor, 'created', '{}', after, linkChanges),
      ],
    },
  ])
  await letGo(tx, workspace, edges, records)
  await copyAll(tx, edges, [
    {
      table: 'edge',
      columns: 'relationship, from_id, to_id, from_one, to_one',
      linesOf: ({ relationship, from, to, fromOne, toOne }) => [
        lineOf(workspace, relationship, from, to, fromOne, toOne),
      ],
    },
  ])
}

/** Asks for one piece of work on all of some new records, later. Returns its id. */
export async function askLater(
  tx: Connection,
  workspace: number,
  kind: string,
  records: readonly NewRecord[],
  dueAt: Date,
): Promise<string> {
  const id = newUuid()
  await tx.query(
    `with batch as (insert into imported_batch (workspace_id, id, records) values ($1, $2, $3))
     insert into outbox (workspace_id, kind, record_id, due_at) values ($1, $4, $2, $5)`,
    [workspace, id, records.map((one) => one.id), kind, dueAt],
  )
  return id
}

/** Takes the records of a piece of work, with what was written of them first. */
export const takeBatch = (tx: Connection, workspace: number, id: string) =>
  rows<{ id: string; type: number; after: Record<string, Json>; links: ChangedLinks }>(
    tx,
    `with batch as (delete from imported_batch where workspace_id = $1 and id = $2 returning records)
     select r.id, r.object_type as type, c.after, c.links
     from batch cross join lateral unnest(batch.records) x(id)
       cross join lateral (select id, object_type from record where workspace_id = $1 and id = x.id limit 1) r
       cross join lateral (
         select after, links from change where workspace_id = $1 and record_id = x.id and kind = 'created' limit 1) c`,
    [workspace, id],
  )

/** What a table gets of each of some things; when `sorted`, each row once, and those that stand together one after the other. */
type Part<T> = { table: string; columns: string; linesOf(one: T): string[]; sorted?: boolean }

/** Copies into one table after the other; what goes into the next is put together while PostgreSQL is at the one before. */
async function copyAll<T>(tx: Client, all: readonly T[], parts: readonly Part<T>[]) {
  let copied: Promise<unknown> = Promise.resolve()
  for (const part of parts) {
    const lines = await allLines(all, part)
    await copied
    const text = `copy ${part.table} (workspace_id, ${part.columns}) from stdin`
    if (lines.length > 0) copied = copyIn(tx, text, [bytesOf(lines)])
    // Whoever waits for it is told.
    copied.catch(() => {})
  }
  await copied
}

/** A few at a time: meanwhile PostgreSQL is sent what it has yet to get. */
async function allLines<T>(all: readonly T[], { linesOf, sorted }: Part<T>): Promise<string[]> {
  const lines: string[] = []
  for (const [at, one] of all.entries()) {
    for (const line of linesOf(one)) lines.push(line)
    if (at % inOneGo === 0) await nextTurn()
  }
  return sorted ? lines.sort().filter((line, at) => line !== lines[at - 1]) : lines
}

const inOneGo = 100

/** Rows in the text format of COPY. */
const bytesOf = (lines: readonly string[]) => Buffer.from(`${lines.join('\n')}\n`)

function lineOf(...values: (string | number | boolean | null)[]): string {
  let line = ''
  for (const value of values) {
    if (line !== '') line += '\t'
    line += value === null ? '\\N' : typeof value === 'string' ? escaped(value) : value
  }
  return line
}

const special = /[\\\t\n\r]/
const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

const escaped = (text: string) =>
  special.test(text) ? text.replaceAll(/[\\\t\n\r]/g, (one) => escapes[one] ?? one) : text

type Edge = { relationship: number; from: string; to: string; fromOne: boolean; toOne: boolean }

/** The links of new records. An end that may have one link only keeps the last. */
function edgesOf(records: readonly NewRecord[]): Edge[] {
  const edges = new Map<string, Edge>()
  const full = new Map<string, string>()
  const take = (end: string, key: string) => {
    const before = full.get(end)
    if (before !== undefined && before !== key) edges.delete(before)
    full.set(end, key)
  }
  for (const { id, links } of records) {
    for (const { relationship, from, other, one, otherOne } of links) {
      const edge: Edge = from
        ? { relationship, from: id, to: other, fromOne: one, toOne: otherOne }
        : { relationship, from: other, to: id, fromOne: otherOne, toOne: one }
      const key = `${relationship} ${edge.from} ${edge.to}`
      if (edge.fromOne) take(`from ${relationship} ${edge.from}`, key)
      if (edge.toOne) take(`to ${relationship} ${edge.to}`, key)
      edges.set(key, edge)
    }
  }
  return [...edges.values()]
}

/** Ends that may have one link only, of records that were there before, let go of the one they have. */
async function letGo(tx: Client, workspace: number, edges: readonly Edge[], records: readonly NewRecord[]) {
  const fresh = new Set(records.map(({ id }) => id))
  for (const side of ['from', 'to'] as const) {
    const full = edges.filter((edge) => edge[`${side}One`] && !fresh.has(edge[side]))
    for (const [relationship, some] of Map.groupBy(full, (edge) => edge.relationship)) {
      await tx.query(`delete from edge where workspace_id = $1 and relationship = $2 and ${side}_id = any($3)`, [
        workspace,
        relationship,
        some.map((edge) => edge[side]),
      ])
    }
  }
}
