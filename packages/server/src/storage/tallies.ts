import type { Condition, IndexEntries, Json } from '@openfield/schema'
import { type Connection, run } from './database.ts'
import type { Parameters } from './filters.ts'
import { indexKey } from './index-key.ts'
import { definitionsVersion } from './rows.ts'

/**
 * Exact numbers of big sets. What has been counted once is kept with the snapshot in which it was counted; every list that
 * needs it reads from the log, in the same statement as its page, what has changed since, and keeps the result in turn. So
 * a total costs the same whatever it is, writes cost nothing more, and what somebody has just written is counted.
 */

/** What is counted: all live records of a type, or those with a value that the log of changes tells. */
export type Counted = { objectType: number; value?: CountedValue }

/** `key` names the value in the log, and `entries` says how filters see it. */
export type CountedValue = {
  field: number
  condition: Condition
  key: string
  entries: (value: Json) => IndexEntries
}

/** As of a snapshot: how many there are, or of a number how many there are from each of some values up to the next. */
type Tally = { definitions: number; snapshot: string; takenAt: number } & ({ count: number } | { buckets: Buckets })
type Buckets = ReadonlyMap<number, number>

/** A statement has a column for it; `total` reads that, undefined when the number has to be counted anew. */
export type Counter = { column: string; total(value: unknown, at: Moment): number | undefined }
/** The snapshot of a statement, and which definitions there are in it. */
export type Moment = { definitions: number; snapshot: string }

/** So many records are counted each time: that takes less than a millisecond. */
export const limits = { counted: 10_000 }
/** A tally that is further behind is taken anew. */
const changesMax = 500
const scannedMax = 2000
/** What neither the log nor the version of the definitions tells is seen after so long at the latest. */
const ageMaxMs = 10 * 60_000
const talliesMax = 500
const bucketsMax = 2000

const perDatabase = new WeakMap<Connection, Map<string, Tally>>()

function talliesOf(db: Connection): Map<string, Tally> {
  const known = perDatabase.get(db) ?? new Map<string, Tally>()
  perDatabase.set(db, known)
  return known
}

const isRange = (value: CountedValue | undefined) =>
  value?.condition.index === 'number' && value.condition.operator !== '='

function nameOf(workspace: number, { objectType, value }: Counted): string {
  if (!value) return `${workspace} ${objectType}`
  const { operator, value: sought } = value.condition
  return isRange(value)
    ? `${workspace} ${objectType} ${value.field}`
    : `${workspace} ${objectType} ${value.field} ${operator} ${sought}`
}

/** About how many numbers of a field are in a range, and of how many, where that is known without a look. */
export function roughly(
  db: Connection,
  workspace: number,
  counted: Counted,
): { count: number; of: number } | undefined {
  const tally = talliesOf(db).get(nameOf(workspace, counted))
  if (!tally || 'count' in tally || !counted.value) return undefined
  const of = [...tally.buckets.values()].reduce((sum, count) => sum + count, 0)
  return { count: sumOf(tally.buckets, edgeOf(counted.value, tally.buckets)), of }
}

/** How many of a set there are: `set` is what follows `select … from`. */
export function counterOf(
  db: Connection,
  sql: Parameters,
  workspace: number,
  set: string,
  counted: Counted | undefined,
): Counter {
  if (!counted) return { column: `(select count(*) from ${set})`, total: Number }
  const tally = talliesOf(db).get(nameOf(workspace, counted))
  if (tally) return talliedCounter(db, sql, workspace, counted, tally)
  return boundedCounter(`(select 1 from ${set} limit ${limits.counted + 1}) c`)
}

/** How many of a set there are that is cut off after one more than is counted each time. */
export const boundedCounter = (set: string): Counter => ({
  column: `(select count(*) from ${set})`,
  total: (value) => (Number(value) <= limits.counted ? Number(value) : undefined),
})

type Change = [kind: string, before: Json, after: Json, now: Json, id: string]

function talliedCounter(db: Connection, sql: Parameters, workspace: number, counted: Counted, tally: Tally): Counter {
  const { value } = counted
  const edge = value && 'buckets' in tally ? edgeOf(value, tally.buckets) : undefined
  const atEdge = edge && value ? edgeCount(sql, edge, value) : '0'
  return {
    column: `json_build_array(${atEdge}, ${changesSince(sql, counted, tally.snapshot)})`,
    total(found, { definitions, snapshot }) {
      const [near, [scanned, fresh, changes]] = found as [number, [number, number, Change[]]]
      const isGood = isNear(tally, { definitions, scanned, fresh }) && isClear(changes)
      const name = nameOf(workspace, counted)
      if (!isGood) {
        talliesOf(db).delete(name)
        return undefined
      }
      const next = { ...withChanges(tally, counted, changes), snapshot }
      keep(db, name, next)
      if ('count' in next) return next.count
      return near + sumOf(next.buckets, edge)
    },
  }
}

function keep(db: Connection, name: string, tally: Tally) {
  const tallies = talliesOf(db)
  // The one that was used last is the last.
  tallies.delete(name)
  tallies.set(name, tally)
  for (const oldest of tallies.keys()) {
    if (tallies.size <= talliesMax) return
    tallies.delete(oldest)
  }
}

/** Common table expressions: `fresh`, what the log has that a snapshot had not, of what was looked through; both bounded. */
export function freshChanges(sql: Parameters, snapshot: string, columns: string): string {
  const since = sql.add(snapshot, 'pg_snapshot')
  return `scanned as materialized (
      select ${columns}, pg_visible_in_snapshot(transaction, ${since}) as known from change
      where workspace_id = $1 and transaction >= pg_snapshot_xmin(${since}) order by transaction, id limit ${scannedMax + 1}),
    fresh as materialized (select * from scanned where not known limit ${changesMax + 1})`
}

/** Whether what was found at a moment can be brought up to another one by the changes since. */
export const isNear = (
  { definitions, takenAt }: { definitions: number; takenAt: number },
  now: { definitions: number; scanned: number; fresh: number },
): boolean =>
  now.scanned <= scannedMax &&
  now.fresh <= changesMax &&
  definitions === now.definitions &&
  Date.now() - takenAt < ageMaxMs

/** What the log has that a snapshot had not: how much was looked through, how much there is, and the changes. */
function changesSince(sql: Parameters, { objectType, value }: Counted, snapshot: string): string {
  const key = sql.add(value?.key ?? '', 'text')
  return `(with ${freshChanges(sql, snapshot, `record_id, kind, before->${key} as before, after->${key} as after`)}
    select json_build_array((select count(*) from scanned), (select count(*) from fresh),
      (select coalesce(json_agg(json_build_array(f.kind, f.before, f.after, r.fields->${key}->'value', f.record_id)), '[]')
        from fresh f cross join lateral (
          select object_type, fields from record where workspace_id = $1 and id = f.record_id limit 1) r
        where r.object_type = ${sql.add(objectType, 'int')})))`
}

/** What each kind of change adds to a set, by the values of a record before, after and now. What is in the trash stays as it is. */
const effects: Record<string, { adds: (change: Change) => Json; takes: (change: Change) => Json; records: number }> = {
  created: { adds: ([, , after]) => after, takes: () => null, records: 1 },
  updated: { adds: ([, , after]) => after, takes: ([, before]) => before, records: 0 },
  merged: { adds: ([, , after]) => after, takes: ([, before]) => before, records: 0 },
  trashed: { adds: () => null, takes: ([, , , now]) => now, records: -1 },
  'merged-away': { adds: () => null, takes: ([, , , now]) => now, records: -1 },
  restored: { adds: ([, , , now]) => now, takes: () => null, records: 1 },
}

/** What a record had when it came or went cannot be told when it has been changed since. */
function isClear(changes: readonly Change[]): boolean {
  const moved = new Set(changes.flatMap(([kind, , , , id]) => (readsNow.has(kind) ? [id] : [])))
  return (
    moved.size === 0 || changes.every(([kind, , , , id]) => readsNow.has(kind) || kind === 'created' || !moved.has(id))
  )
}

const readsNow = new Set(['trashed', 'merged-away', 'restored'])

function withChanges(tally: Tally, { value }: Counted, changes: readonly Change[]): Tally {
  if (changes.length === 0) return tally
  if (!value) {
    const count = 'count' in tally ? tally.count : 0
    return { ...tally, count: changes.reduce((sum, [kind]) => sum + (effects[kind]?.records ?? 0), count) }
  }
  if ('count' in tally) {
    const holds = (json: Json) => (json === null || json === undefined ? 0 : Number(matches(value, json)))
    const count = changes.reduce((sum, change) => {
      const effect = effects[change[0]]
      return effect ? sum + holds(effect.adds(change)) - holds(effect.takes(change)) : sum
    }, tally.count)
    return { ...tally, count }
  }
  const buckets = new Map(tally.buckets)
  for (const change of changes) {
    const effect = effects[change[0]]
    for (const number of numbersIn(value, effect?.adds(change))) put(buckets, number, 1)
    for (const number of numbersIn(value, effect?.takes(change))) put(buckets, number, -1)
  }
  return { ...tally, buckets: new Map([...buckets].sort(([left], [right]) => left - right)) }
}

function matches({ condition, entries }: CountedValue, json: Json): boolean {
  const { text = [], number = [] } = entries(json)
  return condition.index === 'text' ? text.includes(condition.value) : number.some((one) => one === condition.value)
}

const numbersIn = ({ entries }: CountedValue, json: Json | undefined): number[] =>
  json === null || json === undefined ? [] : (entries(json).number ?? [])

/** Into the bucket that begins last at or before a number; below all, into one of its own. */
function put(buckets: Map<number, number>, number: number, times: number) {
  let low = number
  let found = Number.NEGATIVE_INFINITY
  for (const key of buckets.keys()) if (key <= number && key > found) found = key
  if (found !== Number.NEGATIVE_INFINITY) low = found
  buckets.set(low, (buckets.get(low) ?? 0) + times)
}

/** Where a range ends within a bucket: what is between `low` and `high` is counted, all buckets beyond are summed up. */
type Edge = { low: number | undefined; high: number | undefined; upwards: boolean }

function edgeOf({ condition }: CountedValue, buckets: Buckets): Edge | undefined {
  if (condition.index !== 'number') return undefined
  const { operator, value } = condition
  const keys = [...buckets.keys()]
  if (operator === '>') return { low: undefined, high: keys.find((key) => key > value), upwards: true }
  if (operator === '>=') return { low: undefined, high: keys.find((key) => key >= value), upwards: true }
  return { low: keys.findLast((key) => key <= value), high: undefined, upwards: false }
}

function edgeCount(sql: Parameters, { low, high }: Edge, { field, condition }: CountedValue): string {
  const bounds = [
    `value ${condition.operator} ${sql.add(condition.value, 'float8')}`,
    low === undefined ? '' : `value >= ${sql.add(low, 'float8')}`,
    high === undefined ? '' : `value < ${sql.add(high, 'float8')}`,
  ].filter(Boolean)
  return `(select count(*) from index_number
    where workspace_id = $1 and field = ${sql.add(field, 'int')} and ${bounds.join(' and ')})`
}

function sumOf(buckets: Buckets, edge: Edge | undefined): number {
  const { low, high, upwards } = edge ?? { low: undefined, high: undefined, upwards: true }
  let sum = 0
  for (const [key, count] of buckets) {
    if (upwards ? high !== undefined && key >= high : low !== undefined && key < low) sum += count
  }
  return sum
}

/** Counts a set, all of it, to know its number from now on. */
export async function takeTally(db: Connection, workspace: number, counted: Counted): Promise<void> {
  const { objectType, value } = counted
  const takenAt = Date.now()
  const [text, values] =
    value && isRange(value)
      ? [bucketsOf, [workspace, value.field]]
      : value
        ? [countOf(value.condition), [workspace, value.field, keyOf(value.condition)]]
        : [countAll, [workspace, objectType]]
  const [row] = await run<[number, string, number | [number, number][]]>(db, { text }, values)
  if (!row) return
  const [definitions, snapshot, found] = row
  const tally = { definitions, snapshot, takenAt }
  keep(
    db,
    nameOf(workspace, counted),
    Array.isArray(found) ? { ...tally, buckets: new Map(fewer(found)) } : { ...tally, count: Number(found) },
  )
}

const moment = `select ${definitionsVersion}, pg_current_snapshot()::text`

const countAll = `${moment}, (select count(*)::int from record where workspace_id = $1 and object_type = $2 and deleted_at is null)`

const countOf = ({ index }: Condition) =>
  `${moment}, (select count(*)::int from index_${index} where workspace_id = $1 and field = $2 and value = $3)`

const keyOf = ({ index, value }: Condition) => (index === 'text' ? indexKey(value) : value)

/** In steps of 1.6 %, and of a week for what is as large as moments are. */
const bucketsOf = `${moment}, (select coalesce(json_agg(json_build_array(b.low, b.count) order by b.low), '[]') from (
    select min(value) as low, count(*) as count from index_number where workspace_id = $1 and field = $2
    group by case when value < -1e10 then 0 when value <= 1e10 then 1 else 2 end,
      case when abs(value) <= 1e10 then floor(sign(value) * ln(1 + abs(value)) * 64) else floor(value / 604800000) end) b)`

/** Neighbours are put together while there are too many. */
function fewer(buckets: readonly [number, number][]): readonly [number, number][] {
  if (buckets.length <= bucketsMax) return buckets
  const pairs = buckets.flatMap(([low, count], at): [number, number][] =>
    at % 2 === 0 ? [[low, count + (buckets[at + 1]?.[1] ?? 0)]] : [],
  )
  return fewer(pairs)
}
