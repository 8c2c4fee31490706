import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { atEnd } from './at-end.ts'
import type { Api } from './harness.ts'

type Play = {
  /** Ids of records look as they do elsewhere, and cannot be kept. */
  foreignIds?: boolean
}

const ours = /\b(mem|acc|con|opp|task|note|mtg|list|fil|chn|msg|eml|obj)_([0-9a-hjkmnp-tv-z]{26})\b/g

/** The id that one of ours has in a Lightfield with ids of its own. */
export const foreignId = (text: string) => text.replaceAll(ours, '$1_cm$2lf')
const ownId = (text: string) => text.replaceAll(/_cm([0-9a-z]{26})lf/g, '_$1')

/** A server of ours that plays Lightfield, behind a line that fails in every way: only `/v1`, and now and then not even that. */
export async function startLightfield(api: Api, { foreignIds = false }: Play = {}) {
  let requests = 0
  const faults = { on: false }
  let hidden: string | undefined
  const hook = { before: async (_path: string) => {} }
  const foreign = (text: string) => (foreignIds ? foreignId(text) : text)

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const path = request.url ?? ''
    requests += 1
    await hook.before(path)
    const soon = { 'retry-after-ms': '2', 'content-type': 'application/json' }
    const refuse = (status: number, type: string) =>
      response.writeHead(status, soon).end(JSON.stringify({ error: { type, message: 'Not now.' } }))
    if (faults.on && requests % 5 === 0) return refuse(429, 'too_many_requests')
    if (faults.on && requests % 7 === 0) return refuse(500, 'internal_server_error')
    if (path.startsWith('/admin')) throw new Error(`${path} is not of the public API`)
    const { authorization = '', 'lightfield-version': version = '' } = request.headers
    const real = await fetch(api.url + ownId(path), {
      headers: { authorization, ...(version && { 'lightfield-version': String(version) }) },
    })
    const isJson = real.headers.get('content-type')?.includes('json')
    const bytes = withoutHidden(Buffer.from(await real.arrayBuffer()), path)
    const body = isJson ? Buffer.from(foreign(bytes.toString().replaceAll(api.url, url))) : bytes
    response.writeHead(real.status, {
      'content-type': real.headers.get('content-type') ?? '',
      'content-length': body.length,
      'x-ratelimit-limit': '1000',
      'x-ratelimit-remaining': '900',
    })
    if (faults.on && requests % 41 === 0) {
      response.write(body.subarray(0, body.length / 2))
      response.destroy()
    } else response.end(body)
  }

  /** Lists lag behind. */
  function withoutHidden(bytes: Buffer, path: string): Buffer {
    if (hidden === undefined || !path.includes('limit=')) return bytes
    const list = JSON.parse(bytes.toString()) as { data: { id: string }[]; totalCount: number }
    const data = list.data.filter(({ id }) => id !== hidden)
    return Buffer.from(JSON.stringify({ ...list, data, totalCount: list.totalCount - 1 }))
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.writeHead(418).end(error.message))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(async () => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  /** Has lists not show a record for now. */
  const hide = (id?: string) => {
    hidden = id
  }
  return { url, faults, hook, hide }
}
