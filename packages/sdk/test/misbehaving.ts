import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Answer = (response: ServerResponse, request: IncomingMessage) => void
type Seen = { method: string; url: string; headers: IncomingHttpHeaders; at: number }

/** A server that gives these answers one after the other, then the last one for ever, and remembers what it was asked. */
export async function startMisbehaving(...answers: Answer[]) {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    const answer = answers[Math.min(seen.length, answers.length - 1)]
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, at: Date.now() })
    answer?.(response, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    [Symbol.dispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))

export const text =
  (status: number, body: string, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, headers).end(body)

export const reset: Answer = (response) => response.destroy()

export const silence: Answer = () => {}
