import type { Json } from '@openfield/schema'
import { type Connection, run, type Statement } from './database.ts'

/** What a record is called by: its type, and the values of the keys that were asked for. */
export type TitleRow = { id: string; objectType: number; values: Record<string, Json> }

const titles: Statement = {
  name: 'titles',
  text: `select r.id, r.object_type, (select coalesce(jsonb_object_agg(k, r.fields->k->'value'), '{}') from unnest($3::text[]) k)
    from record r where r.workspace_id = $1 and r.id = any($2::uuid[]) and r.deleted_at is null`,
}

/** The values of some fields of some live records, of any types. */
export async function fetchTitles(
  db: Connection,
  workspace: number,
  ids: readonly string[],
  keys: readonly string[],
): Promise<TitleRow[]> {
  if (ids.length === 0) return []
  const found = await run<[string, number, Record<string, Json>]>(db, titles, [workspace, ids, keys])
  return found.map(([id, objectType, values]) => ({ id, objectType, values }))
}
