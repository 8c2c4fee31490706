import type { Json } from '@openfield/schema'
import type { ChangedLinks } from './changes.ts'
import { type Connection, run, type Statement } from './database.ts'

/** When something happened, in ms, and its id: timelines are in this order, the newest first. */
export type Moment = { at: number; id: string }

/** One write of a record. */
export type OwnChange = {
  id: string
  at: Date
  kind: string
  actor: string | null
  before: Record<string, Json>
  after: Record<string, Json>
  links: ChangedLinks
}

const own: Statement = {
  name: 'timeline_own',
  text: `select id, at, kind, actor, before, after, links from change
    where workspace_id = $1 and record_id = $2 and id < $3 order by id desc limit $4`,
}

/** What was written to a record before a change, newest first. */
export async function changesBefore(
  db: Connection,
  workspace: number,
  record: string,
  before: string,
  limit: number,
): Promise<OwnChange[]> {
  type Row = [string, Date, string, string | null, OwnChange['before'], OwnChange['after'], ChangedLinks]
  const found = await run<Row>(db, own, [workspace, record, before, limit])
  return found.map(([id, at, kind, actor, values, after, links]) => ({
    id,
    at,
    kind,
    actor,
    before: values,
    after,
    links,
  }))
}

/** The relationships through which a record is linked to others; it is at the `side` end. */
export type Through = { relationships: readonly number[]; side: 'from' | 'to' }

const linkedStatement = (side: 'from' | 'to'): Statement => {
  const other = side === 'from' ? 'to_id' : 'from_id'
  return {
    name: `timeline_linked_${side}`,
    text: `select distinct id from unnest($3::int[]) r cross join lateral (
        select ${other} as id from edge where workspace_id = $1 and ${side}_id = $2 and relationship = r and ${other} < $4
        order by ${other} desc limit $5) e order by id desc limit $5`,
  }
}
const linked = { from: linkedStatement('from'), to: linkedStatement('to') }

/** The newest records that a record is linked to, made before an id. */
export async function linkedBefore(
  db: Connection,
  workspace: number,
  record: string,
  { relationships, side }: Through,
  before: string,
  limit: number,
): Promise<string[]> {
  const found = await run<[string]>(db, linked[side], [workspace, record, relationships, before, limit])
  return found.map(([id]) => id)
}

const timedStatement = (side: 'from' | 'to'): Statement => {
  const other = side === 'from' ? 'to_id' : 'from_id'
  return {
    name: `timeline_timed_${side}`,
    text: `select (extract(epoch from at) * 1000)::float8, id from (
        select distinct e.${other} as id, (o.fields->$4->>'value')::timestamptz as at
        from edge e join record o on o.workspace_id = $1 and o.id = e.${other}
        where e.workspace_id = $1 and e.${side}_id = $2 and e.relationship = any($3::int[])) x
      where at is not null and (at, id) < ($5, $6) order by at desc, id desc limit $7`,
  }
}
const timed = { from: timedStatement('from'), to: timedStatement('to') }

/** The latest of the records that a record is linked to, by the moment in one of their fields, before a moment. */
export async function timedBefore(
  db: Connection,
  workspace: number,
  record: string,
  { relationships, side }: Through,
  field: string,
  before: Moment,
  limit: number,
): Promise<Moment[]> {
  const values = [workspace, record, relationships, field, new Date(before.at), before.id, limit]
  const found = await run<[number, string]>(db, timed[side], values)
  return found.map(([at, id]) => ({ at, id }))
}

const creators: Statement = {
  name: 'timeline_creators',
  text: `select r, c.actor from unnest($2::uuid[]) r cross join lateral (
    select actor from change where workspace_id = $1 and record_id = r order by id limit 1) c`,
}

/** Who made some records. */
export async function creatorsOf(db: Connection, workspace: number, ids: readonly string[]) {
  return new Map(ids.length === 0 ? [] : await run<[string, string | null]>(db, creators, [workspace, ids]))
}
