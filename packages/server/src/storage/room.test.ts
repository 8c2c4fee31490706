import { expect, it } from 'vitest'
import { headersOf } from '../../test/harness.ts'
import { runProgram } from '../../test/program.ts'
import { send } from '../../test/request.ts'
import { aSmallDisk } from '../../test/small-disk.ts'

const disk = aSmallDisk()
const soon = { timeout: 20_000 }

it.runIf(disk !== undefined)(
  'a disk that is nearly full is left alone: writes are refused and say so, reads go on, and both when there is room',
  async () => {
    const key = 'sk_of_room_0123456789abcdef'
    const settings = { PORT: '0', OPENFIELD_DATA_DIR: disk?.dataDir ?? '', OPENFIELD_BOOTSTRAP_API_KEY: key }
    const program = runProgram([], settings)
    const url = await program.serving()
    const create = async () => {
      const body = JSON.stringify({ fields: { $name: 'One' } })
      return send(url, { method: 'POST', path: '/v1/accounts', headers: headersOf(key, true), body })
    }
    const read = () => send(url, { method: 'GET', path: '/v1/accounts', headers: headersOf(key, false) })
    expect((await create()).status).toBe(200)

    disk?.fill()
    await expect.poll(async () => (await create()).status, soon).toBe(503)
    expect((await create()).body).toEqual({
      error: { type: 'service_unavailable', message: expect.stringContaining('nearly full') },
    })
    expect((await read()).status).toBe(200)
    expect(program.said.errors).toMatch(/Only \d+ MiB are left/)

    disk?.empty()
    await expect.poll(async () => (await create()).status, soon).toBe(200)
    program.child.kill('SIGTERM')
    expect((await program.ended).code).toBe(0)
  },
)
