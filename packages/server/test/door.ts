import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a port that can be cut: at once, or after so many bytes have come from there. The caller closes it. */
export async function openDoor(port: number) {
  const sockets = new Set<Socket>()
  let left = Number.POSITIVE_INFINITY
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  const server = createServer((socket) => {
    const other = connect(port, '127.0.0.1')
    for (const one of [socket, other]) {
      sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        sockets.delete(one)
        socket.destroy()
        other.destroy()
      })
    }
    socket.pipe(other)
    other.on('data', (bytes: Buffer) => {
      if (socket.writableEnded) return
      socket.write(left < bytes.length ? bytes.subarray(0, left) : bytes)
      left = Math.max(0, left - bytes.length)
      if (left === 0) socket.destroySoon()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    /** Cuts every connection once so many bytes have come; those that are made later too, until the number is set again. */
    cutAfter(bytes: number) {
      left = bytes
    },
    async close() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
