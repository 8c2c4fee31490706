import { type Connection, run } from './database.ts'
import { type Filter, Parameters, part } from './filters.ts'

/** Which of some records pass a filter. */
export async function visibleRecords(
  db: Connection,
  workspace: number,
  ids: readonly string[],
  filter: Filter,
): Promise<string[]> {
  if (ids.length === 0) return []
  const sql = new Parameters(workspace)
  const { from, where, id } = part(sql, filter)
  const wanted = sql.add(ids, 'uuid[]')
  const text = `select distinct ${id} from ${from} where ${where} and ${id} = any(${wanted})`
  const found = await run<[string]>(db, { text }, sql.values)
  return found.map(([one]) => one)
}

/** Which of some ids are of live records of a type. */
export async function liveRecords(
  db: Connection,
  workspace: number,
  objectType: number,
  ids: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return []
  const text = `select id from record
    where workspace_id = $1 and object_type = $2 and id = any($3::uuid[]) and deleted_at is null`
  const found = await run<[string]>(db, { name: 'live_records', text }, [workspace, objectType, ids])
  return found.map(([id]) => id)
}
