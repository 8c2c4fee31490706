import { readFileSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import {
  compressor,
  decompressed,
  type Entry,
  entryOf,
  readArchive,
  writeArchive,
} from '../src/domain/backup/archive.ts'

/** What is in the archive, by name; without what only its bytes say. */
export async function entriesIn(path: string): Promise<Map<string, Buffer>> {
  const entries = new Map<string, Buffer>()
  for await (const { name, bytes } of readArchive(decompressed(Readable.from([readFileSync(path)])))) {
    entries.set(name, await buffer(bytes))
  }
  return entries
}

/** The same file with other entries. */
export async function remade(path: string, change: (entries: Map<string, Buffer>) => void): Promise<string> {
  const entries = await entriesIn(path)
  change(entries)
  async function* all(): AsyncGenerator<Entry> {
    for (const [name, bytes] of entries) yield entryOf(name, bytes)
  }
  const other = `${path}.other`
  writeFileSync(other, await buffer(Readable.from(writeArchive(all())).pipe(compressor())))
  return other
}
