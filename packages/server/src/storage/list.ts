import { createHash } from 'node:crypto'
import type { Condition } from '@openfield/schema'
import { type Connection, run, type Statement } from './database.ts'
import { bytesMax, digestLength, indexKey, prefixBounds } from './index-key.ts'
import { completeRecord, type Shape } from './records.ts'
import { definitionsVersion, type RecordColumns, recordColumns, recordSource, type StoredRecord } from './rows.ts'
import {
  boundedCounter,
  type Counted,
  type CountedValue,
  type Counter,
  counterOf,
  limits,
  roughly,
  takeTally,
} from './tallies.ts'

/** What a filter looks for. */
export type Match =
  | { field: number; condition: Condition; told?: Told }
  /** Records linked to `other`; `side` is the end at which the listed records are. */
  | { relationships: readonly number[]; side: 'from' | 'to'; other: string }
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

/** One filter of a list; all of a list's filters must hold. `param` names it in errors. */
export type Filter = { param: string; negated: boolean; match: Match | Alternatives }

/** Of these, one must hold, of records of a type. */
export type Alternatives = { any: readonly Filter[]; objectType: number }

export type Page = { definitions: number; total: number; records: StoredRecord[] }

/**
 * One page of the live records of a type that pass all filters, newest first, with the exact number of all that pass.
 * The statement leaves the planner no choice of a driving filter: it is fixed here, and everything else is a set made
 * once or a look-up by full key.
 */
export async function listRecords(
  db: Connection,
  workspace: number,
  shape: Shape,
  filters: readonly Filter[],
  limit: number,
  offset: number,
): Promise<Page> {
  const ordered = await driverFirst(db, workspace, filters)
  for (let tries = 1; ; tries += 1) {
    const sql = new Parameters(workspace)
    const page = { limit: sql.add(limit, 'int'), offset: sql.add(offset, 'int'), skipped: offset + limit }
    const columns = recordColumns(sql.add(shape.defaults, 'jsonb'), sql.add(shape.removed, 'text[]'))
    const { sets, totals, total } = plan(
      { db, workspace, sql, type: shape.number, counts: tries < triesMax },
      ordered,
      page,
    )
    const text = `with ${sets}
      select ${definitionsVersion}, pg_current_snapshot()::text, (select json_build_array(${totals.map(({ column }) => column).join(', ')})),
        x.* from (select 1) one left join (
        select r.* from p cross join lateral (
          select ${columns} from ${recordSource} where r.workspace_id = $1 and r.id = p.id limit 1) r
      ) x on true order by x.id desc`
    const found = await run<[number, string, unknown[], ...RecordColumns]>(db, statementOf(text, filters), sql.values)
    const [definitions, snapshot, numbers] = found[0] ?? [0, '', []]
    const known = totals.map((counter, index) => counter.total(numbers[index], { definitions, snapshot }))
    if (known.some((one) => one === undefined)) {
      for (const [index, one] of known.entries()) {
        const { counted } = totals[index] ?? {}
        if (one === undefined && counted) await takeTally(db, workspace, counted)
      }
      continue
    }
    const records = found.map(([, , , ...rest]) => rest).filter(([id]) => id !== null)
    return {
      definitions,
      total: total(known.map(Number)),
      records: await Promise.all(records.map((row) => completeRecord(db, workspace, row))),
    }
  }
}

/** After so many statements all is counted: others write faster than their changes can be followed. */
const triesMax = 4

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

/** As placeholders; `skipped` is what has to be gone through for a page. */
type PageBounds = { limit: string; offset: string; skipped: number }
/** `counts`: big sets are counted by their tallies. */
type Surroundings = { db: Connection; workspace: number; sql: Parameters; type: number; counts: boolean }

/** The common table expressions that make `p`, the ids of the page; what is counted, and the total that follows. */
type Plan = { sets: string; totals: (Counter & { counted?: Counted | undefined })[]; total(numbers: number[]): number }

function plan(around: Surroundings, filters: readonly Sized[], page: PageBounds): Plan {
  const { sql, type } = around
  const all = () => allOf(sql.add(type, 'int'))
  const parts = filters.map((filter) => ({ ...part(sql, filter), isBig: filter.isBig }))
  const [one, ...others] = parts
  if (!one) return whole(around, all(), { objectType: type }, page)
  if (others.length > 0) return several(parts, all, page)
  const counted = countedBy(around, filters[0])
  if (one.negated)
    return withoutOne(around, page.skipped > probedMax ? { ...one, keyed: false } : one, counted, all(), page)
  if (one.ordered) return whole(around, one, counted, page)
  if (one.walk && counted) return range(around, one, one.walk, counted, page)
  return several(parts, all, page)
}

/** What a filter asks for, where the log tells of it and there may be many. */
function countedBy({ type, counts }: Surroundings, filter: Filter | undefined): Counted | undefined {
  const match = filter?.match
  if (!counts || !match || !('condition' in match) || !match.told) return undefined
  const { field, condition, told } = match
  const { index, operator } = condition
  if (index === 'substring' || operator === 'contains' || operator === 'startsWith') return undefined
  return { objectType: type, value: { field, condition, ...told } }
}

/** For more than so many, a set that is made once is faster than look-ups. */
const probedMax = 10_000

const sole = ([number = 0]: number[]) => number

/** One ordered set: the page comes straight from its index. */
function whole(around: Surroundings, one: Part, counted: Counted | undefined, { limit, offset }: PageBounds): Plan {
  return {
    sets: `p as materialized (${select(one)} order by ${one.id} desc limit ${limit} offset ${offset})`,
    totals: [count(around, one, counted)],
    total: sole,
  }
}

function count({ db, workspace, sql, counts }: Surroundings, { from, where }: Part, counted: Counted | undefined) {
  const by = counts ? counted : undefined
  return { ...counterOf(db, sql, workspace, `${from} where ${where}`, by), counted: by }
}

/** Numbers from or up to one: few are sorted by id, of many a walk in the order of ids finds some soon. */
function range(
  around: Surroundings,
  one: Part,
  walk: { from: string; where: string },
  counted: Counted,
  page: PageBounds,
): Plan {
  const { limit, offset } = page
  const { db, workspace } = around
  const known = roughly(db, workspace, counted)
  // By what a step of each way takes.
  if (known && known.count > limits.counted && (page.skipped * known.of) / known.count < 2 * known.count) {
    return {
      sets: `p as materialized (select id from ${walk.from} where ${walk.where}
        order by workspace_id desc, field desc, id desc limit ${limit} offset ${offset})`,
      totals: [count(around, one, counted)],
      total: sole,
    }
  }
  // Of many that are not known to be many, the first attempt learns only that.
  const isBig = known !== undefined && known.count > limits.counted
  return {
    sets: `d as materialized (${select(one)} ${isBig ? '' : `limit ${limits.counted + 1}`}),
      p as materialized (select id from d order by id desc limit ${limit} offset ${offset})`,
    totals: [isBig ? { column: '(select count(*) from d)', total: Number } : { ...boundedCounter('d'), counted }],
    total: sole,
  }
}

/** Everything but one set: the page walks the type's records, the total is a subtraction. */
function withoutOne(
  around: Surroundings,
  one: Part,
  counted: Counted | undefined,
  all: Part,
  { limit, offset }: PageBounds,
): Plan {
  const made: Part = one.keyed ? distinct(one) : { ...one, from: 's0', where: 'true' }
  return {
    sets: `${one.keyed ? '' : `s0 as materialized (${select(one)}), `}p as materialized (
      ${select(all)} and ${test(one, 's0', 'record.id')} order by id desc limit ${limit} offset ${offset})`,
    totals: [count(around, all, { objectType: around.type }), count(around, made, counted)],
    total: ([every = 0, without = 0]) => every - without,
  }
}

/** A set in which an id may stand twice, without doubles. */
const distinct = (one: Part): Part => (one.unique ? one : { ...one, from: `(${select(one)}) c`, where: 'true' })

/**
 * The smallest set drives, and each other one narrows it: by looking up its ids, all together and in their order, when it is
 * small; through a set that is made once when it is not, or the other is small too.
 */
function several(parts: readonly (Part & { isBig: boolean })[], all: () => Part, { limit, offset }: PageBounds): Plan {
  const [first] = parts
  const [driver, others] = first && !first.negated ? [first, parts.slice(1)] : [{ ...all(), isBig: true }, parts]
  const steps = others.map((one, index) => {
    const [before, after] = [`m${index}`, `m${index + 1}`]
    const looksUp = one.keyed && one.isBig && !driver.isBig
    if (looksUp && !one.negated) return `${after} as materialized (${within(one, before)})`
    const set = `s${index}`
    return `${set} as materialized (${looksUp ? within(one, before) : select(one)}),
      ${after} as materialized (select id from ${before} where ${isIn('id', set, one.negated)})`
  })
  const last = `m${steps.length}`
  return {
    sets: `${[`m0 as materialized (${select(driver)})`, ...steps].join(', ')},
      p as materialized (select id from ${last} order by id desc limit ${limit} offset ${offset})`,
    totals: [{ column: `(select count(*) from ${last})`, total: Number }],
    total: sole,
  }
}

/** What of a set is in another. An index takes the ids of an array in their order, one after the other in what it has read. */
function within(one: Part, ids: string): string {
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
const test = (one: Part, set: string, id: string) =>
  one.keyed ? `${lookUp(one, id)} is ${one.negated ? '' : 'not '}null` : isIn(id, set, one.negated)

/**
 * Membership as a value, which is a look-up in a hash table: joins of sets whose sizes the planner guesses wrong go through one
 * for each row of the other.
 */
const isIn = (id: string, set: string, negated: boolean) => `(${id} in (select id from ${set})) is ${!negated}`

/** A filter, and whether it may match more than is counted each time. */
export type Sized = Filter & { isBig: boolean }

/** Puts the positive filter that matches least in front; only several positive ones need counting. */
export async function driverFirst(db: Connection, workspace: number, filters: readonly Filter[]): Promise<Sized[]> {
  const positive = filters.filter((filter) => !filter.negated)
  const negated = filters.filter((filter) => filter.negated).map((filter) => ({ ...filter, isBig: true }))
  if (filters.length < 2 || positive.length === 0) {
    return [...positive.map((filter) => ({ ...filter, isBig: true })), ...negated]
  }
  const sql = new Parameters(workspace)
  const counts = positive.map((filter) => {
    const { from, where } = part(sql, filter)
    return `(select count(*)::int from (select 1 from ${from} where ${where} limit ${limits.counted + 1}) c)`
  })
  const text = `select ${counts.join(', ')}`
  const [sizes = []] = await run<number[]>(db, statementOf(text, filters), sql.values)
  const bySize = positive
    .map((filter, index) => ({ filter, size: sizes[index] ?? 0 }))
    .sort((left, right) => left.size - right.size)
  return [...bySize.map(({ filter, size }) => ({ ...filter, isBig: size > limits.counted })), ...negated]
}

/** The filters up to which a statement is worth keeping prepared: with more there would be no end of different ones. */
const preparedFiltersMax = 2

export function statementOf(text: string, filters: readonly Filter[]): Statement {
  const all = filters.flatMap((filter) => ('any' in filter.match ? filter.match.any : [filter]))
  if (all.length > preparedFiltersMax) return { text }
  return { name: `list_${createHash('sha1').update(text).digest('base64url')}`, text }
}
