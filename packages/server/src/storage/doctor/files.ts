import { type Connection, rows } from '../database.ts'

type FileRow = { id: string; status: string; upload: string | null; bytes: number | null }

const pageSize = 500

/** All files of a workspace, a page at a time, with the upload that counts. */
export async function* filePages(db: Connection, workspace: number): AsyncGenerator<FileRow[]> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const page = await rows<FileRow>(
      db,
      `select id, status, upload_id as upload, upload_bytes as bytes from file
       where workspace_id = $1 and id > $2 order by id limit ${pageSize}`,
      [workspace, after],
    )
    if (page.length > 0) yield page
    if (page.length < pageSize) return
    after = page.at(-1)?.id ?? after
  }
}

/** Those of some uploads, of any workspace, that a file or an upload under way names. */
export const uploadsNamed = (db: Connection, uploads: readonly { file: string; upload: string }[]) =>
  rows<{ workspace: number; file: string; upload: string; status: string | null }>(
    db,
    `select f.workspace_id::int as workspace, f.id as file, f.upload_id as upload, f.status
     from unnest($1::uuid[], $2::uuid[]) u(file, upload) join file f on f.id = u.file and f.upload_id = u.upload
     union all
     select p.workspace_id::int, p.file_id, p.id, null
     from unnest($1::uuid[], $2::uuid[]) u(file, upload) join file_upload p on p.file_id = u.file and p.id = u.upload`,
    [uploads.map(({ file }) => file), uploads.map(({ upload }) => upload)],
  )
