import type { Server, ServerResponse } from 'node:http'
import { Server as Listener, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** The connections of a server, on their way to the end. */
export type Connections = {
  /** Whether balancers are told to send nothing more here. */
  readonly isLeaving: boolean
  /**
   * Leaves to others what is to come: balancers are told so, and each answer says that it is the last one of its connection.
   * Clients go elsewhere without losing a request, as they would by one sent while its connection is closed. Resolves after
   * so long.
   */
  leave(ms: number): Promise<void>
  /** The same where other processes have the port too: takes no new connections, and is done when none are left, or after so long. */
  handOver(ms: number): Promise<void>
  /**
   * Ends those without a request at once, the others with the answer. Else clients that keep connections open, or have
   * opened them ahead, would hold up the end.
   */
  end(): void
}

/** Follows the connections of a server. */
export function connectionsOf(server: Server): Connections {
  const waiting = new Set<Socket>()
  const answering = new Set<ServerResponse>()
  const gone = Promise.withResolvers<void>()
  let open = 0
  let isLeaving = false
  let areLast = false
  let isEnding = false
  const rest = (socket: Socket) => {
    if (isEnding) socket.end()
    else waiting.add(socket)
  }
  const lookWhetherGone = () => {
    if (areLast && open === 0) gone.resolve()
  }
  server.on('connection', (socket) => {
    open += 1
    rest(socket)
    socket.once('close', () => {
      open -= 1
      waiting.delete(socket)
      lookWhetherGone()
    })
  })
  // Before the routes, which may answer at once.
  server.prependListener('request', ({ socket }, response) => {
    waiting.delete(socket)
    answering.add(response)
    if (areLast) sayLast(response)
    response.once('close', () => {
      answering.delete(response)
      if (!socket.destroyed) rest(socket)
    })
  })
  const letGo = () => {
    areLast = true
    for (const response of answering) sayLast(response)
  }
  return {
    get isLeaving() {
      return isLeaving
    },
    async leave(ms) {
      isLeaving = true
      letGo()
      await wait(ms, undefined, { ref: false })
    },
    async handOver(ms) {
      // Not the method of the HTTP server, which ends connections that wait for a request.
      Listener.prototype.close.call(server)
      letGo()
      lookWhetherGone()
      await Promise.race([gone.promise, wait(ms, undefined, { ref: false })])
    },
    end() {
      isEnding = true
      for (const socket of waiting) socket.destroy()
    },
  }
}

function sayLast(response: ServerResponse) {
  if (!response.headersSent) response.setHeader('connection', 'close')
}
