import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { readConfig } from '../config.ts'
import { encryptionKeyOf } from '../storage/encryption-key.ts'
import { CannotOpen, open, seal } from './encryption.ts'

const folder = mkdtempSync(join(tmpdir(), 'openfield-key-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const sealer = (key = randomBytes(32), workspace = 1) => ({ workspace, encryptionKey: async () => key })
const text = 'passwörd 🔑'

describe('sealed credentials', () => {
  it('can be read again, and look different each time', async () => {
    const ctx = sealer()
    const [one, other] = [await seal(ctx, text, 'mailbox 1'), await seal(ctx, text, 'mailbox 1')]
    expect(one).not.toBe(other)
    expect(Buffer.from(one, 'base64').includes('passw')).toBe(false)
    expect([await open(ctx, one, 'mailbox 1'), await open(ctx, other, 'mailbox 1')]).toEqual([text, text])
    expect(await open(ctx, await seal(ctx, '', 'x'), 'x')).toBe('')
  })

  it('say so when they were sealed with another key', async () => {
    const sealed = await seal(sealer(), text, 'mailbox 1')
    await expect(open(sealer(), sealed, 'mailbox 1')).rejects.toThrow(
      /^The credentials were sealed with another key\. Set OPENFIELD_ENCRYPTION_KEY/,
    )
  })

  it('are good for one place of one workspace', async () => {
    const key = randomBytes(32)
    const sealed = await seal(sealer(key), text, 'mailbox 1')
    await expect(open(sealer(key), sealed, 'mailbox 2')).rejects.toThrow(CannotOpen)
    await expect(open(sealer(key, 2), sealed, 'mailbox 1')).rejects.toThrow(CannotOpen)
  })

  it('cannot be changed at any byte, cut, or made up', async () => {
    const ctx = sealer()
    const sealed = Buffer.from(await seal(ctx, text, 'x'), 'base64')
    const changed = Array.from(sealed, (byte, at) => {
      const copy = Buffer.from(sealed)
      copy[at] = byte ^ 1
      return copy
    })
    const cut = Array.from(sealed, (_, length) => sealed.subarray(0, length))
    for (const one of [...changed, ...cut]) {
      await expect(open(ctx, one.toString('base64'), 'x')).rejects.toThrow(CannotOpen)
    }
  })
})

describe('the encryption key', () => {
  it('is made in the data folder when it is first needed, for its owner alone, and stays', async () => {
    const dataDir = join(folder, 'new', 'data')
    const key = await encryptionKeyOf(undefined, dataDir)()
    expect(readdirSync(dataDir)).toEqual(['encryption.key'])
    expect(statSync(join(dataDir, 'encryption.key')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(dataDir, 'encryption.key'), 'utf8').trim()).toBe(key.toString('base64'))
    expect(await encryptionKeyOf(undefined, dataDir)()).toEqual(key)
  })

  it('is one when several processes make it at once', async () => {
    const dataDir = join(folder, 'raced')
    const module = new URL('../storage/encryption-key.ts', import.meta.url).href
    const program = `const { encryptionKeyOf } = await import(${JSON.stringify(module)})
      process.stdout.write((await encryptionKeyOf(undefined, ${JSON.stringify(dataDir)})()).toString('base64'))`
    const run = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
    const keys = (await Promise.all([run(), run(), run(), run()])).map(({ stdout }) => stdout)
    expect(keys[0]).toHaveLength(44)
    expect(new Set(keys).size).toBe(1)
    expect(readdirSync(dataDir)).toEqual(['encryption.key'])
  })

  it('is the one of the settings when there is one, and the data folder holds none then', async () => {
    const key = randomBytes(32)
    const config = readConfig({ OPENFIELD_ENCRYPTION_KEY: key.toString('base64') })
    expect(await encryptionKeyOf(config.OPENFIELD_ENCRYPTION_KEY, join(folder, 'unused'))()).toEqual(key)
    expect(readdirSync(folder)).not.toContain('unused')
  })

  it.each(['secret', 'A'.repeat(44), `${randomBytes(16).toString('base64')}`])('is not %s', (value) => {
    expect(() => readConfig({ OPENFIELD_ENCRYPTION_KEY: value })).toThrow(
      'OPENFIELD_ENCRYPTION_KEY must be 32 random bytes in base64, as printed by: openssl rand -base64 32',
    )
  })

  it('is missed with a sentence when its file holds something else, and found again once that is put right', async () => {
    const path = join(folder, 'encryption.key')
    writeFileSync(path, 'x')
    const read = encryptionKeyOf(undefined, folder)
    await expect(read()).rejects.toThrow(`${path} does not hold a key: 32 bytes in base64.`)
    const key = randomBytes(32)
    writeFileSync(path, `${key.toString('base64')}\n`)
    expect(await read()).toEqual(key)
  })
})
