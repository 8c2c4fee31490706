import { badRequest, type Json } from '@openfield/schema'
import { type Connection, run, sqlState } from './database.ts'
import { allOf, driverFirst, type Filter, Parameters, type Part, statementOf } from './filters.ts'
import { sourceOf } from './query.ts'
import { definitionsVersion } from './rows.ts'

export type TimeUnit = 'day' | 'week' | 'month' | 'quarter' | 'year'

/** What records are counted by. */
export type GroupKey =
  /** The one entry that a record has in an index. */
  | { by: 'entry'; index: 'text' | 'number' | 'substring'; field: number }
  /** The record at the other end of a relationship, which is of the type `others`. */
  | { by: 'link'; relationship: number; side: 'from' | 'to'; others: number }
  /** The time that a moment lies in: of a field, or when the record was created. */
  | { by: 'time'; unit: TimeUnit; timeZone: string; field: number | undefined }
  /** The time in which a field got a value, between two changes; a record counts once in each, and not without one. */
  | { by: 'entry into'; unit: TimeUnit; timeZone: string; field: string; value: Json; from: string; before: string }

/** How many records have the same keys, and the sum of what was to be summed up. Keys are texts; null: not set. */
export type Group = { keys: (string | null)[]; count: number; sum: number | null }

export type Totals = { definitions: number; total: number; groups: Group[] }

/** The most groups of an answer. */
export const groupsMax = 5000

/**
 * Counts the live records of a type that pass all filters by their keys, and sums up a field of theirs; the biggest groups
 * first, one more than `groupsMax` when there are more. All sides are full joins, which only a hash or a merge can do: a
 * nested loop over a hundred thousand records would never end.
 */
export async function countRecords(
  db: Connection,
  workspace: number,
  objectType: number,
  unordered: readonly Filter[],
  keys: readonly GroupKey[],
  sum: number | undefined,
): Promise<Totals> {
  const filters = await driverFirst(db, workspace, unordered)
  const sql = new Parameters(workspace)
  const all = () => allOf(sql.add(objectType, 'int'))
  const source = sourceOf(sql, filters, all)
  const names = keys.map((_, index) => `g${index}`)
  const amounts = `select id, value from index_number where workspace_id = $1 and field = `
  const sides = [
    ...keys.map((key, index) => ({ name: `g${index}`, text: sideOf(sql, key, all) })),
    ...(sum === undefined ? [] : [{ name: 'v', text: `${amounts}${sql.add(sum, 'int')}` }]),
  ]
  const needed = names.filter((_, index) => keys[index]?.by === 'entry into').map((name) => `${name}.key is not null`)
  const text = `with ${source.sets.map((set) => `${set}, `).join('')}
    r as materialized (select ${source.id} as id, true as passes from ${source.from} where ${source.where}),
    t as materialized (select count(*)::int as count, ${sum === undefined ? 'null::float8' : exactSum} as sum
      ${names.map((name) => `, ${name}.key as ${name}`).join('')}
      from r ${sides.map((side) => `full join (${side.text}) ${side.name} using (id)`).join(' ')}
      where ${['coalesce(r.passes, false)', ...needed].join(' and ')}
      ${names.length > 0 ? `group by ${names.map((name) => `${name}.key`).join(', ')}` : ''})
    select ${definitionsVersion}, (select count(*) from r)::int, t.count, t.sum
      ${keys.map((key, index) => `, ${outputOf(key, `t.g${index}`)}`).join('')}
    from (select 1) one left join t on true
    order by ${['t.count desc', ...names.map((name) => `t.${name}`)].join(', ')} limit ${groupsMax + 1}`
  const found = await run<[number, number, number | null, number | null, ...(string | null)[]]>(
    db,
    statementOf(text, filters),
    sql.values,
  ).catch(throwTimeZone)
  return {
    definitions: found[0]?.[0] ?? 0,
    total: found[0]?.[1] ?? 0,
    groups: found.flatMap(([, , count, total, ...values]) =>
      count === null ? [] : [{ keys: values.slice(0, keys.length), count, sum: total }],
    ),
  }
}

/** The keys of records by their ids. */
function sideOf(sql: Parameters, key: GroupKey, all: () => Part): string {
  if (key.by === 'entry') {
    return `select id, value as key from index_${key.index} where workspace_id = $1 and field = ${sql.add(key.field, 'int')}`
  }
  if (key.by === 'time') return timeOf(sql, key, all)
  if (key.by === 'entry into') {
    const values = [sql.add(key.from, 'uuid'), sql.add(key.before, 'uuid'), sql.add(key.field, 'text')]
    return `select distinct record_id as id, ${localTime(sql, key, 'at')} as key from change
      where workspace_id = $1 and id >= ${values[0]} and id < ${values[1]}
      and after->${values[2]} = ${sql.add(JSON.stringify(key.value), 'jsonb')}`
  }
  const [own, other] = key.side === 'from' ? ['from_id', 'to_id'] : ['to_id', 'from_id']
  const others = allOf(sql.add(key.others, 'int'))
  return `select e.${own} as id, o.id as key from (select id from record where ${others.where}) o cross join lateral (
    select ${own} from edge where workspace_id = $1 and ${other} = o.id and relationship = ${sql.add(key.relationship, 'int')}) e`
}

function timeOf(sql: Parameters, key: Extract<GroupKey, { by: 'time' }>, all: () => Part): string {
  if (key.field === undefined)
    return `select id, ${localTime(sql, key, 'created_at')} as key from record where ${all().where}`
  const moment = localTime(sql, key, 'to_timestamp(value / 1000)')
  return `select id, ${moment} as key from index_number where workspace_id = $1 and field = ${sql.add(key.field, 'int')}`
}

const localTime = (sql: Parameters, { unit, timeZone }: { unit: TimeUnit; timeZone: string }, moment: string) =>
  `date_trunc('${unit}', ${moment} at time zone ${sql.add(timeZone, 'text')})`

const outputOf = ({ by }: GroupKey, key: string) =>
  by === 'time' || by === 'entry into' ? `to_char(${key}, 'YYYY-MM-DD')` : `${key}::text`

/** In hundredths, which are whole: sums of fractions are not exact. */
const exactSum = 'sum(round(v.value * 100)) / 100'

/** PostgreSQL may not know a time zone that this process knows. */
function throwTimeZone(error: unknown): never {
  if (sqlState(error) !== '22023') throw error
  throw badRequest('invalid_type', "'timeZone' takes the name of a time zone, such as Europe/Berlin.", 'timeZone')
}
