import { createReadStream } from 'node:fs'
import type { z } from 'zod'
import type { Table } from '../../storage/backup.ts'
import { DamagedArchive, decompressed, type Entry, readArchive } from './archive.ts'
import { About, Manifest, names } from './parts.ts'

/** A backup that cannot be used; the message says which part of it, and what to do. */
export class UnusableBackup extends Error {}

/** Who takes what is in a backup, part by part. Nothing counts before all has been taken. */
export type Taker = {
  begin(about: About): Promise<void>
  /** Returns how many rows there were. */
  rows(table: Table, bytes: AsyncIterable<Buffer>): Promise<number>
  file(key: string, bytes: AsyncIterable<Buffer>): Promise<void>
  key(text: string): Promise<void>
}

/** Reads a backup in one go and checks all of it: every part by its hash, and that none is missing. Throws UnusableBackup. */
export async function readBackup(path: string, taker: Taker): Promise<{ about: About; manifest: Manifest }> {
  try {
    return await read(path, taker)
  } catch (error) {
    const { syscall, message } = error as NodeJS.ErrnoException
    if (syscall === 'open' || syscall === 'read') throw new UnusableBackup(`${path} cannot be read: ${message}.`)
    if (!(error instanceof DamagedArchive)) throw error
    throw new UnusableBackup(
      `The file ${path} cannot be used: ${error.message}. Take another copy of it, or an older one.`,
    )
  }
}

async function read(path: string, taker: Taker) {
  const entries = readArchive(decompressed(createReadStream(path)))
  const about = await aboutOf(await next(entries))
  await taker.begin(about)
  const counted: Manifest = { rows: {}, files: 0, bytes: 0, missing: [] }
  for (const { name } of about.tables) counted.rows[name] = 0
  let manifest: Manifest | undefined
  for await (const entry of entries) {
    if (entry.name === names.manifest) manifest = await json(entry, names.manifest, Manifest)
    else await take(entry, about, taker, counted)
  }
  if (!manifest) throw new DamagedArchive(`${names.manifest} is missing`)
  for (const [table, rows] of Object.entries(manifest.rows)) {
    if (counted.rows[table] === rows) continue
    throw new DamagedArchive(`the table ${table} has ${counted.rows[table]} rows in it, and not ${rows}`)
  }
  if (counted.files !== manifest.files || counted.bytes !== manifest.bytes) {
    throw new DamagedArchive(`it has ${counted.files} files, and not ${manifest.files}`)
  }
  return { about, manifest }
}

/** An iterator that is not ended by taking one. */
async function next(entries: AsyncGenerator<Entry, void, undefined>): Promise<Entry> {
  const { value } = await entries.next()
  if (!value) throw new DamagedArchive('it is empty')
  return value
}

async function aboutOf(entry: Entry): Promise<About> {
  const isWorkspace = entry.name === names.aboutWorkspace
  const about = await json(entry, isWorkspace ? names.aboutWorkspace : names.about, About)
  if ((about.workspace !== undefined) !== isWorkspace) throw new DamagedArchive(`${entry.name} is not what it says`)
  return about
}

async function take(entry: Entry, about: About, taker: Taker, counted: Manifest) {
  const { name, size, bytes } = entry
  if (name.startsWith(names.tables)) {
    const of = name.slice(names.tables.length).split('/', 1)[0]
    const table = about.tables.find((one) => one.name === of)
    if (!table) throw new DamagedArchive(`${name} is of no table`)
    counted.rows[table.name] = (counted.rows[table.name] ?? 0) + (await taker.rows(table, bytes))
  } else if (name.startsWith(names.files)) {
    await taker.file(name.slice(names.files.length), bytes)
    counted.files += 1
    counted.bytes += size
  } else if (name === names.key) {
    await taker.key((await whole(entry)).toString())
  } else {
    throw new DamagedArchive(`${name} is nothing that belongs there`)
  }
}

async function json<T>(entry: Entry, name: string, type: z.ZodType<T>): Promise<T> {
  if (entry.name !== name) throw new DamagedArchive('it is no backup of Openfield')
  try {
    return type.parse(JSON.parse((await whole(entry)).toString()))
  } catch (error) {
    if (error instanceof DamagedArchive) throw error
    throw new DamagedArchive(`${name} is not of a format that this version knows`)
  }
}

async function whole({ bytes }: Entry): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of bytes) parts.push(part)
  return Buffer.concat(parts)
}

/** Checks a backup, or an export of a workspace, without restoring it: all of it is read. */
export const verifyBackup = (path: string) =>
  readBackup(path, {
    begin: async () => {},
    rows: async (_, bytes) => countRows(bytes),
    file: async () => {},
    key: async () => {},
  })

/** In the text format of COPY every row ends with a line feed, and none has one in it. */
async function countRows(bytes: AsyncIterable<Buffer>): Promise<number> {
  let rows = 0
  for await (const part of bytes) {
    for (let at = part.indexOf(10); at !== -1; at = part.indexOf(10, at + 1)) rows += 1
  }
  return rows
}
