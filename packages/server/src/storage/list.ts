import { type Connection, run } from './database.ts'
import {
  allOf,
  driverFirst,
  type Filter,
  narrowed,
  Parameters,
  type Part,
  partsOf,
  type Sized,
  type SizedPart,
  select,
  statementOf,
  test,
} from './filters.ts'
import { followedList, keptPage, noteList } from './kept.ts'
import { type Page, type PageRow, pageOf, recordsOf } from './page.ts'
import type { Shape } from './records.ts'
import { recordColumns } from './rows.ts'
import { boundedCounter, type Counted, type Counter, counterOf, limits, roughly, takeTally } from './tallies.ts'

/**
 * One page of the live records of a type that pass all filters, newest first, with the exact number of all that pass. Where
 * that took long and is asked for again, what passes is kept, and follows the log of changes.
 */
export async function listRecords(
  db: Connection,
  workspace: number,
  shape: Shape,
  filters: readonly Filter[],
  limit: number,
  offset: number,
): Promise<Page> {
  const list = followedList(workspace, shape.number, filters)
  const kept = list && (await keptPage(db, list, shape, limit, offset))
  if (kept) return kept
  const begin = performance.now()
  const page = await lookedUpPage(db, workspace, shape, filters, limit, offset)
  if (list) noteList(db, list, page.total, performance.now() - begin)
  return page
}

/**
 * The page as the indexes have it. The statement leaves the planner no choice of a driving filter: it is fixed here, and
 * everything else is a set made once or a look-up by full key.
 */
async function lookedUpPage(
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
    const text = pageOf(sets, `json_build_array(${totals.map(({ column }) => column).join(', ')})`, columns)
    const found = await run<PageRow<unknown[]>>(db, statementOf(text, filters), sql.values)
    const [definitions, snapshot, numbers] = found[0] ?? [0, '', []]
    const known = totals.map((counter, index) => counter.total(numbers[index], { definitions, snapshot }))
    if (known.some((one) => one === undefined)) {
      for (const [index, one] of known.entries()) {
        const { counted } = totals[index] ?? {}
        if (one === undefined && counted) await takeTally(db, workspace, counted)
      }
      continue
    }
    return { definitions, total: total(known.map(Number)), records: await recordsOf(db, workspace, found) }
  }
}

/** After so many statements all is counted: others write faster than their changes can be followed. */
const triesMax = 4

/** As placeholders; `skipped` is what has to be gone through for a page. */
type PageBounds = { limit: string; offset: string; skipped: number }
/** `counts`: big sets are counted by their tallies. */
type Surroundings = { db: Connection; workspace: number; sql: Parameters; type: number; counts: boolean }

/** The common table expressions that make `p`, the ids of the page; what is counted, and the total that follows. */
type Plan = { sets: string; totals: (Counter & { counted?: Counted | undefined })[]; total(numbers: number[]): number }

function plan(around: Surroundings, filters: readonly Sized[], page: PageBounds): Plan {
  const { sql, type } = around
  const all = () => allOf(sql.add(type, 'int'))
  const parts = partsOf(sql, filters)
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

/** What passes several filters, as a set that is sorted for the page. */
function several(parts: readonly SizedPart[], all: () => Part, { limit, offset }: PageBounds): Plan {
  const { sets, last } = narrowed(parts, all)
  return {
    sets: `${sets}, p as materialized (select id from ${last} order by id desc limit ${limit} offset ${offset})`,
    totals: [{ column: `(select count(*) from ${last})`, total: Number }],
    total: sole,
  }
}
