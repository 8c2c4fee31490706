import { randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseUnavailable } from '../embedded/unavailable.ts'

const bytes = 32

/** A key as its text in base64 says it; undefined for any other text. */
export function parseKey(text: string): Buffer | undefined {
  const key = Buffer.from(text, 'base64')
  return key.length === bytes && key.toString('base64') === text ? key : undefined
}

/**
 * The key that credentials are encrypted with: the one given or that of the data folder, which is made when it is first
 * asked for. Read once; a read that fails is tried again.
 */
export function encryptionKeyOf(given: Buffer | undefined, dataDir: string): () => Promise<Buffer> {
  let reading: Promise<Buffer> | undefined
  return async () => {
    if (given) return given
    reading ??= readKey(dataDir).catch((error) => {
      reading = undefined
      throw error
    })
    return reading
  }
}

async function readKey(dataDir: string): Promise<Buffer> {
  const path = join(dataDir, 'encryption.key')
  const text = (await textOf(path)) ?? (await makeKey(dataDir, path))
  const key = parseKey(text.trim())
  if (key) return key
  throw new Error(
    `${path} does not hold a key: ${bytes} bytes in base64. Put back what it held, or set OPENFIELD_ENCRYPTION_KEY.`,
  )
}

const textOf = (path: string) =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new Error(`The encryption key cannot be read from ${path}: ${error.message}`)
  })

/** Written whole under another name, and then named: of several processes at once, one wins, and all read what it wrote. */
async function makeKey(dataDir: string, path: string): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const draft = `${path}.new-${randomUUID()}`
  try {
    const file = await open(draft, 'wx', 0o600)
    await file.writeFile(`${randomBytes(bytes).toString('base64')}\n`)
    await file.sync()
    await file.close()
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
    await syncFolder(dataDir)
  } catch (error) {
    throw new Error(
      `The encryption key cannot be kept in ${path}: ${(error as Error).message}. Set OPENFIELD_ENCRYPTION_KEY.`,
    )
  } finally {
    await rm(draft, { force: true })
  }
  return readFile(path, 'utf8')
}

/** What is encrypted must not outlive its key in a crash. */
async function syncFolder(folder: string) {
  // Windows cannot open a folder, and writes its entries through.
  if (process.platform === 'win32') return
  const opened = await open(folder)
  await opened.sync().finally(() => opened.close())
}

/** The key that credentials are encrypted with, if there is one; none is made. */
export async function presentKey(given: Buffer | undefined, dataDir: string): Promise<Buffer | undefined> {
  return given ?? parseKey((await textOf(join(dataDir, 'encryption.key')))?.trim() ?? '')
}

/** Keeps a key that comes from elsewhere in a data folder. Throws when another one is there, or in the settings. */
export async function keepKey(dataDir: string, given: Buffer | undefined, text: string): Promise<void> {
  const key = parseKey(text.trim())
  if (!key) throw new Error('The encryption key of the backup is none.')
  const path = join(dataDir, 'encryption.key')
  const present = given?.toString('base64') ?? (await textOf(path))?.trim()
  if (present === key.toString('base64')) return
  if (present !== undefined) {
    const where = given ? 'OPENFIELD_ENCRYPTION_KEY' : path
    throw new DatabaseUnavailable(
      `The backup has another encryption key than ${where}. Unset or move away that one, and restore again; nothing was changed.`,
    )
  }
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await writeFile(path, `${key.toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true })
  await syncFolder(dataDir)
}
