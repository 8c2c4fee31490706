import { type Connection, rows } from './database.ts'

/** What is due in the background, of all workspaces, by kind, and how mailboxes stand. */
export async function readBacklog(db: Connection) {
  const [work, mailboxes] = await Promise.all([
    rows<{ kind: string; waiting: number; oldestSeconds: number }>(
      db,
      `select kind, count(*)::int as waiting, extract(epoch from now() - min(due_at))::float8 as "oldestSeconds"
       from outbox where due_at <= now() group by kind`,
    ),
    rows<{ state: string; count: number }>(db, 'select state, count(*)::int as count from mailbox_sync group by state'),
  ])
  return { work, mailboxes }
}
