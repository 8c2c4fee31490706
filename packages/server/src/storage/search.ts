import type { Json } from '@openfield/schema'
import { type Connection, run, type Statement } from './database.ts'

/** A record that has a word in a field; `word` is the whole of it. */
export type WordRow = { token: number; id: string; word: string; field: number }

/**
 * The entries of search are rows of index_text under the field 0: a word, a space and the id of a field. In the order of
 * bytes a space comes before whatever goes on with a word.
 */
const exact: Statement = {
  name: 'search_exact',
  text: `select t.n::int - 1, e.id, t.word, f from unnest($2::text[]) with ordinality t(word, n)
    cross join unnest($3::int[]) f cross join lateral (
      select id from index_text where workspace_id = $1 and field = 0 and value = t.word || ' ' || f
      order by id desc limit $4) e`,
}

/** For each word the newest records that have it in one of some fields, so many for each field. */
export const recordsWith = async (
  db: Connection,
  workspace: number,
  words: readonly string[],
  fields: readonly number[],
  limit: number,
): Promise<WordRow[]> =>
  (await run<[number, string, string, number]>(db, exact, [workspace, words, fields, limit])).map(wordRow)

const beginning: Statement = {
  name: 'search_beginning',
  text: `select t.n::int - 1, e.id, split_part(e.value, ' ', 1), split_part(e.value, ' ', 2)::int
    from unnest($2::text[], $3::text[]) with ordinality t(low, high, n) cross join lateral (
      select id, value from index_text where workspace_id = $1 and field = 0 and value > t.low and value < t.high
      order by value limit $4) e`,
}

/** For each text some records that have a longer word that begins with it, in the order of words. */
export async function recordsBeginning(
  db: Connection,
  workspace: number,
  texts: readonly string[],
  limit: number,
): Promise<WordRow[]> {
  // What follows a word is a space; what goes on with it comes after that.
  const [lows, highs] = [texts.map((text) => `${text}!`), texts.map((text) => `${text}\u{10ffff}`)]
  return (await run<[number, string, string, number]>(db, beginning, [workspace, lows, highs, limit])).map(wordRow)
}

const wordRow = ([token, id, word, field]: [number, string, string, number]): WordRow => ({ token, id, word, field })

const digits: Statement = {
  name: 'search_digits',
  text: `with p as materialized (select workspace_id, field, value, id from index_substring where value like $2)
    select id, value, field from p where workspace_id = $1 and field = any($3::int[]) order by id desc limit $4`,
}

/** The newest records that have some digits in a row in one of some fields. */
export async function recordsWithDigits(
  db: Connection,
  workspace: number,
  sought: string,
  fields: readonly number[],
  limit: number,
): Promise<Omit<WordRow, 'token'>[]> {
  const found = await run<[string, string, number]>(db, digits, [workspace, `%${sought}%`, fields, limit])
  return found.map(([id, word, field]) => ({ id, word, field }))
}

const parts: Statement = {
  name: 'search_parts',
  text: `with w as materialized (select workspace_id, word from search_word where word like $2)
    select word from w where workspace_id = $1 order by length(word), word limit $3`,
}

/** The shortest words that have a text in them. */
export async function wordsWith(db: Connection, workspace: number, text: string, limit: number): Promise<string[]> {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`
  return (await run<[string]>(db, parts, [workspace, pattern, limit])).map(([word]) => word)
}

const similar: Statement = {
  name: 'search_similar',
  text: `with w as materialized (select workspace_id, word, similarity(word, $2) as likeness from search_word where word % $2)
    select word from w where workspace_id = $1 order by likeness desc, word limit $3`,
}

/** The words most like another, by the groups of three letters that they share. */
export const wordsLike = async (db: Connection, workspace: number, word: string, limit: number): Promise<string[]> =>
  (await run<[string]>(db, similar, [workspace, word, limit])).map(([one]) => one)

const initial: Statement = {
  name: 'search_initial',
  text: `select word from search_word
    where workspace_id = $1 and word >= $2 and word < $3 and length(word) between $4 and $5 order by word limit $6`,
}

/** Words with the same first letter, and between two lengths: short words share too few letters to be alike. */
export const wordsFrom = async (
  db: Connection,
  workspace: number,
  letter: string,
  [least, most]: [number, number],
  limit: number,
): Promise<string[]> =>
  (await run<[string]>(db, initial, [workspace, letter, `${letter}\u{10ffff}`, least, most, limit])).map(
    ([word]) => word,
  )

export type Pair = { id: string; context: string }

/** A relationship from records to what they are searched for together with. */
export type ContextEdge = { relationship: number; side: 'from' | 'to' }

const pairsStatement = (side: 'from' | 'to'): Statement => {
  const other = side === 'from' ? 'to' : 'from'
  return {
    name: `search_pairs_${side}`,
    text: `select r, c.other from unnest($2::uuid[]) r cross join lateral (
        select ${other}_id as other from edge where workspace_id = $1 and ${side}_id = r and relationship = $3 limit 20) c
      where c.other = any($4::uuid[])
      union
      select c.id, o from unnest($5::uuid[]) o cross join lateral (
        select ${side}_id as id from edge where workspace_id = $1 and ${other}_id = o and relationship = $3
        order by ${side}_id desc limit 200) c`,
  }
}
const pairs = { from: pairsStatement('from'), to: pairsStatement('to') }

/**
 * Which of some records are linked to which contexts. Of the contexts that are `open` also the newest other records.
 */
export async function linkedPairs(
  db: Connection,
  workspace: number,
  { relationship, side }: ContextEdge,
  records: readonly string[],
  contexts: readonly string[],
  open: readonly string[],
): Promise<Pair[]> {
  const found = await run<[string, string]>(db, pairs[side], [workspace, records, relationship, contexts, open])
  return found.map(([id, context]) => ({ id, context }))
}

const contextsStatement = (side: 'from' | 'to'): Statement => {
  const other = side === 'from' ? 'to' : 'from'
  return {
    name: `search_contexts_${side}`,
    text: `select r, c.other from unnest($2::uuid[]) r cross join lateral (
      select ${other}_id as other from edge where workspace_id = $1 and ${side}_id = r and relationship = $3
      order by ${other}_id desc limit 1) c`,
  }
}
const contexts = { from: contextsStatement('from'), to: contextsStatement('to') }

/** The newest context of each of some records. */
export async function contextsOf(
  db: Connection,
  workspace: number,
  { relationship, side }: ContextEdge,
  records: readonly string[],
): Promise<Map<string, string>> {
  return new Map(await run<[string, string]>(db, contexts[side], [workspace, records, relationship]))
}

/** A live record as far as search looks at it. */
export type SoughtRecord = { id: string; objectType: number; updatedAt: Date; values: Record<string, Json> }

const sought: Statement = {
  name: 'search_records',
  text: `select r.id, r.object_type, r.updated_at,
      (select coalesce(jsonb_object_agg(k, r.fields->k->'value'), '{}') from unnest($3::text[]) k where r.fields ? k)
    from unnest($2::uuid[]) i cross join lateral (
      select id, object_type, updated_at, fields from record where workspace_id = $1 and id = i and deleted_at is null) r`,
}

/** The values of some fields of some live records. */
export async function readSought(
  db: Connection,
  workspace: number,
  ids: readonly string[],
  keys: readonly string[],
): Promise<SoughtRecord[]> {
  if (ids.length === 0) return []
  type Row = [string, number, Date, Record<string, Json>]
  const found = await run<Row>(db, sought, [workspace, ids, keys])
  return found.map(([id, objectType, updatedAt, values]) => ({ id, objectType, updatedAt, values }))
}
