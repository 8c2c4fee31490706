import { type Connection, rows } from './database.ts'

/** How much of everything a workspace has. Types by their numbers. */
export async function readUsage(db: Connection, workspace: number) {
  const [records, [counts]] = await Promise.all([
    rows<{ objectType: number; live: number; trashed: number }>(
      db,
      `select object_type as "objectType", count(*) filter (where deleted_at is null)::int as live,
         count(deleted_at)::int as trashed
       from record where workspace_id = $1 group by object_type`,
      [workspace],
    ),
    rows<Record<'files' | 'fileBytes' | 'keys' | 'mailboxes' | 'workflows' | 'webhooks' | 'views' | 'changes', number>>(
      db,
      `select f.files, f."fileBytes",
         (select count(*)::int from api_key where workspace_id = $1 and revoked_at is null
            and (expires_at is null or expires_at > now())) as keys,
         (select count(*)::int from mailbox where workspace_id = $1) as mailboxes,
         (select count(*)::int from workflow where workspace_id = $1 and kind = 'workflow') as workflows,
         (select count(*)::int from workflow where workspace_id = $1 and kind = 'webhook') as webhooks,
         (select count(*)::int from view where workspace_id = $1) as views
       from (select count(*)::int as files, coalesce(sum(size_bytes), 0)::float8 as "fileBytes"
         from file where workspace_id = $1 and status = 'COMPLETED') f`,
      [workspace],
    ),
  ])
  if (!counts) throw new Error('the usage was not counted')
  return { records, ...counts }
}
