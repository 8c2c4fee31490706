/** A small file system that can be filled to the last byte. Mounting takes root, on Linux. */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Disk = {
  folder: string
  /** False: it is as large as the machine's, and cannot be filled. */
  small: boolean
  /** Leaves no byte. */
  fill(): void
  /** Gives back what was filled. */
  empty(): void
  remove(): void
}

export function makeDisk(megabytes: number): Disk {
  const folder = mkdtempSync(join(tmpdir(), 'openfield-crash-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'openfield-crash', folder])
  const small = mounted.status === 0
  const filler = join(folder, 'filler')
  return {
    folder,
    small,
    fill() {
      const file = openSync(filler, 'a')
      // A page is the smallest that a file system gives.
      for (const size of [1024 * 1024, 4096]) {
        const chunk = Buffer.alloc(size)
        while (writes(file, chunk));
      }
      closeSync(file)
    },
    empty: () => rmSync(filler, { force: true }),
    remove() {
      if (small) spawnSync('umount', ['--lazy', folder])
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function writes(file: number, chunk: Buffer): boolean {
  try {
    return writeSync(file, chunk) === chunk.length
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false
    throw error
  }
}

/** A folder on a disk, which those who do not own it may walk through. */
export function folderOn({ folder }: Disk, name: string): string {
  const path = join(folder, name)
  mkdirSync(path, { mode: 0o755 })
  return path
}
