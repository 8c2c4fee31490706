/** Where the server's webhooks come in. It is never broken, so that all of them must arrive. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

type Told = { type: string; data: { record: { id: string } | null } }

export type Receiver = {
  url: string
  /** The `webhook-id`s under which an event of a record came in. */
  ids(record: string, type: string): ReadonlySet<string>
  close(): void
}

export async function startReceiver(): Promise<Receiver> {
  const heard = new Map<string, Set<string>>()
  const nameOf = (record: string, type: string) => `${record} ${type}`
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { type, data } = JSON.parse(Buffer.concat(chunks).toString()) as Told
      // What became of a record that was gone before anybody looked is told without it.
      const name = nameOf(data.record?.id ?? '', type)
      heard.set(name, (heard.get(name) ?? new Set()).add(String(request.headers['webhook-id'])))
      response.end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    ids: (record, type) => heard.get(nameOf(record, type)) ?? new Set(),
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
