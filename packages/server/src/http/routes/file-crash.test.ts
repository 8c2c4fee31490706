import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { get as httpGet } from 'node:http'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { successOf } from '../../../test/factories.ts'
import { type Api, outcome, startApi } from '../../../test/harness.ts'
import { programPath } from '../../../test/program.ts'
import {
  aFile,
  aSession,
  contentsOfFile,
  type FileBody,
  put,
  putStream,
  type Session,
  uploadsOf,
  urlOf,
} from '../../../test/uploads.ts'

const api = await startApi()

const mebibyte = 1024 * 1024
const soon = { timeout: 15_000, interval: 20 }
const children = new Set<ChildProcess>()

afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
})

/** A server in a process of its own, beside the one of this file: the same database and files. */
async function spawnServer() {
  const { OPENFIELD_DATA_DIR, DATABASE_URL = '' } = api.config
  const settings = {
    PORT: '0',
    HOST: '127.0.0.1',
    DATABASE_URL,
    OPENFIELD_DATA_DIR,
    OPENFIELD_FILES_SHARED: 'on',
    OPENFIELD_WORKER: 'off',
    OPENFIELD_RATE_LIMIT: '0',
  }
  const child = spawn(process.execPath, [programPath], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.add(child)
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  const url = await vi.waitFor(() => {
    const [, found] = /serves (http:\S+)/.exec(output) ?? []
    if (!found) throw new Error(`the server has not started: ${output}`)
    return found
  }, soon)
  const kill = async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
    children.delete(child)
  }
  return { url, pid: child.pid ?? 0, kill }
}

/** The session as another server would have answered it: a signature is good on all of them. */
const on = (url: string, session: Session): Session => ({
  ...session,
  uploadUrl: session.uploadUrl.replace(api.url, url),
})

describe('a server that is killed', () => {
  it('in the middle of an upload leaves the session open; the bytes can be sent again, to another server', async () => {
    const server = await spawnServer()
    const session = await aSession(api, { sizeBytes: 2 * mebibyte })
    const { promise: never } = Promise.withResolvers<void>()
    async function* half() {
      yield Buffer.alloc(mebibyte, 'a')
      await never
    }
    const cut = putStream(on(server.url, session), half()).catch(() => 'cut')
    await vi.waitFor(async () => expect(await uploadsOf(api, session)).toBe(1), soon)
    await server.kill()
    expect(await cut).toBe('cut')

    expect(successOf(await api.get<FileBody>(`/v1/files/${session.id}`)).status).toBe('PENDING')
    expect(outcome(await api.post(`/v1/files/${session.id}/complete`, {}))).toBe('422')
    const whole = Buffer.alloc(2 * mebibyte, 'b')
    expect((await put(session, whole)).status).toBe(200)
    successOf(await api.post(`/v1/files/${session.id}/complete`, {}))
    expect(await contentsOfFile(api, session)).toEqual(whole)
  })

  it('after it has answered an upload, and a complete, has kept what it said', async () => {
    const server = await spawnServer()
    const there: Api = {
      ...api,
      url: server.url,
      post: async (path, body) => {
        const headers = {
          authorization: `Bearer ${api.key}`,
          'lightfield-version': '2026-03-01',
          'content-type': 'application/json',
        }
        const response = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
        const text = await response.text()
        return { status: response.status, headers: {}, text, body: JSON.parse(text) }
      },
    }
    const uploaded = await aSession(there)
    await put(uploaded, 'hello')
    const completed = await aFile(there, 'world')
    await server.kill()

    expect(successOf(await api.get<FileBody>(`/v1/files/${completed.id}`))).toEqual(completed)
    expect((await contentsOfFile(api, completed)).toString()).toBe('world')
    successOf(await api.post(`/v1/files/${uploaded.id}/complete`, {}))
    expect((await contentsOfFile(api, uploaded)).toString()).toBe('hello')
  })
})

it.runIf(process.platform === 'linux')(
  'an upload, and a download, pass through without being held in memory',
  async () => {
    const size = 256 * mebibyte
    const chunk = Buffer.alloc(mebibyte, 'abcdefghij')
    async function* bytes() {
      for (let sent = 0; sent < size; sent += chunk.length) yield chunk
    }
    const server = await spawnServer()
    await put(on(server.url, await aSession(api, { sizeBytes: mebibyte })), chunk)
    const before = await peakOf(server.pid)

    const session = await aSession(api, { sizeBytes: size })
    expect((await putStream(on(server.url, session), bytes())).status).toBe(200)
    successOf(await api.post(`/v1/files/${session.id}/complete`, {}))
    const [response] = await once(httpGet((await urlOf(api, session)).replace(api.url, server.url)), 'response')
    let received = 0
    for await (const part of response) received += part.length

    expect(received).toBe(size)
    // Chunks that have passed wait for the collector of garbage, in bounds that do not depend on the size.
    expect((await peakOf(server.pid)) - before).toBeLessThan(160 * mebibyte)
  },
  60_000,
)

/** The most memory that a process has held so far, in bytes. */
async function peakOf(pid: number): Promise<number> {
  const [, kibibytes] = /VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kibibytes) * 1024
}
