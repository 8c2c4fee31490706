import type { FilePurpose } from '@openfield/schema'
import { type Connection, rows, run, type Statement } from './database.ts'
import { type Entries, refusable, type WriteContext, writeParameters } from './records.ts'

/** The upload whose bytes are the file's. `md5` in hexadecimal. */
export type Upload = { id: string; bytes: number; md5: string }

/** A file as stored. A PENDING one has expired once `expiresAt` is past. */
export type StoredFile = {
  id: string
  status: 'PENDING' | 'COMPLETED' | 'CANCELLED'
  filename: string
  mimeType: string
  sizeBytes: number
  purpose: FilePurpose | null
  expiresAt: Date
  completedAt: Date | null
  upload: Upload | undefined
}

type FileColumns = [
  id: string,
  status: StoredFile['status'],
  filename: string,
  mimeType: string,
  sizeBytes: number,
  purpose: FilePurpose | null,
  expiresAt: Date,
  completedAt: Date | null,
  upload: string | null,
  uploadBytes: number,
  uploadMd5: string,
]

const columns = `id, status, filename, mime_type, size_bytes, purpose, expires_at, completed_at,
  upload_id, upload_bytes, encode(upload_md5, 'hex')`

const storedFile = ([id, status, filename, mimeType, sizeBytes, purpose, ...rest]: FileColumns): StoredFile => {
  const [expiresAt, completedAt, upload, bytes, md5] = rest
  return {
    ...{ id, status, filename, mimeType, sizeBytes, purpose, expiresAt, completedAt },
    upload: upload === null ? undefined : { id: upload, bytes, md5 },
  }
}

const create: Statement = { name: 'create_file', text: `select create_file(${writeParameters(14)})` }

/** Opens an upload session: the file's record, what it was announced with, and the kept response. Throws WriteRefused. */
export const insertFile = (
  db: Connection,
  write: Omit<WriteContext, 'definitions' | 'work'>,
  objectType: number,
  file: StoredFile,
): Promise<unknown> =>
  refusable(
    run(db, create, [
      write.workspace,
      file.id,
      objectType,
      write.at,
      file.filename,
      file.mimeType,
      file.sizeBytes,
      file.purpose,
      file.expiresAt,
      write.changeId,
      write.actor,
      write.idempotency?.operation ?? null,
      write.idempotency?.key ?? null,
      write.response,
    ]),
  )

const find: Statement = { name: 'find_file', text: `select ${columns} from file where workspace_id = $1 and id = $2` }

/** A file by its id, whatever its status. */
export async function findFile(db: Connection, workspace: number, id: string): Promise<StoredFile | undefined> {
  const [row] = await run<FileColumns>(db, find, [workspace, id])
  return row && storedFile(row)
}

/**
 * Who looks at files: those that records of another type are linked to are seen by those who see everything of one of these
 * records, by its setting, its participants or its holders.
 */
export type FileViewer = {
  member: string | null
  /** In lower case. */
  email: string | null
  through: { relationship: number; setting: string; participants: readonly string[]; holders: number }
}

/** Whether `file` is seen by a viewer, whose values are the parameters from $2 on. A file with nothing yet is its maker's. */
const isSeen = `(
  exists (select from edge e where e.workspace_id = $1 and e.to_id = file.id and e.relationship <> $4)
  or exists (select from edge e join record r on r.workspace_id = $1 and r.id = e.from_id
    where e.workspace_id = $1 and e.to_id = file.id and e.relationship = $4 and (
      r.fields->$5->>'value' is distinct from 'METADATA'
      or exists (select from edge h where h.workspace_id = $1 and h.from_id = r.id and h.relationship = $7 and h.to_id = $2)
      or exists (select from unnest($6::text[]) k cross join lateral jsonb_array_elements_text(r.fields->k->'value') a
        where lower(a) = $3)))
  or not exists (select from edge e where e.workspace_id = $1 and e.to_id = file.id)
    and (file.purpose is distinct from 'email_attachment' or exists (
      select from change c where c.workspace_id = $1 and c.record_id = file.id and c.kind = 'created' and c.actor is not null)))`

const viewerValues = ({ member, email, through }: FileViewer) => [
  member,
  email,
  through.relationship,
  through.setting,
  through.participants,
  through.holders,
]

const seenAmong: Statement = {
  name: 'seen_files',
  text: `select id from file where workspace_id = $1 and id = any($8::uuid[]) and ${isSeen}`,
}

/** Those of some files that a viewer sees. */
export async function seenFiles(db: Connection, workspace: number, viewer: FileViewer, ids: readonly string[]) {
  const found = await run<[string]>(db, seenAmong, [workspace, ...viewerValues(viewer), ids])
  return new Set(found.map(([id]) => id))
}

const list: Statement = {
  name: 'list_files',
  text: `with seen as materialized (select id from file where workspace_id = $1 and ${isSeen})
    select (select count(*)::int from seen), x.* from (select 1) one left join (
      select ${columns} from file where workspace_id = $1 and id in (select id from seen order by id desc limit $8 offset $9)
    ) x on true order by x.id desc`,
}

/** One page of a workspace's files that a viewer sees, newest first, and how many there are. */
export async function listFiles(db: Connection, workspace: number, viewer: FileViewer, limit: number, offset: number) {
  const found = await run<[number, ...FileColumns]>(db, list, [workspace, ...viewerValues(viewer), limit, offset])
  const files = found.flatMap(([, ...row]) => (row[0] === null ? [] : [storedFile(row)]))
  return { files, total: found[0]?.[0] ?? 0 }
}

const attach: Statement = { name: 'attach_file', text: `select attach_file(${writeParameters(9)})` }

export type Attachment = { record: string; objectType: number; file: string; relationship: number; links: string }

/** Attaches a file to a record; false when it was attached before. Throws WriteRefused when the record is not there. */
export const attachFile = async (
  db: Connection,
  { workspace, at, changeId, actor }: Pick<WriteContext, 'workspace' | 'at' | 'changeId' | 'actor'>,
  { record, objectType, file, relationship, links }: Attachment,
): Promise<boolean> => {
  const values = [workspace, record, objectType, file, relationship, at, changeId, actor, links]
  const [row] = await refusable(run<[boolean]>(db, attach, values))
  return row?.[0] === true
}

const detach: Statement = { name: 'detach_file', text: `select detach_file(${writeParameters(8)})` }

/** Takes a file off a record; false when it was not attached. */
export const detachFile = async (
  db: Connection,
  { workspace, at, changeId, actor }: Pick<WriteContext, 'workspace' | 'at' | 'changeId' | 'actor'>,
  { record, file, relationship, links }: Attachment,
): Promise<boolean> => {
  const [row] = await run<[boolean]>(db, detach, [workspace, record, file, relationship, at, changeId, actor, links])
  return row?.[0] === true
}

/** A page of the files at one end of a relationship, newest first, who uploaded each, and how many there are. */
export async function listAttachedFiles(
  db: Connection,
  workspace: number,
  record: string,
  relationship: number,
  limit: number,
  offset: number,
) {
  const found = await run<[number, string | null, ...FileColumns]>(db, listAttached, [
    workspace,
    record,
    relationship,
    limit,
    offset,
  ])
  const files = found.flatMap(([, actor, ...row]) => (row[0] === null ? [] : [{ actor, ...storedFile(row) }]))
  return { files, total: found[0]?.[0] ?? 0 }
}

const attached = 'edge e where e.workspace_id = $1 and e.from_id = $2 and e.relationship = $3'

const listAttached: Statement = {
  name: 'list_attached_files',
  text: `select (select count(*)::int from ${attached}), x.* from (select 1) one left join (
      select (select c.actor from change c where c.workspace_id = $1 and c.record_id = file.id and c.kind = 'created' limit 1),
        ${columns} from file
      where workspace_id = $1 and id in (select e.to_id from ${attached} order by e.to_id desc limit $4 offset $5)) x on true
    order by x.id desc`,
}

const start: Statement = {
  name: 'start_upload',
  text: 'insert into file_upload (workspace_id, file_id, id, started_at) values ($1, $2, $3, $4)',
}

/** Notes that bytes are about to be written, so that they are found and removed should they never count. */
export const startUpload = (db: Connection, workspace: number, file: string, upload: string, at: Date) =>
  run(db, start, [workspace, file, upload, at])

const finish: Statement = {
  name: 'finish_upload',
  text: 'select accepted, replaced from finish_upload($1, $2, $3, $4, $5, $6, $7)',
}

/** Makes an upload the one that counts; with `once` only if none does yet. Undefined when it did not come to that. */
export async function finishUpload(
  db: Connection,
  workspace: number,
  file: string,
  { id, bytes, md5 }: Upload,
  at: Date,
  once: boolean,
): Promise<{ replaced: string | null } | undefined> {
  const values = [workspace, file, id, bytes, Buffer.from(md5, 'hex'), at, once]
  const [row] = await run<[boolean, string | null]>(db, finish, values)
  return row?.[0] ? { replaced: row[1] } : undefined
}

const complete: Statement = { name: 'complete_file', text: 'select complete_file($1, $2, $3, $4, $5, $6)' }

/** Completes a file with this upload; false when its session is not open any more or another upload counts by now. */
export async function completeFile(
  db: Connection,
  workspace: number,
  id: string,
  upload: string,
  at: Date,
  { textFields, texts }: Pick<Entries, 'textFields' | 'texts'>,
) {
  const [row] = await run<[boolean]>(db, complete, [workspace, id, upload, at, textFields, texts])
  return row?.[0] === true
}

const cancel: Statement = {
  name: 'cancel_file',
  text: `update file set status = 'CANCELLED'
    where workspace_id = $1 and id = $2 and status = 'PENDING' and expires_at > $3 returning ${columns}`,
}

/** Cancels an open upload session and returns the file; undefined when it is not open any more. */
export async function cancelFile(db: Connection, workspace: number, id: string, at: Date) {
  const [row] = await run<FileColumns>(db, cancel, [workspace, id, at])
  return row && storedFile(row)
}

const forget: Statement = {
  name: 'forget_upload',
  text: 'delete from file_upload where workspace_id = $1 and file_id = $2 and id = $3',
}

/** Strikes off an upload whose bytes are gone. */
export const forgetUpload = (db: Connection, workspace: number, file: string, upload: string) =>
  run(db, forget, [workspace, file, upload])

/** Uploads of all workspaces that were started before a time and have not become a completed file, oldest first. */
export const uploadsBefore = (db: Connection, time: Date, limit: number) =>
  rows<{ workspace: number; file: string; id: string }>(
    db,
    `select workspace_id::int as workspace, file_id as file, id from file_upload
     where started_at < $1 order by started_at limit $2`,
    [time, limit],
  )
