import { type Connection, run } from './database.ts'
import {
  allOf,
  driverFirst,
  type Filter,
  isIn,
  nameOfFilter,
  narrowed,
  Parameters,
  type Part,
  part,
  partsOf,
  select,
  statementOf,
  test,
} from './filters.ts'
import { type Page, type PageRow, pageOf, recordsOf } from './page.ts'
import type { Shape } from './records.ts'
import { definitionsVersion, recordColumns } from './rows.ts'
import { freshChanges, isNear } from './tallies.ts'

/**
 * Lists that took long and are asked for again. The ids of all that passes are kept with the snapshot in which they were
 * found; each page reads in its own statement which records the log has changes of since. Where there are none, the page is
 * right; else those are looked at again, by themselves, and the page is read anew. So a page far into a list of many costs
 * as much as one of few, and what somebody has just written is there.
 */

/** A list that the log of changes tells of. */
export type FollowedList = { name: string; workspace: number; type: number; filters: readonly Filter[] }

/** Ids of 16 bytes each, newest first, as of a snapshot. */
type Kept = { definitions: number; snapshot: string; takenAt: number; ids: Buffer }

/** What took less is as well looked up again; more ids than that are kept of no list, and so many of all lists. */
export const keeping = { slowMs: 4 }
const idsMax = 100_000
const allIdsMax = 1_000_000
const askedMax = 500
const listsMax = 500
const idLength = 16
/** After so many looks at what has changed, others write faster than that can be followed. */
const triesMax = 3
/** More records than that, which changes name, are not looked at one by one. */
const touchedMax = 1000

/** `asked`: lists that took long, once. */
type Lists = { kept: Map<string, Kept>; asked: Set<string> }
const perDatabase = new WeakMap<Connection, Lists>()

function listsOf(db: Connection): Lists {
  const known = perDatabase.get(db) ?? { kept: new Map(), asked: new Set() }
  perDatabase.set(db, known)
  return known
}

/** A list by filters of which the log tells: by what people write into fields, and by links. */
export function followedList(workspace: number, type: number, filters: readonly Filter[]): FollowedList | undefined {
  if (filters.length === 0 || !filters.every(isTold)) return undefined
  const name = `${workspace} ${type} ${filters.map(nameOfFilter).join(' ')}`
  return { name, workspace, type, filters }
}

const isTold = ({ match }: Filter) => 'told' in match && match.told !== undefined

/** Notes that a list took long: when it is asked for again, what passes is kept. */
export function noteList(db: Connection, { name }: FollowedList, total: number, tookMs: number): void {
  if (total > idsMax || tookMs < keeping.slowMs) return
  const { asked } = listsOf(db)
  asked.delete(name)
  asked.add(name)
  const [oldest] = asked
  if (asked.size > askedMax && oldest !== undefined) asked.delete(oldest)
}

/** A page of a list that is kept, or is now; undefined when it is to be looked up. */
export async function keptPage(
  db: Connection,
  list: FollowedList,
  shape: Shape,
  limit: number,
  offset: number,
): Promise<Page | undefined> {
  const { kept: lists, asked } = listsOf(db)
  const known = lists.get(list.name)
  let kept = known ?? (asked.has(list.name) ? await take(db, list) : undefined)
  for (let tries = 1; kept && tries <= triesMax; tries += 1) {
    const sql = new Parameters(list.workspace)
    const ids = sql.add(pageIds(kept.ids, limit, offset), 'uuid[]')
    const columns = recordColumns(sql.add(shape.defaults, 'jsonb'), sql.add(shape.removed, 'text[]'))
    const text = pageOf(`p as materialized (select id from unnest(${ids}) id)`, touchedSince(sql, list, kept), columns)
    const found = await run<PageRow<Touched>>(db, statementOf(text, []), sql.values)
    const [definitions, snapshot, [scanned, fresh, isLoose, touched]] = found[0] ?? [0, '', [0, 0, true, []]]
    if (isLoose || !isNear(kept, { definitions, scanned, fresh })) break
    kept = { ...kept, snapshot, ids: await upToDate(db, list, kept.ids, touched) }
    keep(db, list, kept)
    if (touched.length > 0) continue
    return { definitions, total: kept.ids.length / idLength, records: await recordsOf(db, list.workspace, found) }
  }
  lists.delete(list.name)
  return undefined
}

/** The list that was used last is the last. */
function keep(db: Connection, { name }: FollowedList, kept: Kept) {
  const { kept: lists, asked } = listsOf(db)
  asked.delete(name)
  lists.delete(name)
  lists.set(name, kept)
  let room = allIdsMax * idLength
  for (const one of lists.values()) room -= one.ids.length
  for (const [oldest, { ids }] of lists) {
    if (room >= 0 && lists.size <= listsMax) return
    lists.delete(oldest)
    room += ids.length
  }
}

/** Finds all that passes. */
async function take(db: Connection, list: FollowedList): Promise<Kept | undefined> {
  const { workspace, type, filters } = list
  const takenAt = Date.now()
  const ordered = await driverFirst(db, workspace, filters)
  const sql = new Parameters(workspace)
  const parts = partsOf(sql, ordered)
  const { sets, last } = narrowed(parts, () => allOf(sql.add(type, 'int')))
  const text = `with ${sets} select ${definitionsVersion}, pg_current_snapshot()::text,
    (select string_agg(uuid_send(id), ''::bytea order by id desc) from ${last})`
  const [row] = await run<[number, string, Buffer | null]>(db, statementOf(text, filters), sql.values)
  const [definitions, snapshot, ids] = row ?? [0, '', null]
  return { definitions, snapshot, takenAt, ids: ids ?? Buffer.alloc(0) }
}

function pageIds(ids: Buffer, limit: number, offset: number): string[] {
  const page: string[] = []
  const end = Math.min(ids.length, (offset + limit) * idLength)
  for (let at = offset * idLength; at < end; at += idLength) page.push(ids.toString('hex', at, at + idLength))
  return page
}

/** How much of the log was looked through, how much there is, whether links may have moved untold, and which records it names. */
type Touched = [scanned: number, fresh: number, isLoose: boolean, ids: string[]]

/**
 * The records of the list's type that changes name. Of links, changes name both ends; but not those that go with a record
 * into the trash or come back with it, or that another takes the place of; nor those that a merge moves in the background.
 */
function touchedSince(sql: Parameters, { type, filters }: FollowedList, { snapshot }: Kept): string {
  const matches = filters.flatMap(({ match }) => ('other' in match ? [match] : []))
  const others = (some: typeof matches) =>
    sql.add(
      some.map(({ other }) => other),
      'uuid[]',
    )
  return `(with ${freshChanges(sql, snapshot, 'record_id, kind, links')},
    named as materialized (
      select record_id as id from fresh union all
      select linked::uuid from fresh cross join lateral jsonb_each(links) l
        cross join lateral jsonb_array_elements_text((l.value->'added') || (l.value->'removed')) linked
      limit ${touchedMax + 1}),
    touched as materialized (
      select distinct n.id from named n cross join lateral (
        select object_type from record where workspace_id = $1 and id = n.id limit 1) r
      where r.object_type = ${sql.add(type, 'int')})
    select json_build_array((select count(*) from scanned), (select count(*) from fresh),
      exists (select from fresh where kind <> 'updated' and record_id = any(${others(matches)}))
        or exists (select from named where id = any(${others(matches.filter(({ told }) => !told?.many))}))
        or (select count(*) from named) > ${touchedMax}
        or exists (select from outbox where workspace_id = $1 and kind = 'merge-cleanup'),
      (select coalesce(json_agg(id), '[]') from touched)))`
}

/** Looks at some records again: in the ids are those that pass now, and all others as before. */
async function upToDate(db: Connection, list: FollowedList, ids: Buffer, touched: readonly string[]): Promise<Buffer> {
  if (touched.length === 0) return ids
  const sql = new Parameters(list.workspace)
  const some = sql.add(touched, 'uuid[]')
  const tests = list.filters.map((filter) => testAmong(part(sql, filter), some))
  const text = `select r.id from unnest(${some}) t cross join lateral (
      select id, object_type, deleted_at from record where workspace_id = $1 and id = t limit 1) r
    where r.object_type = ${sql.add(list.type, 'int')} and r.deleted_at is null and ${tests.join(' and ')}`
  const passing = new Set((await run<[string]>(db, statementOf(text, list.filters), sql.values)).map(([id]) => id))
  const pieces: Buffer[] = []
  let from = 0
  for (const id of [...touched].sort().reverse()) {
    const bytes = Buffer.from(id.replaceAll('-', ''), 'hex')
    const at = placeOf(ids, bytes)
    pieces.push(ids.subarray(from, at))
    if (passing.has(id)) pieces.push(bytes)
    from = ids.compare(bytes, 0, idLength, at, Math.min(at + idLength, ids.length)) === 0 ? at + idLength : at
  }
  return Buffer.concat([...pieces, ids.subarray(from)])
}

/** A set is made of some ids at most. */
function testAmong(one: Part, ids: string): string {
  const set = one.keyed ? '' : `(${select({ ...one, where: `${one.where} and ${one.id} = any(${ids})` })}) found`
  return one.keyed ? test(one, '', 'r.id') : isIn('r.id', set, one.negated)
}

/** Where an id stands among others, newest first, or would. */
function placeOf(ids: Buffer, id: Buffer): number {
  let [low, high] = [0, ids.length / idLength]
  while (low < high) {
    const middle = (low + high) >>> 1
    const at = middle * idLength
    if (ids.compare(id, 0, idLength, at, at + idLength) > 0) low = middle + 1
    else high = middle
  }
  return low * idLength
}
