import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Returns what ends the connections of a server that is about to close: those without a request at once, the others with
 * the answer. Else clients that keep connections open, or have opened them ahead, would hold up the end.
 */
export function connectionsOf(server: Server): () => void {
  const waiting = new Set<Socket>()
  let isEnding = false
  const rest = (socket: Socket) => {
    if (isEnding) socket.end()
    else waiting.add(socket)
  }
  server.on('connection', (socket) => {
    rest(socket)
    socket.once('close', () => waiting.delete(socket))
  })
  server.on('request', ({ socket }, response) => {
    waiting.delete(socket)
    response.once('close', () => {
      if (!socket.destroyed) rest(socket)
    })
  })
  return () => {
    isEnding = true
    for (const socket of waiting) socket.destroy()
  }
}
