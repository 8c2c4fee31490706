import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'

export type Request = {
  method: string
  /** As it goes over the wire: nothing is encoded on the way. */
  path: string
  /** Undefined leaves a header out. */
  headers?: Record<string, string | string[] | undefined>
  body?: string | Buffer | undefined
}

export type Response<Body = unknown> = {
  status: number
  headers: IncomingHttpHeaders
  /** The JSON of the body; undefined when there is none. */
  body: Body
  /** The body, byte for byte. */
  text: string
}

const agent = new Agent({ keepAlive: true })

/** Sends a request exactly as it is given, well-formed or not, and reads the whole response. */
export function send(base: string, { method, path, headers = {}, body }: Request): Promise<Response> {
  const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined))
  const isChunked = 'transfer-encoding' in given
  const length = body === undefined || isChunked ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const { hostname, port } = new URL(base)
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { hostname, port, method, path, agent, headers: { ...length, ...given } as Record<string, string> },
      (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          const isJson = /^application\/json/.test(incoming.headers['content-type'] ?? '')
          const status = incoming.statusCode ?? 0
          resolve({ status, headers: incoming.headers, body: isJson && text ? JSON.parse(text) : undefined, text })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Writes bytes to the server and returns all that it sends until it closes the connection. */
export function sendBytes(base: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(base)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect(Number(port), hostname, () => socket.write(bytes))
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
  })
}
