import type { Connection } from './database.ts'
import { run } from './database.ts'
import { allOf, driverFirst, type Filter, Parameters, type Part, part, select, statementOf } from './filters.ts'
import type { Shape } from './records.ts'
import {
  briefColumns,
  briefRecord,
  definitionsVersion,
  type RecordColumns,
  recordSource,
  type StoredRecord,
} from './rows.ts'

/** What a list is sorted by; records without it come last, whatever the direction. Ties go by id, in the same direction. */
export type SortKey =
  | { by: 'creation' }
  | { by: 'change' }
  /** The one entry that a record has in an index, or the least of several. */
  | { by: 'entry' | 'least entry'; index: 'text' | 'number' | 'substring'; field: number }
  /** The place of the record's entry among these texts. */
  | { by: 'option'; field: number; options: readonly string[] }
  /** The text that the record at the other end of a relationship has in a field. */
  | { by: 'link'; relationship: number; side: 'from' | 'to'; field: number }

export type Sort = { key: SortKey; descending: boolean }

/** Where a page ended: what its last record was sorted by, null when that was not set, and its id. */
export type Position = { value: string | null; id: string }

/** Which relationships records are shown with, by the end they are at, and how many links of each. */
export type BriefLinks = { from: readonly number[]; to: readonly number[]; most: number }

export type Query = {
  filters: readonly Filter[]
  sort: Sort
  limit: number
  offset: number
  after: Position | undefined
  links: BriefLinks
}

export type QueryPage = { definitions: number; total: number; records: StoredRecord[]; next: Position | undefined }

/**
 * One page of the live records of a type that pass all filters, in an order, with the exact number of all that pass. Sorted
 * lists walk the index of what they are sorted by until the page is full; what passes is a set that is made once.
 */
export async function queryRecords(db: Connection, workspace: number, shape: Shape, query: Query): Promise<QueryPage> {
  const filters = await driverFirst(db, workspace, query.filters)
  const sql = new Parameters(workspace)
  let every: Part | undefined
  // A parameter that a statement does not use has no type.
  const all = () => (every ??= allOf(sql.add(shape.number, 'int')))
  const source = sourceOf(sql, filters, all)
  const direction = query.sort.descending ? 'desc' : 'asc'
  // One record more tells whether there is another page.
  const page = { ...query, limit: query.limit + 1 }
  const { parts, type } = orderedParts(sql, source, all, page)
  const columns = briefColumns(
    sql.add(shape.defaults, 'jsonb'),
    sql.add(shape.removed, 'text[]'),
    sql.add(query.links.from, 'int[]'),
    sql.add(query.links.to, 'int[]'),
    query.links.most,
  )
  const text = `with ${[...source.sets, ...parts].join(',\n    ')},
    p as materialized (select 0 as part, value, id from a union all select 1, null::${type}, id from b)
    select ${definitionsVersion}, (select count(*) from ${source.from} where ${source.where})::int, x.* from (select 1) one
    left join (select p.part, p.value, p.value::text as text, r.* from p cross join lateral (
      select ${columns} from ${recordSource} where r.workspace_id = $1 and r.id = p.id limit 1) r
    ) x on true order by x.part, x.value ${direction}, x.id ${direction}`
  const found = await run<Row>(db, statementOf(text, filters), sql.values)
  const shown = found.filter(([, , part]) => part !== null).slice(0, query.limit)
  const last = found.length > query.limit ? shown.at(-1) : undefined
  return {
    definitions: found[0]?.[0] ?? 0,
    total: found[0]?.[1] ?? 0,
    records: shown.map(([, , , , , ...row]) => briefRecord(row, query.links.most)),
    next: last && { value: last[2] === 1 ? null : last[4], id: last[5] },
  }
}

type Row = [definitions: number, total: number, part: 0 | 1 | null, value: unknown, text: string, ...RecordColumns]

/** What passes the filters: the common table expressions that make it, and where its ids are. */
type Source = { sets: string[]; from: string; where: string; id: string; restricted: boolean }

export function sourceOf(sql: Parameters, filters: readonly Filter[], all: () => Part): Source {
  const parts = filters.map((filter) => part(sql, filter))
  const [first, ...rest] = parts
  if (!first) return { sets: [], ...all(), restricted: false }
  const [driver, others] = first.negated ? [all(), parts] : [first, rest]
  const sets = others.map((other, index) => `s${index} as materialized (${select(other)})`)
  const tests = others.map((other, index) => `${isIn('d.id', `s${index}`)} is ${!other.negated}`)
  return {
    sets: [
      ...sets,
      `d as materialized (${select(driver)})`,
      ...(tests.length > 0 ? [`m as materialized (select id from d where ${tests.join(' and ')})`] : []),
    ],
    from: tests.length > 0 ? 'm' : 'd',
    where: 'true',
    id: 'id',
    restricted: true,
  }
}

/** Membership as a value, which is a look-up in a hash table; as a condition it would be a join of the planner's choice. */
const isIn = (id: string, set: string) => `(${id} in (select id from ${set}))`

/** The parts of a page: `a`, whose records have what they are sorted by, and `b`, where it is not set. */
type Ordered = { parts: string[]; type: string }

/** The common table expressions `a` and `b`, and the type of the value that `a` is sorted by. */
function orderedParts(sql: Parameters, source: Source, all: () => Part, query: Query): Ordered {
  const { key } = query.sort
  if (key.by === 'creation')
    return { parts: [a(byCreation(sql, source, query)), b('select null::uuid as id where false')], type: 'text' }
  const scan = scanOf(sql, key, all)
  const unset = `select id from (select ${source.id} as id from ${source.from} where ${source.where}
      except select id from ${scan.from} where ${scan.where}) u`
  const parts =
    query.after?.value === null
      ? [
          a(`select null::${scan.type} as value, null::uuid as id where false`),
          b(onlyUnset(sql, unset, query.after, query)),
        ]
      : setThenUnset(sql, source, scan, unset, query)
  return { parts, type: scan.type }
}

const a = (page: string) => `a as materialized (${page})`
const b = (page: string) => `b as materialized (${page})`

const directionOf = ({ descending }: Sort) => (descending ? (['desc', '<'] as const) : (['asc', '>'] as const))

function byCreation(sql: Parameters, { id, from, where }: Source, { sort, after, limit, offset }: Query): string {
  const [direction, beyond] = directionOf(sort)
  const rest = after ? ` and ${id} ${beyond} ${sql.add(after.id, 'uuid')}` : ''
  return `select null::text as value, ${id} as id from ${from} where ${where}${rest}
    order by ${id} ${direction} limit ${sql.add(limit, 'int')} offset ${sql.add(offset, 'int')}`
}

function onlyUnset(sql: Parameters, unset: string, { id }: Position, { sort, limit }: Query): string {
  const [direction, beyond] = directionOf(sort)
  return `${unset} where id ${beyond} ${sql.add(id, 'uuid')} order by id ${direction} limit ${sql.add(limit, 'int')}`
}

/** The unset ones are looked for only where the others do not fill the page. */
function setThenUnset(sql: Parameters, source: Source, scan: Scan, unset: string, query: Query): string[] {
  const { sort, after } = query
  const [limit, offset] = [sql.add(query.limit, 'int'), sql.add(query.offset, 'int')]
  const [direction, beyond] = directionOf(sort)
  const passing = source.restricted ? `${scan.where} and ${isIn('id', source.from)} is true` : scan.where
  const rest = after
    ? ` and (value, id) ${beyond} (${sql.add(after.value, scan.type)}, ${sql.add(after.id, 'uuid')})`
    : ''
  const left = `(${limit} - (select count(*) from a))`
  const skipped = `greatest(0, ${offset} - (select count(*) from ${scan.from} where ${passing}))`
  return [
    a(`select value, id from ${scan.from} where ${passing}${rest}
      order by value ${direction}, id ${direction} limit ${limit} offset ${offset}`),
    b(`${unset} where ${left} > 0 order by id ${direction}
      limit ${left} offset case when ${left} > 0 and ${offset} > 0 then ${skipped} else 0 end`),
  ]
}

/** Where the values that a list is sorted by stand, each with the id of its record, and of which type they are. */
type Scan = { from: string; where: string; type: string }

function scanOf(sql: Parameters, key: Exclude<SortKey, { by: 'creation' }>, all: () => Part): Scan {
  switch (key.by) {
    case 'change':
      return {
        from: `(select updated_at as value, id from record where ${all().where}) c`,
        where: 'true',
        type: 'timestamptz',
      }
    case 'entry': {
      const type = key.index === 'number' ? 'float8' : 'text collate "C"'
      return { from: `index_${key.index}`, where: `workspace_id = $1 and field = ${sql.add(key.field, 'int')}`, type }
    }
    case 'least entry': {
      const least = `select min(value) as value, id from index_${key.index}
        where workspace_id = $1 and field = ${sql.add(key.field, 'int')} group by id`
      return { from: `(${least}) l`, where: 'true', type: 'text collate "C"' }
    }
    case 'option': {
      const places = `select array_position(${sql.add(key.options, 'text[]')}, value) as value, id from index_text
        where workspace_id = $1 and field = ${sql.add(key.field, 'int')}`
      return { from: `(${places}) o`, where: 'value is not null', type: 'int' }
    }
    case 'link': {
      const [own, other] = key.side === 'from' ? ['from_id', 'to_id'] : ['to_id', 'from_id']
      const linked = `select t.value, e.${own} as id from index_text t cross join lateral (
        select ${own} from edge where workspace_id = $1 and ${other} = t.id and relationship = ${sql.add(key.relationship, 'int')}) e
        where t.workspace_id = $1 and t.field = ${sql.add(key.field, 'int')}`
      return { from: `(${linked}) l`, where: 'true', type: 'text collate "C"' }
    }
  }
}
