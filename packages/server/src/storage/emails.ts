import { type Connection, rows, run, type Statement } from './database.ts'

/** What is kept beside the record of an e-mail. */
export type Mail = {
  /** Its Message-ID without the angle brackets: no two e-mails of a workspace have the same. */
  messageId: string
  /** What e-mails that answer each other have in common: the Message-ID of the first of them. */
  thread: string
  /** HTML as it came. */
  body: string
}

const body: Statement = {
  name: 'email_body',
  text: 'select body from email_body where workspace_id = $1 and id = $2',
}

/** The body of an e-mail, or undefined. */
export async function findBody(db: Connection, workspace: number, id: string): Promise<string | undefined> {
  const [row] = await run<[string]>(db, body, [workspace, id])
  return row?.[0]
}

/** What is kept beside an e-mail, or undefined. */
export async function findMail(db: Connection, workspace: number, id: string): Promise<Mail | undefined> {
  const [found] = await rows<Mail>(
    db,
    'select message_id as "messageId", thread, body from email_body where workspace_id = $1 and id = $2',
    [workspace, id],
  )
  return found
}

const byMessageId: Statement = {
  name: 'email_by_message_id',
  text: 'select id from email_body where workspace_id = $1 and message_id = $2',
}

/** The e-mail with a Message-ID, or undefined. */
export async function findByMessageId(
  db: Connection,
  workspace: number,
  messageId: string,
): Promise<string | undefined> {
  const [row] = await run<[string]>(db, byMessageId, [workspace, messageId])
  return row?.[0]
}

/** Links an e-mail to another member who holds it; says whether they did not before. */
export async function addHolder(
  db: Connection,
  workspace: number,
  email: string,
  holder: { relationship: number; member: string },
): Promise<boolean> {
  const found = await rows(
    db,
    `insert into edge (workspace_id, relationship, from_id, to_id, from_one, to_one)
     select $1, $3, $2, r.id, false, false from record r
     where r.workspace_id = $1 and r.id = $4 and r.deleted_at is null on conflict do nothing returning from_id`,
    [workspace, email, holder.relationship, holder.member],
  )
  return found.length > 0
}
