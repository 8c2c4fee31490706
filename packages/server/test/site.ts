import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'

type Answer = string | RequestListener

/** A web server with the pages that a test gives it, on an address of its own. To be called where tests are defined. */
export async function startSite(host = '127.0.0.1') {
  const answers = new Map<string, Answer>()
  const asked: { path: string; agent: string }[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push({ path, agent: request.headers['user-agent'] ?? '' })
    const answer = answers.get(path)
    if (typeof answer === 'function') answer(request, response)
    else if (answer === undefined) response.writeHead(404).end('Not found')
    else response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(answer)
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  let made = 0
  return {
    /** Where it is, without a slash at the end. */
    origin: `http://${host}:${port}`,
    /** What it was asked for, in order. */
    asked,
    /** Gives a path its answer. */
    set: (path: string, answer: Answer) => void answers.set(path, answer),
    /** A page at a path that no other has. */
    page(answer: Answer): string {
      made += 1
      answers.set(`/${made}/`, answer)
      return `http://${host}:${port}/${made}/`
    },
  }
}
