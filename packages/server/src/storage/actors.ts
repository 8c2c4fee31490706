import type { Json } from '@openfield/schema'
import { type Connection, rows } from './database.ts'

export type KeyName = { id: string; name: string; memberId: string | null }

/** What some API keys are called, and as whom they act. */
export const namesOfKeys = (db: Connection, workspace: number, ids: readonly string[]) =>
  rows<KeyName>(db, 'select id, name, member_id as "memberId" from api_key where workspace_id = $1 and id = any($2)', [
    workspace,
    ids,
  ])

/** The values of some fields of some members, also of those who have left. */
export const valuesOfMembers = (
  db: Connection,
  workspace: number,
  objectType: number,
  ids: readonly string[],
  keys: readonly string[],
) =>
  rows<{ id: string; values: Record<string, Json> }>(
    db,
    `select id, (select jsonb_object_agg(k, fields->k->'value') from unnest($4::text[]) k) as values
     from record where workspace_id = $1 and object_type = $2 and id = any($3)`,
    [workspace, objectType, ids, keys],
  )
