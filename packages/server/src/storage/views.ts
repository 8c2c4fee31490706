import { type Connection, rows } from './database.ts'

/** A saved view. `owner` is null once that member has left. */
export type View = {
  id: string
  objectType: string
  owner: string | null
  name: string
  shared: boolean
  position: number
  layout: 'table' | 'board'
  query: string
  columns: unknown[]
  createdAt: Date
  updatedAt: Date
}

const columns = `v.id, v.object_type as "objectType",
  (select r.id from record r where r.workspace_id = $1 and r.id = v.owner and r.deleted_at is null) as owner,
  v.name, v.shared, v.position, v.layout, v.query, v.columns, v.created_at as "createdAt", v.updated_at as "updatedAt"`

/** The views that a member sees: their own and those that are shared, of one object type or of all, in their order. */
export const listViews = (db: Connection, workspace: number, member: string, objectType: string | undefined) =>
  rows<View>(
    db,
    `select ${columns} from view v where v.workspace_id = $1 and (v.owner = $2 or v.shared)
       and ($3::text is null or v.object_type = $3)
     order by v.object_type, v.position, v.id`,
    [workspace, member, objectType ?? null],
  )

/** One of the views that a member sees. */
export async function findView(db: Connection, workspace: number, member: string, id: string) {
  const [view] = await rows<View>(
    db,
    `select ${columns} from view v where v.workspace_id = $1 and v.id = $3 and (v.owner = $2 or v.shared)`,
    [workspace, member, id],
  )
  return view
}

/** How many views a member has, and the position after the last view of an object type that they see. */
export async function placeForView(db: Connection, workspace: number, member: string, objectType: string) {
  const [row] = await rows<{ count: number; position: number }>(
    db,
    `select count(*) filter (where owner = $2)::int as count,
       coalesce(max(position) filter (where object_type = $3), 0) + 1 as position
     from view where workspace_id = $1 and (owner = $2 or shared)`,
    [workspace, member, objectType],
  )
  return row ?? { count: 0, position: 1 }
}

/** Writes a view, new or changed; whose it is stays as it was. */
export const writeView = (db: Connection, workspace: number, owner: string, view: View) =>
  db.query(
    `insert into view (workspace_id, id, object_type, owner, name, shared, position, layout, query, columns, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     on conflict (workspace_id, id) do update set name = excluded.name, shared = excluded.shared,
       position = excluded.position, layout = excluded.layout, query = excluded.query, columns = excluded.columns,
       updated_at = excluded.updated_at`,
    [
      workspace,
      view.id,
      view.objectType,
      owner,
      view.name,
      view.shared,
      view.position,
      view.layout,
      view.query,
      JSON.stringify(view.columns),
      view.createdAt,
      view.updatedAt,
    ],
  )

export const deleteView = (db: Connection, workspace: number, id: string) =>
  db.query('delete from view where workspace_id = $1 and id = $2', [workspace, id])

export type Settings = Record<string, unknown>

/** What the web app remembers of a member. */
export async function readPreferences(db: Connection, workspace: number, member: string): Promise<Settings> {
  const [row] = await rows<{ settings: Settings }>(
    db,
    'select settings from preference where workspace_id = $1 and member = $2',
    [workspace, member],
  )
  return row?.settings ?? {}
}

/**
 * Changes some of what is remembered of a member, in one step, so that two windows do not undo each other's changes. Null
 * forgets a setting. Returns all of it; undefined, and nothing changed, if that would take more than `bytesMax`.
 */
export async function changePreferences(
  db: Connection,
  workspace: number,
  member: string,
  changes: Settings,
  bytesMax: number,
): Promise<Settings | undefined> {
  const forgotten = Object.keys(changes).filter((key) => changes[key] === null)
  const kept = JSON.stringify(Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== null)))
  const [row] = await rows<{ settings: Settings }>(
    db,
    `insert into preference as p (workspace_id, member, settings) select $1, $2, $3::text::jsonb where octet_length($3::text) <= $5
     on conflict (workspace_id, member) do update set settings = (p.settings - $4::text[]) || excluded.settings
       where octet_length(((p.settings - $4::text[]) || excluded.settings)::text) <= $5
     returning settings`,
    [workspace, member, kept, forgotten, bytesMax],
  )
  return row?.settings
}
