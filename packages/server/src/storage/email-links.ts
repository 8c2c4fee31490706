import { type Connection, rows } from './database.ts'

/** Records that emails are to be linked to, through a relationship of theirs. */
export type EmailLink = { relationship: number; key: string; other: string }
type Made = EmailLink & { email: string }

/**
 * Links the next emails after one that have an address of a contact to some records; the contact is live. Returns what was
 * linked anew, and the last email that was looked at; undefined when there are no more.
 */
export async function linkNextEmails(
  tx: Connection,
  workspace: number,
  contact: { id: string; field: number },
  fields: readonly number[],
  links: readonly EmailLink[],
  after: string | null,
  limit: number,
): Promise<{ made: Made[]; last: string | undefined }> {
  const emails = await rows<{ id: string }>(
    tx,
    `select distinct e.id from index_substring c join index_substring e
       on e.workspace_id = $1 and e.field = any($4) and e.value = c.value
     where c.workspace_id = $1 and c.field = $3 and c.id = $2 and ($5::uuid is null or e.id > $5)
       and exists (select from record r where r.workspace_id = $1 and r.id = $2 and r.deleted_at is null)
     order by e.id limit $6`,
    [workspace, contact.id, contact.field, fields, after, limit],
  )
  const made = await rows<Made>(
    tx,
    `with wanted as (
       select email, x.relationship, x.key, x.other from unnest($2::uuid[]) email
       cross join unnest($3::int[], $4::text[], $5::uuid[]) x(relationship, key, other)
       join record r on r.workspace_id = $1 and r.id = x.other and r.deleted_at is null),
     added as (
       insert into edge (workspace_id, relationship, from_id, to_id, from_one, to_one)
       select $1, relationship, email, other, false, false from wanted on conflict do nothing
       returning from_id, relationship, to_id)
     select w.* from wanted w join added a on a.from_id = w.email and a.relationship = w.relationship and a.to_id = w.other`,
    [workspace, emails.map(({ id }) => id), ...columnsOf(links)],
  )
  return { made, last: emails.length < limit ? undefined : emails.at(-1)?.id }
}

const columnsOf = (links: readonly EmailLink[]) => [
  links.map(({ relationship }) => relationship),
  links.map(({ key }) => key),
  links.map(({ other }) => other),
]

export type EmailChange = { email: string; id: string; at: Date; links: object }

/** Notes in the history of emails what they were linked to. */
export const noteEmailChanges = (tx: Connection, workspace: number, changes: readonly EmailChange[]) =>
  tx.query(
    `insert into change (workspace_id, record_id, id, at, kind, before, after, links)
     select $1, email, id, at, 'updated', '{}', '{}', links
     from unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::jsonb[]) x(email, id, at, links)`,
    [
      workspace,
      changes.map(({ email }) => email),
      changes.map(({ id }) => id),
      changes.map(({ at }) => at),
      changes.map(({ links }) => JSON.stringify(links)),
    ],
  )

/** Asks to note anew when somebody last had to do with some records. */
export const noteContact = (tx: Connection, workspace: number, ids: readonly string[]) =>
  tx.query('select add_work($1, $2, $3, now())', [workspace, ids.map(() => 'interaction'), ids])
