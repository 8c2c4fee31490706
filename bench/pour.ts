import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { key } from './server.ts'

/** What became of the rows of an import. */
export type Poured = { seconds: number; rows: number; created: number; exists: number; refused: number; ids: string[] }

type Line = { row?: number; id?: string; outcome?: string; done?: boolean }

/** Sends lines to the import of any number of records, and reads what becomes of them meanwhile. Keeps the first ids. */
export async function pour(port: number, lines: Iterable<string>, apiKey = key): Promise<Poured> {
  const begin = performance.now()
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/x-ndjson' }
  const outgoing = httpRequest({ port, host: '127.0.0.1', path: '/admin/v1/import', method: 'POST', headers })
  const answered = once(outgoing, 'response').then(([response]) => read(response as IncomingMessage))
  let piece = ''
  for (const line of lines) {
    piece += `${line}\n`
    if (piece.length < 64 * 1024) continue
    if (!outgoing.write(piece)) await Promise.race([once(outgoing, 'drain'), answered])
    piece = ''
  }
  outgoing.end(piece)
  const { last, ids } = await answered
  if (!last.done) throw new Error(`the import ended with ${JSON.stringify(last)}`)
  return { ...(last as Omit<Poured, 'seconds' | 'ids'>), ids, seconds: (performance.now() - begin) / 1000 }
}

const idsMax = 2

async function read(response: IncomingMessage) {
  let last: Line = {}
  let text = ''
  const ids: string[] = []
  for await (const line of createInterface({ input: response })) {
    text = line
    if (ids.length === idsMax) continue
    const { id } = JSON.parse(line) as Line
    if (id !== undefined) ids.push(id)
  }
  if (text !== '') last = JSON.parse(text)
  return { last, ids }
}
