import type { Json } from '@openfield/schema'
import { type Connection, run, type Statement } from './database.ts'

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
