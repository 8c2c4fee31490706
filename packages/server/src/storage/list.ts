import { createHash } from 'node:crypto'
import type { Condition } from '@openfield/schema'
import { type Connection, run, type Statement } from './database.ts'
import { bytesMax, digestLength, indexKey, prefixBounds } from './index-key.ts'
import { completeRecord, type Shape } from './records.ts'
import { definitionsVersion, type RecordColumns, recordColumns, recordSource, type StoredRecord } from './rows.ts'

/** What a filter looks for. */
export type Match =
  | { field: number; condition: Condition }
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
  const sql = new Parameters(workspace)
  const page = { limit: sql.add(limit, 'int'), offset: sql.add(offset, 'int') }
  const columns = recordColumns(sql.add(shape.defaults, 'jsonb'), sql.add(shape.removed, 'text[]'))
  const text = `with ${plan(
    ordered.map((filter) => part(sql, filter)),
    () => allOf(sql.add(shape.number, 'int')),
    page,
  )}
    select ${definitionsVersion}, (select total from t)::int, x.* from (select 1) one left join (
      select r.* from p cross join lateral (
        select ${columns} from ${recordSource} where r.workspace_id = $1 and r.id = p.id limit 1) r
    ) x on true order by x.id desc`
  const found = await run<[number, number, ...RecordColumns]>(db, statementOf(text, filters), sql.values)
  const [definitions, total] = found[0] ?? [0, 0]
  const records = found.map(([, , ...rest]) => rest).filter(([id]) => id !== null)
  return { definitions, total, records: await Promise.all(records.map((row) => completeRecord(db, workspace, row))) }
}

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
  probe: ((id: string) => string) | undefined
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
    const pattern = sql.add(patternOf(condition.value), 'text')
    return fieldPart('index_substring', negated, `${key} and value like ${pattern}`, { unique: false })
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
    return fieldPart(table, negated, `${key} and value = ${value}`, { ordered: true, probe: true })
  }
  return fieldPart(
    'index_number',
    negated,
    `${key} and value ${condition.operator} ${sql.add(condition.value, 'float8')}`,
  )
}

/** A set, or all other records of the type. */
function complemented(sql: Parameters, objectType: number, one: Part): string {
  return one.negated ? `${select(allOf(sql.add(objectType, 'int')))} except ${select(one)}` : select(one)
}

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
  { ordered = false, unique = true, probe = false } = {},
): Part => ({
  negated,
  from: table,
  where,
  id: 'id',
  ordered,
  unique,
  probe: probe ? (id) => `(select 1 from ${table} where ${where} and id = ${id} limit 1)` : undefined,
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
    probe: (one) => `(select 1 from edge where ${where} and ${id} = ${one} limit 1)`,
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

type PageBounds = { limit: string; offset: string }

/** The common table expressions `p` (ids of the page) and `t` (the total); `all` makes the set of all records of the type. */
function plan(parts: Part[], all: () => Part, page: PageBounds): string {
  const [first, ...rest] = parts
  if (!first) return everything(all(), page)
  if (rest.length === 0 && !first.negated && first.ordered) return everything(first, page)
  if (rest.length === 0 && first.negated) return withoutOne(first, all(), page)
  const [driver, others] = first.negated ? [all(), parts] : [first, rest]
  const sets = others.map((other, index) => (other.probe ? '' : `s${index} as materialized (${select(other)}), `))
  const tests = others.map((other, index) => ` and ${test(other, `s${index}`)}`)
  return `${sets.join('')}d as materialized (${select(driver)}),
    m as materialized (select id from d where true${tests.join('')}),
    p as materialized (select id from m order by id desc limit ${page.limit} offset ${page.offset}),
    t as (select count(*) total from m)`
}

/** All live records of a type. */
export const allOf = (objectType: string): Part => ({
  negated: false,
  from: 'record',
  where: `workspace_id = $1 and object_type = ${objectType} and deleted_at is null`,
  id: 'id',
  ordered: true,
  unique: true,
  probe: undefined,
})

export const select = (one: Part) =>
  `select ${one.unique ? '' : 'distinct '}${one.id} as id from ${one.from} where ${one.where}`

/** One ordered set: the page comes straight from its index. */
const everything = (one: Part, { limit, offset }: PageBounds) =>
  `p as materialized (${select(one)} order by ${one.id} desc limit ${limit} offset ${offset}),
    t as (select count(*) total from ${one.from} where ${one.where})`

/** Everything but one set: the page walks the type's records, the total is a subtraction. */
function withoutOne(one: Part, all: Part, { limit, offset }: PageBounds): string {
  const set = one.probe ? '' : `s0 as materialized (${select(one)}), `
  const count = `(select count(*) from ${one.probe ? `(${select(one)}) c` : 's0'})`
  return `${set}p as materialized (${select(all)} and ${test(one, 's0', 'record.id')}
      order by id desc limit ${limit} offset ${offset}),
    t as (select (select count(*) from ${all.from} where ${all.where}) - ${count} total)`
}

/** Whether an id passes. A sub-select with a limit is never turned into a join. */
const test = (one: Part, set: string, id = 'd.id') =>
  one.probe
    ? `${one.probe(id)} is ${one.negated ? '' : 'not '}null`
    : `${id} ${one.negated ? 'not ' : ''}in (select id from ${set})`

const countedMax = 10_000

/** Puts the positive filter that matches least in front; only several positive ones need counting. */
export async function driverFirst(db: Connection, workspace: number, filters: readonly Filter[]): Promise<Filter[]> {
  const positive = filters.filter((filter) => !filter.negated)
  const negated = filters.filter((filter) => filter.negated)
  if (positive.length < 2) return [...positive, ...negated]
  const sql = new Parameters(workspace)
  const counts = positive.map((filter) => {
    const { from, where } = part(sql, filter)
    return `(select count(*)::int from (select 1 from ${from} where ${where} limit ${countedMax}) c)`
  })
  const text = `select ${counts.join(', ')}`
  const [sizes = []] = await run<number[]>(db, statementOf(text, filters), sql.values)
  const bySize = positive
    .map((filter, index) => ({ filter, size: sizes[index] ?? 0 }))
    .sort((left, right) => left.size - right.size)
  return [...bySize.map(({ filter }) => filter), ...negated]
}

/** The filters up to which a statement is worth keeping prepared: with more there would be no end of different ones. */
const preparedFiltersMax = 2

export function statementOf(text: string, filters: readonly Filter[]): Statement {
  const all = filters.flatMap((filter) => ('any' in filter.match ? filter.match.any : [filter]))
  if (all.length > preparedFiltersMax) return { text }
  return { name: `list_${createHash('sha1').update(text).digest('base64url')}`, text }
}
