import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { atEnd } from '../../test/at-end.ts'
import { headersOf } from '../../test/harness.ts'
import { runProgram } from '../../test/program.ts'
import { send } from '../../test/request.ts'

/** A disk of a few megabytes; undefined where this process may not have one. */
function aSmallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'openfield-room-'))
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=300m', 'openfield-room', folder])
  if (status === 0) return folder
  rmSync(folder, { recursive: true })
  return undefined
}
const disk = aSmallDisk()
const soon = { timeout: 20_000 }

it.runIf(disk !== undefined)(
  'a disk that is nearly full is left alone: writes are refused and say so, reads go on, and both when there is room',
  async () => {
    const folder = disk ?? ''
    atEnd(async () => {
      spawnSync('umount', ['--lazy', folder])
      rmSync(folder, { recursive: true })
    })
    chmodSync(folder, 0o755)
    const key = 'sk_of_room_0123456789abcdef'
    const settings = { PORT: '0', OPENFIELD_DATA_DIR: join(folder, 'data'), OPENFIELD_BOOTSTRAP_API_KEY: key }
    const program = runProgram([], settings)
    const url = await program.serving()
    const create = async () => {
      const body = JSON.stringify({ fields: { $name: 'One' } })
      return send(url, { method: 'POST', path: '/v1/accounts', headers: headersOf(key, true), body })
    }
    const read = () => send(url, { method: 'GET', path: '/v1/accounts', headers: headersOf(key, false) })
    expect((await create()).status).toBe(200)

    const { bavail, bsize } = statfsSync(folder)
    writeFileSync(join(folder, 'filler'), Buffer.alloc(bavail * bsize - 10 * 1024 ** 2))
    await expect.poll(async () => (await create()).status, soon).toBe(503)
    expect((await create()).body).toEqual({
      error: { type: 'service_unavailable', message: expect.stringContaining('nearly full') },
    })
    expect((await read()).status).toBe(200)
    expect(program.said.errors).toMatch(/Only \d+ MiB are left/)

    rmSync(join(folder, 'filler'))
    await expect.poll(async () => (await create()).status, soon).toBe(200)
    program.child.kill('SIGTERM')
    expect((await program.ended).code).toBe(0)
  },
)
