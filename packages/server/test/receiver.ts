import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'

/** A request that came in. */
export type Received = {
  path: string
  method: string
  headers: IncomingHttpHeaders
  text: string
  body: unknown
  at: number
}
type Answer = (response: ServerResponse, request: Received) => void

/** A web server that keeps what it is sent, and answers by the path what a test says; 200 by default. */
export async function aReceiver() {
  const received: Received[] = []
  const answers = new Map<string, Answer>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const { method = '', headers, url: path = '' } = request
      const one = { path, method, headers, text, body: text === '' ? undefined : JSON.parse(text), at: Date.now() }
      received.push(one)
      const answer = answers.get(path)
      if (answer) answer(response, one)
      else response.end('{"ok":true}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    url: (path: string) => `http://127.0.0.1:${port}${path}`,
    /** What came to a path. */
    at: (path: string) => received.filter((one) => one.path === path),
    answer: (path: string, answer: Answer) => void answers.set(path, answer),
  }
}
