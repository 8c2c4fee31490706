import type { Readable } from 'node:stream'

/** The first and the last byte of a part. */
export type ByteRange = { start: number; end: number }

/**
 * Where bytes are kept, by key. Keys are made of our own ids, never of names that users chose, and no two writes have the
 * same one.
 */
export type Blobs = {
  /** Keeps bytes under a key, all or none. When it returns they survive a crash. */
  write(key: string, bytes: AsyncIterable<Uint8Array>): Promise<void>
  /** How many bytes are kept under a key; undefined when nothing is. */
  size(key: string): Promise<number | undefined>
  /** The bytes of a key, or a part of them. */
  read(key: string, range?: ByteRange): Promise<Readable>
  /** Removes what a write under the key has left, finished or not. Nothing to remove is no error. */
  remove(key: string): Promise<void>
  /** The keys of all that is kept, unfinished writes among them, in no order. */
  keys(): AsyncIterable<string>
  close(): void
}
