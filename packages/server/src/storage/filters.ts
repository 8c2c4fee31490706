import { createHash } from 'node:crypto'
import type { Condition } from '@openfield/schema'
import { type Connection, run, type Statement } from './database.ts'
import { bytesMax, digestLength, indexKey, prefixBounds } from './index-key.ts'
import { recordSource } from './rows.ts'
import { type CountedValue, limits } from './tallies.ts'

/** What a filter looks for. */
export type Match =
  | { field: number; condition: Condition; told?: Told }
  /** Records linked to `other`; `side` is the end at which the listed records are. */
  | { relationships: readonly number[]; side: 'from' | 'to'; other: string; told?: ToldLinks }
  /** Records that have a value in a field, other than an empty text. */
  | { field: number; filled: 'text' | 'number' | 'substring'; several: boolean }
  /** The same of a field that no index knows. */
  | { objectType: number; filledKey: string }
  /** Records that are linked to some record of the type `others`. */
  | { relationships: readonly number[]; side: 'from' | 'to'; others: number; several: boolean }
  /** Records of a type whose ids lie in a range: those that were created in a time. */
  | { objectType: number; from: string; before: string }
  /** Records of a type by when they last changed. */
  | { objectType: number; operator: '=' | '>' | '>=' | '<' | '<='; updatedAt: Date }

/** How the log of changes tells of a field: by which key, and how filters see what it says. Not of what the system writes. */
export type Told = Pick<CountedValue, 'key' | 'entries'>

/** Of links that the log of changes tells of: whether `other` may have many. */
export type ToldLinks = { many: boolean }

/** One filter of a list; all of a list's filters must hold. `param` names it in errors. */
export type Filter = { param: string; negated: boolean; match: Match | Alternatives }

/** Of these, one must hold, of records of a type. */
export type Alternatives = { any: readonly Filter[]; objectType: number }

/** Values of a statement under construction; `$1` is the workspace. `add` returns the placeholder. */
export class Parameters {
  readonly values: unknown[]
  constructor(workspace: number) {
    this.values = [workspace]
  }
  add(value: unknown, type: string) {
    this.values.push(value)
    return `$${this.values.length}::${type}`
  }
}

/** One filter as SQL: the set of ids it matches, and, where a full key leads there, whether one id is in it. */
export type Part = {
  negated: boolean
  from: string
  where: string
  id: string
  /** The set is in id order under its index, and has no id twice. */
  ordered: boolean
  unique: boolean
  /** A full key leads to one id in it. */
  keyed: boolean
  /** The same set in id order, for pages of a big one. */
  walk?: { from: string; where: string }
}

/** A filter as SQL, and whether it may match more than is counted each time. */
export type SizedPart = Part & Pick<Sized, 'isBig'>

export const partsOf = (sql: Parameters, filters: readonly Sized[]): SizedPart[] =>
  filters.map((filter) => ({ ...part(sql, filter), isBig: filter.isBig }))

/** A filter as SQL. */
export function part(sql: Parameters, { match, negated, param }: Filter): Part {
  if ('any' in match) {
    const sets = match.any.map((one) => complemented(sql, match.objectType, part(sql, one)))
    return fieldPart(`(${sets.map((set) => `(${set})`).join(' union ')}) either`, negated, 'true')
  }
  if ('others' in match) return linkedPart(sql, match, negated)
  if ('relationships' in match) return relationshipPart(sql, match, negated)
  if ('filledKey' in match) return documentPart(sql, match, negated)
  if ('objectType' in match) return momentPart(sql, match, negated)
  if ('filled' in match) {
    const where = `workspace_id = $1 and field = ${sql.add(match.field, 'int')}`
    const filled = match.filled === 'number' ? where : `${where} and value > ''`
    return fieldPart(`index_${match.filled}`, negated, filled, { unique: !match.several })
  }
  const { condition } = match
  const field = sql.add(match.field, 'int')
  const key = `workspace_id = $1 and field = ${field}`
  if (condition.index === 'substring') {
    const like = `value like ${sql.add(patternOf(condition.value), 'text')}`
    // Where the index of parts can tell, nothing else is asked: by the planner's guess a whole field may look cheaper.
    return hasTrigram.test(condition.value)
      ? fieldPart(
          `(select * from index_substring where ${like} and (workspace_id = $1) is true offset 0) found`,
          negated,
          key,
          {
            unique: false,
          },
        )
      : fieldPart('index_substring', negated, `${key} and ${like}`, { unique: false })
  }
  if (condition.operator === 'contains') return containsPart(sql, key, condition.value, negated)
  if (condition.operator === 'startsWith') {
    const [low, high] = prefixBounds(condition.value, param)
    return fieldPart(
      'index_text',
      negated,
      `${key} and value >= ${sql.add(low, 'text')} and value < ${sql.add(high, 'text')}`,
    )
  }
  if (condition.operator === 'equal' || condition.operator === '=') {
    const [table, value] =
      condition.index === 'text'
        ? ['index_text', sql.add(indexKey(condition.value), 'text')]
        : ['index_number', sql.add(condition.value, 'float8')]
    return fieldPart(table, negated, `${key} and value = ${value}`, { ordered: true, keyed: true })
  }
  const value = sql.add(condition.value, 'float8')
  const range = fieldPart('index_number', negated, `${key} and value ${condition.operator} ${value}`)
  // A sum is not looked for in an index: that of the ids is used.
  const walk = { from: 'index_number', where: `${key} and value + 0 ${condition.operator} ${value}` }
  return { ...range, walk, keyed: true }
}

/** A set, or all other records of the type. */
function complemented(sql: Parameters, objectType: number, one: Part): string {
  return one.negated ? `${select(allOf(sql.add(objectType, 'int')))} except ${select(one)}` : select(one)
}

/** The index of parts knows three letters or digits in a row. */
const hasTrigram = /[\p{L}\p{N}]{3}/u

const patternOf = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`

/** Within the texts of an index; of a long one the index has the head, and a digest that is no part of the text. */
function containsPart(sql: Parameters, key: string, text: string, negated: boolean): Part {
  const pattern = sql.add(patternOf(text), 'text')
  const head = `case when octet_length(value) <= ${bytesMax} then value else left(value, -${digestLength}) end`
  return fieldPart('index_text', negated, `${key} and ${head} like ${pattern}`)
}

/** Records with text in a document, as they or the system say it. */
function documentPart(sql: Parameters, match: Extract<Match, { filledKey: string }>, negated: boolean): Part {
  const key = sql.add(match.filledKey, 'text')
  const all = `r.workspace_id = $1 and r.object_type = ${sql.add(match.objectType, 'int')} and r.deleted_at is null`
  const filled = `coalesce(g.fields->${key}, r.fields->${key})->>'value' <> ''`
  return fieldPart(`(select r.id from ${recordSource} where ${all} and ${filled}) document`, negated, 'true')
}

/** From the other end, where there are fewer records or as many. */
function linkedPart(sql: Parameters, match: Extract<Match, { others: number }>, negated: boolean): Part {
  const [own, other] = match.side === 'from' ? ['from_id', 'to_id'] : ['to_id', 'from_id']
  const others = select(allOf(sql.add(match.others, 'int')))
  const linked = `select e.${own} as id from (${others}) o cross join lateral (select ${own} from edge
    where workspace_id = $1 and ${other} = o.id and relationship = any(${sql.add(match.relationships, 'int[]')})) e`
  return fieldPart(`(${linked}) linked`, negated, 'true', { unique: !match.several })
}

const fieldPart = (
  table: string,
  negated: boolean,
  where: string,
  { ordered = false, unique = true, keyed = false } = {},
): Part => ({
  negated,
  from: table,
  where,
  id: 'id',
  ordered,
  unique,
  keyed,
})

function relationshipPart(
  sql: Parameters,
  { relationships, side, other }: Extract<Match, { other: string }>,
  negated: boolean,
): Part {
  const [id, otherId] = side === 'from' ? ['from_id', 'to_id'] : ['to_id', 'from_id']
  const single = relationships.length === 1
  const relationship = single
    ? `relationship = ${sql.add(relationships[0], 'int')}`
    : `relationship = any(${sql.add(relationships, 'int[]')})`
  const where = `workspace_id = $1 and ${relationship} and ${otherId} = ${sql.add(other, 'uuid')}`
  return {
    negated,
    from: 'edge',
    where,
    id,
    ordered: single,
    unique: single,
    keyed: true,
  }
}

function momentPart(
  sql: Parameters,
  match: Extract<Match, { from: string } | { updatedAt: Date }>,
  negated: boolean,
): Part {
  const all = allOf(sql.add(match.objectType, 'int'))
  const where =
    'from' in match
      ? `id >= ${sql.add(match.from, 'uuid')} and id < ${sql.add(match.before, 'uuid')}`
      : `updated_at ${match.operator} ${sql.add(match.updatedAt, 'timestamptz')}`
  return { ...all, negated, where: `${all.where} and ${where}`, ordered: 'from' in match }
}

/**
 * The common table expressions of what passes all filters, and the name of the last. The smallest set drives, and each other
 * one narrows it: a big one is asked for its ids, all together and in their order, where a full key leads to them; else it is
 * gone through once, and what is not among the ids is left out at once.
 */
export function narrowed([first, ...rest]: readonly SizedPart[], all: () => Part): { sets: string; last: string } {
  const drives = first !== undefined && !first.negated
  const driver = drives ? first : { ...all(), isBig: true }
  const others = drives || first === undefined ? rest : [first, ...rest]
  const steps = others.map((one, index) => {
    const [before, after] = [`m${index}`, `m${index + 1}`]
    if (!one.negated) return `${after} as materialized (${among(one, before, driver.isBig)})`
    // Of what is not to be there, all is made where what came before may be more.
    return `s${index} as materialized (${driver.isBig ? select(one) : among(one, before, false)}),
      ${after} as materialized (select id from ${before} where ${isIn('id', `s${index}`, true)})`
  })
  return { sets: [`m0 as materialized (${select(driver)})`, ...steps].join(', '), last: `m${steps.length}` }
}

/** What of a set is in another. An index takes the ids of an array in their order, one after the other in what it has read. */
function among(one: SizedPart, ids: string, areMany: boolean): string {
  if (!one.keyed || !one.isBig || areMany)
    return select({ ...one, where: `${one.where} and ${isIn(one.id, ids, false)}` })
  const { from, where } = one.walk ?? one
  return select({ ...one, from, where: `${where} and ${one.id} = any(array(select id from ${ids}))` })
}

/** All live records of a type. */
export const allOf = (objectType: string): Part => ({
  negated: false,
  from: 'record',
  where: `workspace_id = $1 and object_type = ${objectType} and deleted_at is null`,
  id: 'id',
  ordered: true,
  unique: true,
  keyed: false,
})

export const select = (one: Part) =>
  `select ${one.unique ? '' : 'distinct '}${one.id} as id from ${one.from} where ${one.where}`

/** Whether one id is in a set; by its key. */
function lookUp(one: Part, id: string): string {
  const { from, where } = one.walk ?? one
  return `(select 1 from ${from} where ${where} and ${one.id} = ${id} limit 1)`
}

/** Whether an id passes. A sub-select with a limit is never turned into a join. */
export const test = (one: Part, set: string, id: string) =>
  one.keyed ? `${lookUp(one, id)} is ${one.negated ? '' : 'not '}null` : isIn(id, set, one.negated)

/**
 * Membership as a value, which is a look-up in a hash table: joins of sets whose sizes the planner guesses wrong go through one
 * for each row of the other.
 */
export const isIn = (id: string, set: string, negated: boolean) => `(${id} in (select id from ${set})) is ${!negated}`

/** A filter, and whether it may match more than is counted each time. */
export type Sized = Filter & { isBig: boolean }

/** Puts the positive filter that matches least in front; only several positive ones need counting. */
export async function driverFirst(db: Connection, workspace: number, filters: readonly Filter[]): Promise<Sized[]> {
  const positive = filters.filter((filter) => !filter.negated)
  const negated = filters.filter((filter) => filter.negated).map((filter) => ({ ...filter, isBig: true }))
  if (filters.length < 2 || positive.length === 0) {
    return [...positive.map((filter) => ({ ...filter, isBig: true })), ...negated]
  }
  const big = bigOnesOf(db)
  const names = positive.map((filter) => `${workspace} ${nameOfFilter(filter)}`)
  const isKnown = (name: string) => (big.get(name) ?? 0) > Date.now() - bigForMs
  const unknown = positive.filter((_, index) => !isKnown(names[index] ?? ''))
  const sizes = new Map(await sizesOf(db, workspace, unknown))
  const bySize = positive
    .map((filter, index) => ({ filter, name: names[index] ?? '', size: sizes.get(filter) ?? limits.counted + 1 }))
    .sort((left, right) => left.size - right.size)
  for (const { name, size } of bySize) if (size > limits.counted && !isKnown(name)) noteBig(big, name)
  return [...bySize.map(({ filter, size }) => ({ ...filter, isBig: size > limits.counted })), ...negated]
}

/** How many records pass each of some filters, up to one more than is counted each time. */
async function sizesOf(db: Connection, workspace: number, filters: readonly Filter[]): Promise<[Filter, number][]> {
  if (filters.length === 0) return []
  const sql = new Parameters(workspace)
  const counts = filters.map((filter) => {
    const { from, where } = part(sql, filter)
    return `(select count(*)::int from (select 1 from ${from} where ${where} limit ${limits.counted + 1}) c)`
  })
  const [sizes = []] = await run<number[]>(db, statementOf(`select ${counts.join(', ')}`, filters), sql.values)
  return filters.map((filter, index) => [filter, sizes[index] ?? 0])
}

/** Filters that matched many a moment ago, and when. That is asked only for the order, in which nothing but time depends. */
const bigOnes = new WeakMap<Connection, Map<string, number>>()
const bigForMs = 60_000
const bigOnesMax = 1000

function bigOnesOf(db: Connection): Map<string, number> {
  const known = bigOnes.get(db) ?? new Map<string, number>()
  bigOnes.set(db, known)
  return known
}

function noteBig(big: Map<string, number>, name: string) {
  big.delete(name)
  big.set(name, Date.now())
  const [oldest] = big.keys()
  if (big.size > bigOnesMax && oldest !== undefined) big.delete(oldest)
}

/** What a filter looks for, as a text. */
export const nameOfFilter = ({ negated, match }: Filter): string =>
  JSON.stringify([negated, match], (_, value) => (typeof value === 'number' ? String(value) : value))

/** The filters up to which a statement is worth keeping prepared: with more there would be no end of different ones. */
const preparedFiltersMax = 2

export function statementOf(text: string, filters: readonly Filter[]): Statement {
  const all = filters.flatMap((filter) => ('any' in filter.match ? filter.match.any : [filter]))
  if (all.length > preparedFiltersMax) return { text }
  return { name: `list_${createHash('sha1').update(text).digest('base64url')}`, text }
}
