/**
 * A process that sends HTTP requests over keep-alive connections. It writes and reads the bytes itself: where the server
 * and its load share few cores, what a general client takes is missing for the server (`docs/benchmarks.md` has figures).
 */
import { connect, type Socket } from 'node:net'
import { doJobs } from './child.ts'
import { type Run, timed } from './timed.ts'

export type Request = { method: 'GET' | 'POST'; path: string; body?: string }

/** Some requests to send. All have to be answered with 200. */
export type Load = { port: number; key: string; connections: number; requests: readonly Request[] }

doJobs(async ({ port, key, connections, requests }: Load): Promise<Run> => {
  const messages = requests.map((request) => bytesOf(request, key))
  const lanes = await Promise.all(Array.from({ length: connections }, () => openConnection(port)))
  try {
    return await timed(messages, lanes, async ({ socket, answer }, message) => {
      socket.write(message)
      const head = await answer()
      if (!head.startsWith('HTTP/1.1 200 ')) throw new Error(`${message.subarray(0, 500)}\nwas answered with\n${head}`)
    })
  } finally {
    for (const { socket } of lanes) socket.destroy()
  }
})

function bytesOf({ method, path, body }: Request, key: string): Buffer {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Authorization: Bearer ${key}`,
    'Lightfield-Version: 2026-03-01',
    'Accept: application/json',
    ...(body === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]),
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`)
}

type Lane = { socket: Socket; answer: () => Promise<string> }

function openConnection(port: number): Promise<Lane> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    socket.once('error', reject)
    socket.once('connect', () => resolve({ socket, answer: answers(socket) }))
  })
}

/** Reads one answer at a time: resolves to its head when its body is complete too. */
function answers(socket: Socket): () => Promise<string> {
  let head = ''
  let missing: number | undefined
  let settle: (head: string | Error) => void = () => {}
  socket.on('data', (chunk) => {
    if (missing === undefined) {
      head += chunk.toString('latin1')
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      missing = end + 4 + bodyLength(head) - head.length
    } else missing -= chunk.length
    if (missing <= 0) settle(head)
  })
  socket.on('close', () => settle(new Error('the server closed the connection')))
  return () =>
    new Promise((resolve, reject) => {
      head = ''
      missing = undefined
      settle = (result) => (typeof result === 'string' ? resolve(result) : reject(result))
    })
}

const bodyLength = (head: string) => Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
