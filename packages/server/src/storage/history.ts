import type { Json } from '@openfield/schema'
import { type Connection, rows, run, type Statement } from './database.ts'

/** A value that a field got, and the change it got it by. */
export type HistoryRow = { changeId: string; at: string; kind: string; value: Json }

const history: Statement = {
  name: 'field_history',
  text: `select id, to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), kind, after->$3 from change
    where workspace_id = $1 and record_id = $2 and after ? $3 and id > $4 and id < $5 order by id desc limit $6`,
}

/** The values a field of a record has had, newest first, from before one change back to another, both left out. */
export async function fieldHistory(
  db: Connection,
  workspace: number,
  record: string,
  field: string,
  after: string,
  before: string,
  limit: number,
): Promise<HistoryRow[]> {
  const found = await run<[string, string, string, Json]>(db, history, [workspace, record, field, after, before, limit])
  return found.map(([changeId, at, kind, value]) => ({ changeId, at, kind, value }))
}

/** By whom and when some fields of a record were last changed. */
export const lastChanges = (db: Connection, workspace: number, record: string, fields: readonly string[]) =>
  rows<{ field: string; at: string; actor: string | null }>(
    db,
    `select f.field, c.at, c.actor from unnest($3::text[]) f(field) cross join lateral (
       select to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, actor from change
       where workspace_id = $1 and record_id = $2 and after ? f.field order by id desc limit 1) c`,
    [workspace, record, fields],
  )
