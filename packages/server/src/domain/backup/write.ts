import { createWriteStream } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { unprocessable } from '@openfield/schema'
import { readAll, type Snapshot } from '../../storage/backup.ts'
import type { Blobs } from '../../storage/blobs/blobs.ts'
import { readWorkspace } from '../../storage/moving.ts'
import type { Context } from '../context.ts'
import { blobKey } from '../files/upload.ts'
import { compressor, type Entry, entryOf, writeArchive } from './archive.ts'
import { type About, format, type Manifest, names } from './parts.ts'

type Source = Pick<Context, 'db' | 'blobs' | 'encryptionKey' | 'now'>

/**
 * Writes everything there is at one moment into a file, while others work: what the tables hold, the bytes of files and, with
 * `withKey`, the keys that open what is sealed. The file has its name once it is whole and on disk.
 */
export const backUp = (ctx: Source, path: string, { withKey }: { withKey: boolean }) =>
  writeFile(path, (write) => readAll(ctx.db, withKey, (snapshot) => write(ctx, snapshot, { withKey })))

/** Writes all of one workspace into a file, like `backUp`, for another installation to take in. */
export const exportWorkspace = (ctx: Source & Pick<Context, 'workspace'>, path: string, withKey: boolean) =>
  writeFile(path, (write) =>
    readWorkspace(ctx.db, ctx.workspace, ({ origin: workspace, ...snapshot }) =>
      write(ctx, snapshot, { withKey, workspace }),
    ),
  )

type Written = Pick<About, 'withKey' | 'workspace'>
type Write = (ctx: Source, snapshot: Snapshot, what: Written) => Promise<void>

async function writeFile(path: string, read: (write: Write) => Promise<void>) {
  if (await stat(path).catch(() => undefined)) {
    throw unprocessable(`${path} is there already. Give the file another name, or move that one away.`)
  }
  const draft = `${path}.part`
  const manifest: Manifest = { rows: {}, files: 0, bytes: 0, missing: [] }
  try {
    await read((ctx, snapshot, what) =>
      pipeline(
        writeArchive(entriesOf(ctx, snapshot, what, manifest)),
        compressor(),
        createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true }),
      ),
    )
    await rename(draft, path)
    await syncFolder(dirname(path))
  } catch (error) {
    const { code, syscall, path: of, message } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') {
      throw unprocessable(`${draft} is there already: another one is being written, or was broken off; then delete it.`)
    }
    await rm(draft, { force: true }).catch(() => {})
    if (syscall === 'write' || of === draft) throw unprocessable(`${path} cannot be written: ${message}.`)
    throw error
  }
  return { ...manifest, size: (await stat(path)).size }
}

async function* entriesOf(
  { blobs, encryptionKey, now }: Source,
  snapshot: Snapshot,
  { withKey, workspace }: Written,
  manifest: Manifest,
): AsyncGenerator<Entry> {
  const { postgres, migrations, tables } = snapshot
  const about: About = {
    format,
    createdAt: now().toISOString(),
    postgres,
    migrations,
    tables: tables.map(({ name, columns }) => ({ name, columns })),
    withKey,
    ...(workspace && { workspace }),
  }
  yield json(workspace ? names.aboutWorkspace : names.about, about)
  if (withKey) yield entryOf(names.key, Buffer.from(`${(await encryptionKey()).toString('base64')}\n`))
  for (const table of tables) {
    let pieces = 0
    manifest.rows[table.name] = 0
    for await (const { rows, bytes } of snapshot.rows(table)) {
      pieces += 1
      manifest.rows[table.name] = (manifest.rows[table.name] ?? 0) + rows
      yield entryOf(`${names.tables}${table.name}/${String(pieces).padStart(6, '0')}`, bytes)
    }
  }
  for await (const { id, upload, complete } of snapshot.files()) {
    const entry = await fileEntry(blobs, blobKey(id, upload))
    if (!entry) {
      // One that is no file yet may be replaced while this goes on.
      if (complete) manifest.missing.push(id)
      continue
    }
    manifest.files += 1
    manifest.bytes += entry.size
    yield entry
  }
  yield json(names.manifest, manifest)
}

async function fileEntry(blobs: Blobs, key: string): Promise<Entry | undefined> {
  const size = await blobs.size(key)
  if (size === undefined) return undefined
  return { name: `${names.files}${key}`, size, bytes: bytesOf(blobs, key) }
}

async function* bytesOf(blobs: Blobs, key: string): AsyncGenerator<Buffer> {
  yield* await blobs.read(key)
}

const json = (name: string, value: object) => entryOf(name, Buffer.from(`${JSON.stringify(value, null, 1)}\n`))

async function syncFolder(folder: string) {
  // Windows cannot open a folder, and writes its entries through.
  if (process.platform === 'win32') return
  const opened = await open(folder)
  await opened.sync().finally(() => opened.close())
}
