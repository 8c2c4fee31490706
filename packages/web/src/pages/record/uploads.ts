import { useSyncExternalStore } from 'react'
import { messageOf } from '../../app/problem.tsx'
import { queryClient } from '../../app/queries.ts'
import { client } from '../../app/server.ts'

/** A file on its way to a record. It goes on when one looks at something else. */
export type Upload = {
  key: number
  objectType: string
  recordId: string
  file: File
  state: 'waiting' | 'sending' | 'attaching' | 'failed'
  /** Of the file's bytes, how many are there. */
  sent: number
  message?: string
  stop: AbortController
}

const atOnce = 2
const sizeMax = 512 * 1024 * 1024
const listeners = new Set<() => void>()
let uploads: readonly Upload[] = []
let made = 0

export const useUploads = (recordId: string) =>
  useSyncExternalStore(subscribe, () => uploads).filter((one) => one.recordId === recordId)

export function upload(objectType: string, recordId: string, files: readonly File[]) {
  const added = files.map((file): Upload => {
    made += 1
    return { key: made, objectType, recordId, file, state: 'waiting', sent: 0, stop: new AbortController() }
  })
  change([...uploads, ...added])
  begin()
}

/** Gives an upload up, or takes one that failed off the screen. */
export function cancel({ key, stop }: Upload) {
  stop.abort()
  change(uploads.filter((one) => one.key !== key))
  begin()
}

export function retry({ key }: Upload) {
  swap(key, { state: 'waiting', sent: 0, stop: new AbortController() })
  begin()
}

function begin() {
  const free = atOnce - uploads.filter(({ state }) => state === 'sending' || state === 'attaching').length
  for (const one of uploads.filter(({ state }) => state === 'waiting').slice(0, Math.max(0, free))) {
    swap(one.key, { state: 'sending' })
    void send(one).finally(begin)
  }
}

async function send({ key, objectType, recordId, file, stop: { signal } }: Upload) {
  let opened: string | undefined
  try {
    if (file.size === 0) throw new RefusedFile('The file is empty.')
    if (file.size > sizeMax) throw new RefusedFile('The file is larger than 512 MiB.')
    const mimeType = file.type || 'application/octet-stream'
    const session = await client.file.create({ filename: file.name, mimeType, sizeBytes: file.size }, { signal })
    opened = session.id
    await put(session.uploadUrl, session.uploadHeaders, file, signal, (sent) => swap(key, { sent }))
    swap(key, { state: 'attaching', sent: file.size })
    await client.file.complete(session.id, {}, { signal })
    opened = undefined
    await client.admin.recordFiles.attach(objectType, recordId, session.id)
    await queryClient.invalidateQueries({ queryKey: ['record', objectType, recordId, 'files'] })
    change(uploads.filter((one) => one.key !== key))
  } catch (error) {
    if (opened) void client.file.cancel(opened).catch(() => {})
    if (!signal.aborted)
      swap(key, { state: 'failed', message: error instanceof RefusedFile ? error.message : messageOf(error) })
  }
}

class RefusedFile extends Error {}

/** Sends bytes to a signed address. Unlike fetch, this way of sending tells how far it has come. */
function put(
  url: string,
  headers: Readonly<Record<string, string>>,
  file: File,
  signal: AbortSignal,
  onProgress: (sent: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PUT', url)
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.addEventListener('progress', ({ loaded }) => onProgress(Math.min(loaded, file.size)))
    request.addEventListener('load', () => {
      if (request.status < 300) resolve()
      else reject(new RefusedFile(`The server did not take the file (${request.status}). Try again.`))
    })
    request.addEventListener('error', () => reject(new RefusedFile('The connection broke off. Try again.')))
    request.addEventListener('abort', () => reject(signal.reason))
    signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(file)
  })
}

const swap = (key: number, next: Partial<Upload>) =>
  change(uploads.map((one) => (one.key === key ? { ...one, ...next } : one)))

function change(next: readonly Upload[]) {
  uploads = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Leaving would break off what is being sent: the browser asks. */
addEventListener('beforeunload', (event) => {
  if (uploads.some(({ state }) => state !== 'failed')) event.preventDefault()
})
