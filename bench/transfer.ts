/** A process that uploads and downloads files over signed URLs; what it sends is zeros, and what it receives it drops. */
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { doJobs } from './child.ts'
import { type Run, timed } from './timed.ts'

/** With `bytes` an upload of so many, else a download. */
export type Transfer = { url: string; headers?: Record<string, string>; bytes?: number }

export type Transfers = { connections: number; transfers: readonly Transfer[] }

doJobs(
  ({ connections, transfers }: Transfers): Promise<Run> =>
    timed(transfers, Array(connections).fill(undefined), async (_lane, { url, headers = {}, bytes }) => {
      const length = bytes === undefined ? {} : { 'content-length': bytes }
      const outgoing = request(url, { method: bytes === undefined ? 'GET' : 'PUT', headers: { ...headers, ...length } })
      const answered = once(outgoing, 'response')
      await pipeline(zeros(bytes ?? 0), outgoing)
      const [incoming] = (await answered) as [IncomingMessage]
      if (incoming.statusCode !== 200) throw new Error(`${url} was answered with ${incoming.statusCode}`)
      incoming.resume()
      await once(incoming, 'end')
    }),
)

const chunk = Buffer.alloc(1 << 16)

function* zeros(bytes: number) {
  for (let left = bytes; left > 0; left -= chunk.length) yield chunk.subarray(0, Math.min(left, chunk.length))
}
