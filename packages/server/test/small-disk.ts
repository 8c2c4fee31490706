import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { postmasterOf } from './program.ts'

/** A disk of some megabytes for a test file, with what runs on it; undefined where this process may not have one. */
export function aSmallDisk() {
  const folder = mkdtempSync(join(tmpdir(), 'openfield-room-'))
  const remove = () => rmSync(folder, { recursive: true })
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=300m', 'openfield-room', folder])
  if (status !== 0) return void remove()
  const dataDir = join(folder, 'data')
  afterAll(() => {
    const pid = postmasterOf(dataDir)
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
    spawnSync('umount', ['--lazy', folder])
    remove()
  })
  chmodSync(folder, 0o755)
  const filler = join(folder, 'filler')
  return {
    dataDir,
    /** Leaves less room on it than a server wants. */
    fill() {
      const { bavail, bsize } = statfsSync(folder)
      writeFileSync(filler, Buffer.alloc(bavail * bsize - 10 * 1024 ** 2))
    },
    empty: () => rmSync(filler),
  }
}
