import { createHash, type Hash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib'

/**
 * One file of many entries: a tar archive, compressed with Zstandard, which other programs can open. After every so many
 * entries follows one with their SHA-256, as `sha256sum` writes them; a last one ends the archive. So it is written and read
 * in one go, in little memory, and whoever reads it knows of every entry whether it is as it was written, and whether all are there.
 */

/** Something in the archive: its name, how many bytes it has, and these. */
export type Entry = { name: string; size: number; bytes: AsyncIterable<Buffer> }

/** An archive that is not as it was written. The message names the place. */
export class DamagedArchive extends Error {}

const block = 512
/** So many entries have their sums in one. */
const sumsEvery = 100
const sumsFolder = 'checksums/'

/** The bytes of an archive with some entries. */
export async function* writeArchive(entries: AsyncIterable<Entry>): AsyncGenerator<Buffer, void, undefined> {
  let sums: string[] = []
  let files = 0
  const sumsEntry = () => {
    files += 1
    const text = Buffer.from(`${sums.join('\n')}\n`)
    sums = []
    return [headerOf(`${sumsFolder}${String(files).padStart(6, '0')}`, text.length), text, paddingOf(text.length)]
  }
  for await (const { name, size, bytes } of entries) {
    const hash = createHash('sha256')
    yield headerOf(name, size)
    let sent = 0
    for await (const chunk of bytes) {
      sent += chunk.length
      hash.update(chunk)
      yield chunk
    }
    if (sent !== size) throw new Error(`${name} has ${sent} bytes, and not ${size}`)
    yield paddingOf(size)
    sums.push(`${hash.digest('hex')}  ${name}`)
    if (sums.length === sumsEvery) yield* sumsEntry()
  }
  yield* sumsEntry()
  yield Buffer.alloc(2 * block)
}

/**
 * The entries of an archive, in order. An entry's bytes count only once the next entry has come, or the end: by then all
 * before it has been checked at least up to the last sums. Throws DamagedArchive.
 */
export async function* readArchive(source: AsyncIterable<Buffer>): AsyncGenerator<Entry, void, undefined> {
  const input = new Input(source)
  let unchecked = new Map<string, string>()
  let last = ''
  for (;;) {
    const header = await input.take(block, last)
    const { name, size } = parseHeader(header, last)
    if (name === '') break
    const hash = createHash('sha256')
    if (name.startsWith(sumsFolder)) {
      check(unchecked, (await input.take(size, name)).toString(), name)
      unchecked = new Map()
    } else {
      const bytes = input.pass(size, hash, name)
      yield { name, size, bytes }
      // What nobody wanted to read is checked all the same.
      for await (const _ of bytes);
      unchecked.set(name, hash.digest('hex'))
    }
    await input.take((block - (size % block)) % block, name)
    last = name
  }
  if (unchecked.size > 0 || !last.startsWith(sumsFolder)) throw cut(last)
  await input.take(block, last)
  // The compression has a sum of its own at the end.
  if (!(await input.isOver(last))) throw damagedAt(last)
}

function check(unchecked: ReadonlyMap<string, string>, text: string, name: string) {
  const lines = text.split('\n').filter(Boolean)
  for (const line of lines) {
    const [sum = '', of = ''] = line.split('  ')
    if (!unchecked.has(of)) throw new DamagedArchive(`${of} is missing`)
    if (unchecked.get(of) !== sum) throw new DamagedArchive(`${of} is damaged`)
  }
  if (lines.length !== unchecked.size) throw new DamagedArchive(`${name} is damaged`)
}

const cut = (place: string) =>
  new DamagedArchive(place === '' ? 'it ends before it begins' : `it ends at ${place}: it was cut off`)

const damagedAt = (place: string) =>
  new DamagedArchive(place === '' ? 'it is no backup of Openfield' : `it is damaged at ${place}, or right after that`)

/** Takes bytes off a stream, as many as are wanted. */
class Input {
  readonly #source: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** At least one byte; none at the end. */
  async #more(place: string): Promise<Buffer> {
    while (this.#rest.length === 0) {
      const { value, done } = await this.#source.next().catch((error: NodeJS.ErrnoException) => {
        // What the file system says is not about the archive.
        if (error.syscall !== undefined) throw error
        throw error.code === 'Z_BUF_ERROR' ? cut(place) : damagedAt(place)
      })
      if (done) break
      this.#rest = value
    }
    return this.#rest
  }

  async isOver(place: string): Promise<boolean> {
    return (await this.#more(place)).length === 0
  }

  async take(size: number, place: string): Promise<Buffer> {
    const parts: Buffer[] = []
    for await (const part of this.#pass(size, place)) parts.push(part)
    return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
  }

  /** As much of an entry as has not been read, hashed as it passes. */
  pass(
    size: number,
    hash: Hash,
    place: string,
  ): AsyncIterable<Buffer> & { [Symbol.asyncIterator](): AsyncGenerator<Buffer> } {
    let left = size
    const next = (upTo: number) => this.#pass(upTo, place)
    return {
      async *[Symbol.asyncIterator]() {
        for await (const part of next(left)) {
          left -= part.length
          hash.update(part)
          yield part
        }
      },
    }
  }

  async *#pass(size: number, place: string) {
    for (let left = size; left > 0; ) {
      const bytes = await this.#more(place)
      if (bytes.length === 0) throw cut(place)
      const part = bytes.subarray(0, left)
      this.#rest = bytes.subarray(part.length)
      left -= part.length
      yield part
    }
  }
}

/** A header of the ustar format. */
function headerOf(name: string, size: number): Buffer {
  if (Buffer.byteLength(name) > 100) throw new Error(`${name} is too long for a name in an archive`)
  const header = Buffer.alloc(block)
  const octal = (value: number, at: number, length: number) =>
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at)
  header.write(name, 0)
  octal(0o600, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(0, 136, 12)
  header.write('0', 156)
  header.write('ustar\0' + '00', 257)
  header.write(`${checksumOf(header).toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

function parseHeader(header: Buffer, last: string): { name: string; size: number } {
  if (header.every((byte) => byte === 0)) return { name: '', size: 0 }
  const text = (at: number, length: number) => header.toString('utf8', at, at + length).split('\0', 1)[0] ?? ''
  const octal = (at: number, length: number) => Number.parseInt(text(at, length).trim(), 8)
  if (octal(148, 8) !== checksumOf(header)) throw damagedAt(last)
  return { name: text(0, 100), size: octal(124, 12) }
}

/** The sum of all bytes, those of the sum itself counted as spaces. */
function checksumOf(header: Buffer): number {
  let sum = 8 * 32
  for (let at = 0; at < block; at += 1) if (at < 148 || at >= 156) sum += header[at] ?? 0
  return sum
}

const paddingOf = (size: number) => Buffer.alloc((block - (size % block)) % block)

/** A small entry. */
export const entryOf = (name: string, bytes: Buffer): Entry => ({ name, size: bytes.length, bytes: one(bytes) })

async function* one(bytes: Buffer) {
  yield bytes
}

/** Level 1 is as fast as the database. */
export const compressor = () =>
  createZstdCompress({
    params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
  })

/** The bytes of a compressed file; what is wrong with either is thrown where they are read. */
export function decompressed(file: Readable): AsyncIterable<Buffer> {
  const plain = createZstdDecompress()
  file.on('error', (error) => plain.destroy(error))
  return file.pipe(plain)
}
