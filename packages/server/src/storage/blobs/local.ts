import { mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ApiError } from '@openfield/schema'
import type { Blobs } from './blobs.ts'

/** Keeps bytes as files of a folder on this machine. The folder is made when it is first needed. */
export function localBlobs(folder: string): Blobs {
  const path = (key: string) => join(folder, key)
  const draft = (key: string) => join(folder, `${key}.part`)
  const remove = async (key: string) => {
    await rm(draft(key), { force: true })
    await rm(path(key), { force: true })
  }
  return {
    async write(key, bytes) {
      await makeFolder(folder)
      try {
        await writeSynced(draft(key), bytes)
        await rename(draft(key), path(key))
        await sync(folder)
      } catch (error) {
        await remove(key)
        throw diskFull(error) ?? error
      }
    },
    async size(key) {
      return (await stat(path(key)).catch(ignoreMissing))?.size
    },
    async read(key, range) {
      const file = await open(path(key)).catch(ignoreMissing)
      if (!file) throw new Error(`the bytes of ${key} are not in ${folder}`)
      return file.createReadStream(range)
    },
    remove,
    async *keys() {
      const entries = await opendir(folder).catch(ignoreMissing)
      for await (const entry of entries ?? []) if (entry.isFile()) yield entry.name
    },
    close() {},
  }
}

/** Chunk by chunk: the source is asked for the next one when the last has been written. */
async function writeSynced(path: string, bytes: AsyncIterable<Uint8Array>) {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A new folder survives a crash once the folder that it stands in is synced. */
async function makeFolder(folder: string) {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  await sync(dirname(folder))
  await sync(dirname(first))
}

async function sync(folder: string) {
  // Windows cannot open a folder, and writes its entries through.
  if (process.platform === 'win32') return
  const opened = await open(folder)
  try {
    await opened.sync()
  } finally {
    await opened.close()
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

function diskFull(error: unknown) {
  const { code } = error as NodeJS.ErrnoException
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return undefined
  return new ApiError('service_unavailable', undefined, 'There is no room left where files are kept.')
}
