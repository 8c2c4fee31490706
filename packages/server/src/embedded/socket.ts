import { closeSync, constants, mkdtempSync, openSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A socket's path may have 107 bytes on Linux and 103 on macOS. */
const longest = 103

/**
 * A name by which this process reaches the socket in a folder, however deep the folder lies: itself when that is short
 * enough, else one that lives until it is released.
 */
export function nameSocketFolder(folder: string, port: number): { host: string; release: () => void } {
  if (Buffer.byteLength(join(folder, `.s.PGSQL.${port}`)) <= longest) return { host: folder, release: () => {} }
  return process.platform === 'linux' ? nameByDescriptor(folder) : nameByLink(folder)
}

function nameByDescriptor(folder: string) {
  const descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY)
  return { host: `/proc/self/fd/${descriptor}`, release: () => closeSync(descriptor) }
}

function nameByLink(folder: string) {
  const place = mkdtempSync(join(tmpdir(), 'openfield-'))
  symlinkSync(folder, join(place, 's'))
  return { host: join(place, 's'), release: () => rmSync(place, { recursive: true, force: true }) }
}
