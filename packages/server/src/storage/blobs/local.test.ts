import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, expect, it } from 'vitest'
import { localBlobs } from './local.ts'

const folder = join(await mkdtemp(join(tmpdir(), 'openfield-blobs-')), 'deep', 'files')
const blobs = localBlobs(folder)

afterAll(() => rm(join(folder, '..', '..'), { recursive: true, force: true }))

it('asks for the next bytes when the last ones are written, so that none pile up', async () => {
  async function* bytes() {
    for (let written = 0; written < 300_000; written += 100_000) {
      if (written > 0) expect((await stat(join(folder, 'slow.part'))).size).toBe(written)
      yield Buffer.alloc(100_000)
    }
  }
  await blobs.write('slow', bytes())
  expect(await blobs.size('slow')).toBe(300_000)
})

it('shows bytes under their key only when all of them are there', async () => {
  async function* bytes() {
    yield Buffer.from('hello')
    expect(await blobs.size('whole')).toBeUndefined()
    yield Buffer.from(' world')
  }
  await blobs.write('whole', bytes())
  expect(await text(await blobs.read('whole'))).toBe('hello world')
  expect(await text(await blobs.read('whole', { start: 4, end: 6 }))).toBe('o w')
})

it('keeps nothing of bytes that break off', async () => {
  async function* bytes() {
    yield Buffer.from('hello')
    throw new Error('broken off')
  }
  await expect(blobs.write('half', bytes())).rejects.toThrow('broken off')
  expect((await readdir(folder)).filter((name) => name.startsWith('half'))).toEqual([])
})

it('removes what is there, and minds nothing that is not', async () => {
  await blobs.write('gone', (async function* () {})())
  await blobs.remove('gone')
  await blobs.remove('gone')
  expect(await blobs.size('gone')).toBeUndefined()
  await expect(blobs.read('gone')).rejects.toThrow(/gone/)
})

it('lets nobody else on the machine read', async () => {
  await blobs.write('private', (async function* () {})())
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  expect((await stat(join(folder, 'private'))).mode & 0o777).toBe(0o600)
})
