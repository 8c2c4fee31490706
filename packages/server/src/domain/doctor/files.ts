import { filePages, uploadsNamed } from '../../storage/doctor/files.ts'
import type { System } from '../context.ts'
import { blobKey } from '../files/upload.ts'
import type { Findings } from './findings.ts'
import type { Inspection } from './inspection.ts'

/** Compares files with the bytes that are kept for them. Returns how many there are. */
export async function examineFiles(inspection: Inspection): Promise<number> {
  const { snapshot, blobs, workspace, findings } = inspection
  let files = 0
  for await (const page of filePages(snapshot, workspace)) {
    files += page.length
    for (const { id, status, upload, bytes } of page) {
      if (status === 'COMPLETED' && upload === null) {
        findings.add(null, 'Files that are complete without an upload', { ids: [id] })
      }
      if (upload === null) continue
      const kept = await blobs.size(blobKey(id, upload))
      if (kept === bytes || (status !== 'COMPLETED' && (await isOver(inspection, id, upload)))) continue
      const what =
        kept === undefined
          ? 'Files whose bytes are missing'
          : 'Files of which there are not as many bytes as there should be'
      findings.add(null, what, { ids: [id] })
    }
  }
  return files
}

/** An upload that did not become a file may be gone by now, or be replaced. */
const isOver = async ({ db, workspace }: Inspection, file: string, upload: string) => {
  const [named] = await uploadsNamed(db, [{ file, upload }])
  return !named || named.workspace !== workspace || named.status !== 'COMPLETED'
}

const pageSize = 500

/** Finds bytes that belong to no file and to no upload, of any workspace. They stay: nobody knows what they were. */
export async function examineStrayBytes({ db, blobs }: Pick<System, 'db' | 'blobs'>, findings: Findings) {
  const tell = async (page: { file: string; upload: string }[]) => {
    const named = new Set((await uploadsNamed(db, page)).map(({ file, upload }) => blobKey(file, upload)))
    const stray = page.map(({ file, upload }) => blobKey(file, upload)).filter((key) => !named.has(key))
    if (stray.length === 0) return
    findings.add(
      null,
      'Bytes that belong to no file (delete them by hand once you are sure that no other database needs them)',
      {
        ids: stray,
      },
    )
  }
  let page: { file: string; upload: string }[] = []
  for await (const key of blobs.keys()) {
    const [file, upload, ...rest] = key.split('.')
    // What others keep in the same place is not ours.
    if (!isUuid(file) || !isUuid(upload) || (rest.length > 0 && rest.join() !== 'part')) continue
    page.push({ file, upload })
    if (page.length < pageSize) continue
    await tell(page)
    page = []
  }
  await tell(page)
}

const isUuid = (text: string | undefined): text is string =>
  text !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
