import type { ChangedLinks, Position } from './changes.ts'
import { type Connection, rows } from './database.ts'

/** The one piece of work by which a workspace's changes are looked at for what they start. */
const triggerWork = { kind: 'workflow-triggers', recordId: '00000000-0000-0000-0000-000000000000' }

/** Asks for that work where there are changes that workflows wait for; nothing is written where there are none. */
export const askForTriggers = (db: Connection) =>
  db.query({
    name: 'ask_for_triggers',
    text: `insert into outbox (workspace_id, kind, record_id)
      select c.workspace_id, '${triggerWork.kind}', '${triggerWork.recordId}' from workflow_cursor c where exists (
        select from change n where n.workspace_id = c.workspace_id and (n.transaction, n.id) > (c.transaction, c.id)
          and n.transaction < pg_snapshot_xmin(pg_current_snapshot()))
      on conflict (workspace_id, kind, record_id) do nothing`,
  })

/** From now on, or no longer, changes are looked at: as some enabled workflow waits for them, or none does. */
export async function watchChanges(tx: Connection, workspace: number): Promise<void> {
  const isWatching = `exists (select from workflow w join workflow_version v
    on v.workspace_id = $1 and v.workflow_id = w.id and v.version = w.version
    where w.workspace_id = $1 and w.enabled and w.deleted_at is null and v.trigger->>'type' = 'record')`
  await tx.query(`delete from workflow_cursor where workspace_id = $1 and not ${isWatching}`, [workspace])
  await tx.query(
    `insert into workflow_cursor (workspace_id, transaction, id)
     select $1, pg_snapshot_xmin(pg_current_snapshot()), '00000000-0000-0000-0000-000000000000' where ${isWatching}
     on conflict (workspace_id) do nothing`,
    [workspace],
  )
}

/** How far the log has been read, which is nobody else's to move until the transaction ends. */
export async function lockCursor(tx: Connection, workspace: number): Promise<Position | undefined> {
  const [row] = await rows<{ transaction: string; id: string }>(
    tx,
    'select transaction::text, id from workflow_cursor where workspace_id = $1 for update',
    [workspace],
  )
  return row && { transaction: BigInt(row.transaction), id: row.id }
}

export const moveCursor = (tx: Connection, workspace: number, { transaction, id }: Position) =>
  tx.query('update workflow_cursor set transaction = $2::xid8, id = $3 where workspace_id = $1', [
    workspace,
    String(transaction),
    id,
  ])

/** What some changes changed: bare values by field, and links. */
export type ChangeDetails = {
  id: string
  recordId: string
  before: Record<string, unknown>
  after: Record<string, unknown>
  links: ChangedLinks
}

export const detailsOfChanges = (
  db: Connection,
  workspace: number,
  changes: readonly { recordId: string; id: string }[],
) =>
  rows<ChangeDetails>(
    db,
    `select c.id, c.record_id as "recordId", c.before, c.after, c.links from unnest($2::uuid[], $3::uuid[]) x (record, id)
     join change c on c.workspace_id = $1 and c.record_id = x.record and c.id = x.id`,
    [workspace, changes.map(({ recordId }) => recordId), changes.map(({ id }) => id)],
  )
